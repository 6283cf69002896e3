FROM 😀
RUN --mount=t