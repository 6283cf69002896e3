COPY /\

 << E﻿