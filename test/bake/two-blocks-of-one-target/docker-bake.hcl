target "default" {
 args = { A = 1 }
 context = "x"
}
target "default" { args = { B = true } }
