FROM busybox
ENV V=value
RUN ca <<'EOF'
one $V
EOF
