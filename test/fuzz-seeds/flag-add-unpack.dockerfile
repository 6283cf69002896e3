FROM busybox
ADD --unpack=true figz /x/
