FROM sttp://x/
HEALTHCHECK --start-period=100ms --start-interval=2h CMD ["a", "b c"]
HEALTHCHECK NONE
