FROM scratch AS files
RUN --mount=type=tmpfs,target=TH}# b
