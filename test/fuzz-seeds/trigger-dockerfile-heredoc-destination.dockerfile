FROM a﻿
ONBUILD ADD -**/one de <<EOF
echo x > /f
EOF
