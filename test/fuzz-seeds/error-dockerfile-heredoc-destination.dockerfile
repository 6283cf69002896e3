COPY /\


T << E﻿