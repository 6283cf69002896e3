FROM bu 
COPY --chown=12 a.txt /x
