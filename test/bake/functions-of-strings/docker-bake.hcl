target "default" {
 args = {
  A = title("hello world")
  B = trimspace("  x ")
  C = format("%05.1f|%-4s|%q|%d|%x", 3.14159, "ab", "c\"d", 12, 255)
  D = regex_replace("v1.2.3", "v(\\d+)\\.(\\d+).*", "$1-${2}")
  E = replace("a.b.c", ".", "_")
  F = join("|", split(",", "a,b,,c"))
  G = substr("hello", -3, 2)
  H = indent(2, "a\nb")
  I = sanitize("a/b:c")
  J = trimsuffix(trimprefix("xayx", "x"), "x")
 }
}
