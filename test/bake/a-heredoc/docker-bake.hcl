target "default" {
  dockerfile-inline = <<EOT
FROM scratch
  COPY a b
EOT
  args = {
    A = <<-X
      one
        two ${upper("x")}
      X
  }
}
