FROM bu

ENV V=value
ONBUILD COPY <<EOF /f
x
EOF
