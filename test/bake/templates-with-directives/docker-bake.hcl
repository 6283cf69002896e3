target "default" {
 args = {
  A = "%{ for v in ["x", "y"] ~} ${v};%{~ endfor }"
  B = "%{ if true }yes%{ else }no%{ endif }"
  C = "$${a} %%{b} \u0041\t|"
 }
}
