FROM b
COPY --exclude= d /x
