FROM a
RUN --mount=t