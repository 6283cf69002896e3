FROM b
COPY --from=7 ! /
