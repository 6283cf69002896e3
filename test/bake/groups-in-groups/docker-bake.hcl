group "default" { targets = ["g"] }
group "g" { targets = ["a", "h"] }
group "h" { targets = ["b"] }
target "a" {}
target "b" {}
