FROM scratch
COPY /\
NT << EOF

