target "base" {
 annotations = ["a=1"]
 platforms = ["linux/amd64"]
 cache-from = ["x/cache"]
 cache-to = ["type=inline"]
 output = ["type=docker"]
 no-cache-filter = ["a"]
}
target "default" {
 inherits = ["base"]
 annotations = ["b=2", "a=1"]
 platforms = ["linux/arm64"]
 cache-from = ["type=local,src=c", "x/cache"]
 cache-to = ["type=local,dest=c"]
 output = ["out"]
 no-cache-filter = ["b", "a"]
}
