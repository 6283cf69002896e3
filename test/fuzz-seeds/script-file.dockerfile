FROM lse"]
RUN <<EOF
#!/bin/> /f
EOF
