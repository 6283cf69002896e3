FROM scratch
SHELL ["/bin/a"]
