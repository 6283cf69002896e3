FROM a

run --mount=type=bind,ta=tegr${_1+${9w/FBRACKETS"-c"]