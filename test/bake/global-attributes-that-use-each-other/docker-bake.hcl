a = "x${b}"
b = upper("y")
target "default" { args = { A = a } }
