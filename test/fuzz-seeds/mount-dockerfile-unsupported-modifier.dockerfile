 FROM a

run --mount=="${﻿
