target "default" {
 args = {
  A = sha256("x")
  B = base64encode("hi")
  C = urlencode("a b/c&d")
  D = formatdate("YYYY-MM-DD'T'hh:mm:ssZ", "2026-03-04T05:06:07+02:00")
  E = timeadd("2026-03-04T05:06:07Z", "-1h30m")
  F = jsonencode(jsondecode("{\"a\":[1,true,null]}"))
  G = jsonencode(csvdecode("a,b\n1,2\n"))
  H = uuidv5("dns", "example.com")
  I = cidrsubnet("10.0.0.0/8", 8, 3)
  J = cidrhost("fd00::/64", 17)
  K = try(jsondecode("{"), "fallback")
  L = can(1 + "x")
  M = semvercmp("1.2.3", ">= 1.2, < 2")
 }
}
