target "default" {
 args = { A = null, B = "" }
 labels = { l = null, m = "x" }
}
