
HEALTHCHECK --retries=1 --retries=2 CMDch