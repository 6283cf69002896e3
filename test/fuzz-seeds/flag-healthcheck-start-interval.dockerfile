FROM scratch
HEALTHCHECK --interval=1m30s --timeout=500ms --start-interval=2s --retries=7 CMD x
