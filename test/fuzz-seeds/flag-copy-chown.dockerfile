FROM bu 
COPY --chown=12  x	x
