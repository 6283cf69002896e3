FROM busybox
RUN --mount=target=$u
