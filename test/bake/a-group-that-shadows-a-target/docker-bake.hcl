group "app" { targets = ["app", "lib"] }
target "app" { target = "app" }
target "lib" {}
