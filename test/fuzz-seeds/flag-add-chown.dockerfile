FROM b
ADD --chown=1.txt d /