FROM $batch
HEALTHCHECK --interval=30s --timeout=1m5s --retries=3 CMD cuH
