FROM a

ONBUILD run --network=no