FROM x
RUN --network=host