variable "X" { default = "" }
target "default" {
 args = {
  A = X == "" ? "empty" : "full"
  B = 7 % 3 * 2 - -1
  C = !(1 < 2) || "a" != "b" && true
  D = 10 / 4
  E = equal("1", 1)
 }
}
