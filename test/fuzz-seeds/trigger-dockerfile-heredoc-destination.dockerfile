FROM a﻿
ONBUILD ADD de <<EOF
echo x'f
EOF
