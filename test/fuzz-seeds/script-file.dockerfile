FROM busybox
ENV V=value
RUN <<SCRIPT
#!/bin/sh
e" > /f
SCRIPT
