FROM sx
RUN --mount=type=cache  e
