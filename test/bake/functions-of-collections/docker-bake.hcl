target "default" {
 args = {
  A = jsonencode(merge({ a = 1 }, { b = 2 }))
  B = jsonencode(chunklist(["a", "b", "c"], 2))
  C = jsonencode(distinct(["a", "b", "a"]))
  D = jsonencode(setproduct(["a", "b"], [1, 2]))
  E = jsonencode(zipmap(["x", "y"], [1, 2]))
  F = coalesce("", "x")
  G = jsonencode(sort(["b", "a"]))
  H = lookup({ a = "1" }, "b", "none")
  I = jsonencode(range(3))
  J = jsonencode(flatten([["a"], [["b"]], []]))
  K = contains(["a"], "a")
  L = jsonencode(setunion(["b"], ["a", "b"]))
 }
}
