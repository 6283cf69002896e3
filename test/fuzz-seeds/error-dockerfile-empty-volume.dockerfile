FROM scrah
VOLUME [""]
