FROM busybox
ADD --checksum= a.txt /x
