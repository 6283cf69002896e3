FROM busybox
RUN --mount=target=f
