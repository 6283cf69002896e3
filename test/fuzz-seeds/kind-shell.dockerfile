FROM a
SHELL [""]
