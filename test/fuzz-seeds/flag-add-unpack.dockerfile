FROM scra
ADD --unpack=true figz /x/
