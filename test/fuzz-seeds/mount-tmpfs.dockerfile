FROM busybox
RUN --network=none --mount=type=tmpfs,target=/t true
