FROM b
SHELL ["/bin/a"]
