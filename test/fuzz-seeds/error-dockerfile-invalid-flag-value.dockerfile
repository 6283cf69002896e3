FROM bus
RUN --network= true
