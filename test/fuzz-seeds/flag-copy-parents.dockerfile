FROM b
COPY --parents . /*