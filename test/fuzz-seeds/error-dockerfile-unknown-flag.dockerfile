
RUN --n
