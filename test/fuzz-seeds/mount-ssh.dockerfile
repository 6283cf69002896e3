FROM s
RUN --mount=type=ssh