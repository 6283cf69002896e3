FROM b
COPY --parents . /x/
