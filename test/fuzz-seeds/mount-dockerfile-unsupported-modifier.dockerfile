FROM a

run --mount=type=bin`t=${_156=s
