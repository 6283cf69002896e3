FROM b
COPY --from=7 /x /x
