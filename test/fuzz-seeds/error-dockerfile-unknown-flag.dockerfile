RUN --n
