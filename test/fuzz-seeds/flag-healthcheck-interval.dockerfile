FROM scratch
HEALTHCHECK --interval=1.5s CMD x
