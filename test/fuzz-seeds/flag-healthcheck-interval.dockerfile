FROM sctch
HEALTHCHECK --interval= CMD x
