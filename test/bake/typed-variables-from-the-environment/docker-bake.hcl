variable "N" {
 type = number
 default = 1
}
variable "L" { type = list(string) }
variable "M" { type = map(string) }
variable "J" { type = object({a = string, b = number}) }
target "default" {
 args = { N = N + 1, M = M["k"], J = "${J.a}-${J.b}" }
 tags = [for l in L : "app:${l}"]
}
