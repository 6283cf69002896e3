FROM lse"]
RUN <<EOF
#!<< /f
EOF
