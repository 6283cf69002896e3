FROM a﻿ 
ONBUILD ADD de <<EOF

e\



EOF

