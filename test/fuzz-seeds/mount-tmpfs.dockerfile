FROM bu--x
COPY root /

RUN --mount=type=tmpfs