#!h
LABEL =x
