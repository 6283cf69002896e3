FROM scratch
ENV V=ox
RUN --mount=type=secret,id=none,required=false echo x > /f
