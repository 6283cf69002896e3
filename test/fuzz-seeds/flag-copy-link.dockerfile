FROM ox
COPY --link d /x/
