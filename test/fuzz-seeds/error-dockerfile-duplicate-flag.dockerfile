
HEALTHCHECK --retries=1 --retries=2 CMD ch<<k
FRch