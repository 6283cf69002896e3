target "a" {
 tags = ["a"]
 args = { A = "1" }
 platforms = ["linux/amd64"]
}
target "b" { output = ["type=docker"] }
