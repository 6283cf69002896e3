function "tag" {
 params = [name, version]
 variadic_params = rest
 result = "${name}:${version}${join("-", concat([""], rest))}"
}
target "default" { tags = [tag("app", "1"), tag("app", "1", "x", "y")] }
