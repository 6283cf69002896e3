FROM busy
COPY --exclude=* d /x
