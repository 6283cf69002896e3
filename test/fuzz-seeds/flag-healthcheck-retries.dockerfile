FROM �c"h
HEALTHCHECK --retries= CMD ?