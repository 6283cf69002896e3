FROM scratch
HEALTHCHECK --interval= CMD x
