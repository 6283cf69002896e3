FROM cratch
HEALTHCHECK --interval=0s --retries=0 CMD x
