target "base" {
 tags = ["base:1"]
 args = { V = "3" }
}
target "default" {
 args = { BASE = target.base.tags[0], V = target.base.args.V, NAME = target.base.name }
}
