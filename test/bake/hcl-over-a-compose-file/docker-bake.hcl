target "web" {
 labels = { b = "2" }
 tags = ["y"]
}
target "more" {}
