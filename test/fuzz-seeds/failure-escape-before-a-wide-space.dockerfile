FROM a
LABEL v=b\ 