list = [{ n = "a", m = [1, 2] }, { n = "b", m = [3] }]
target "default" {
 args = { A = join(",", list.*.n), B = list[1].m[0], C = join(",", list[*].m[0]), D = list.0.n }
}
