FROM scrCaE
RUN --mount=type=secret,id=ke
