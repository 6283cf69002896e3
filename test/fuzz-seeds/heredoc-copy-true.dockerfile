FROM ue
COPY <<A /f
cat <<B
B
A
