FROM a

run --mount=qe=bin`t=${} ${[_emMC"rnel/punic
