FROM busybox
COPY root /

RUN --mount=type=tmpfs