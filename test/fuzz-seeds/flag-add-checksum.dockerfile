FROM busybox
ARG FILES
ADD --checksum=abc $FILlain /x
