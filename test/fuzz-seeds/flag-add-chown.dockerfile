FROM b
ADD --chown=1:2 a.txt d /x/
