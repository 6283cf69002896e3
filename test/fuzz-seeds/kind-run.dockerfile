FROM a

RUN []