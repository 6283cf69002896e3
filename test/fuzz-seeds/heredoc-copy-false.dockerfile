FROM ue
COPY <<E"O"F /f
$V
EOF
