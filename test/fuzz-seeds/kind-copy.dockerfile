FROM s
COPY a /a
