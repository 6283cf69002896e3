target "base" { entitlements = ["security.insecure"] }
target "mid" { contexts = { base = "target:base" } }
target "default" { contexts = { mid = "target:mid", alpine = "docker-image://alpine", none = "" } }
