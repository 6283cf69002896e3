FROM bu 
COPY --chown=12  xt /x
