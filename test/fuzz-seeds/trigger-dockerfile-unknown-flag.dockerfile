FROM a

ONBUILD run --o