FROM scratch
HEALTHCHECK --retries= CMD x
