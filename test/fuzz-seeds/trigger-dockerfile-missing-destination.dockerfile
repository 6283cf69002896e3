FROM a﻿
ONBUILD ADD --�ount=typc/grgup g/
