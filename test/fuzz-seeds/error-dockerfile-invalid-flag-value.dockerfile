RUN --network=$
