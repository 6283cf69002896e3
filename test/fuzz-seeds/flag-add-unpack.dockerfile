FROM scHa
ADD --unpack=true figz $