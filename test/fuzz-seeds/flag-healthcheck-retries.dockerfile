FROM �cratch
HEALTHCHECK --retries= CMD ?