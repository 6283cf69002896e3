FROM b${v/a/x
RUN --network=host