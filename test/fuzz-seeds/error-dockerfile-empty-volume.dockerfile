
VOLUME [""]
