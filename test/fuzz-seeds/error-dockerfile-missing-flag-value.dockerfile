RUN --mount
