FROM scr
RUN --mount=type=cache true
