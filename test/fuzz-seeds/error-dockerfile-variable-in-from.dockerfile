FROM a
RUN --mount=type=$a,from=${v#,readonly=a=b,rw=#!/bin/sh
 ${PATH?a=9$é} "${9##${v?${9]