FROM s"
RUN true