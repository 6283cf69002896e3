target "img" {
 name = "img-${item.n}"
 matrix = { item = [{ n = "a", t = "x" }, { n = "b", t = "y" }] }
 tags = [item.t]
}
