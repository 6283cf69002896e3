FROM scratch AS parent
ONBUILD ENV =SET%%*}
