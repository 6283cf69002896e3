FROM busratch as BUILD
LABEL a=1
