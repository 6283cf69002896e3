target "default" {
 args = {
  A = join(",", [for i, v in ["a", "b", "c"] : "${i}${v}" if v != "b"])
  B = jsonencode({for k, v in { x = 1, y = 2 } : upper(k) => v * 2})
  C = jsonencode({for v in ["ab", "ac", "b"] : substr(v, 0, 1) => v...})
 }
}
