FROM busybox*OURCE
RUN --mount=type=secret,id=toke
