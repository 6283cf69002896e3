target "one" {
 args = { A = "1", B = "1" }
 tags = ["one"]
 no-cache = true
}
target "two" {
 args = { B = "2" }
 tags = ["two"]
}
target "default" { inherits = ["one", "two"] }
