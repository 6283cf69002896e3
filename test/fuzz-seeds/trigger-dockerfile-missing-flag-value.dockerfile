FROM a

ONBUILD run --network