FROM scratch
HEALTHCHECK --interval= --timeout= --start-period= --start-interval= CMD x
