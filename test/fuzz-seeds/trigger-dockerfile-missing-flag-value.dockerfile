FROM =
ONBUILD run --network