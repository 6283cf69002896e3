FROM busybo!false"]
RUN <<EOF
#!/bin/> /f
EOF
