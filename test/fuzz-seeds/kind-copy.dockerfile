FROM s
COPY a /
