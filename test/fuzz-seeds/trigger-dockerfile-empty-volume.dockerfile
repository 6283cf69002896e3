FROM a
ONBUILD VOLUME ["\"$b\"", "${u//\"\${_1/${a:-460/v=v4}\"v=v/\n\n}ADD $v  _1=9 u
