FROM scratch
LABEL a=1�sybox
RUN --mount=type=cache,target=/c,id=> c/ sn-es

