FROM bu
RUN --device=ven${e
