FROM a

ONBUILD run --network -ABEL	 a=<<EOF
