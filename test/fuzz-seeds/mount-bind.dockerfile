FROM busybox
RUN --mount=target=/ctx lsDf
