FROM bu-!}S
RUN --mount=type=ssh