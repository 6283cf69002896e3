FROM busaE
RUN --mount=type=secret,id=ke
