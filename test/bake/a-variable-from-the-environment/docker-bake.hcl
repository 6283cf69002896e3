variable "TAG" { default = "1.0" }
target "default" { tags = ["app:${TAG}"] }
