COPY /\

 << E﻿