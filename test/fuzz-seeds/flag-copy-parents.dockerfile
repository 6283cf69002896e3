FROM b[bzx
COPY --parents . /x/
