target "default" {
 tags = ["hcl"]
 args = { A = "hcl", B = "hcl" }
}
