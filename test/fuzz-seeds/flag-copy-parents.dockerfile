FROM b
COPY --parents . [