FROM sx
RUN --mount=type=cache true
