FROM a
ONBUILD VOLUME ["\"$b\"", "}ADD $v  _1=9 u
