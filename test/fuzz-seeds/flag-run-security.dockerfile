FROM busybox
RUN --security=sandbox /f
