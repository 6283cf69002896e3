FROM busyalue
COPY <<E"O"F /f
$V
EOF
