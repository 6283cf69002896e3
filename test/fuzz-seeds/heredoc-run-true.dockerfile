FROM busybovalue
RUN <<EOF
EOF
