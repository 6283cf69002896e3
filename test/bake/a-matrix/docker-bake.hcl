target "app" {
 name = "app-${tgt}-${replace(version, ".", "_")}"
 matrix = {
  tgt = ["lint", "test"]
  version = ["1.1", "1.2"]
 }
 target = tgt
 args = { V = version }
}
group "default" { targets = ["app"] }
