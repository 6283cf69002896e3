FROM b
COPY --chmod=700 7 /x
