FROM busybox
COPY --chmod=700 d /x
