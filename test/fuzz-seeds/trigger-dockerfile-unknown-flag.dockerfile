FROM a

ONBUILD run --n epwoo