FROM scraCE
RUN --mount=type=secret,id=toke
