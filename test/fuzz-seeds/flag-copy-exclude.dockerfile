FROM box
COPY --exclude= d /x
