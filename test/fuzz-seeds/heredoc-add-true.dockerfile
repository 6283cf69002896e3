FROM scratc["e
ADD <<EOF /f
x $V
EOF
