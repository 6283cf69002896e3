target "default" {
 network = "host"
 shm-size = "64m"
 ulimits = ["nofile=1:2"]
 resources = { memory = "1g", cpu-quota = 5000, cpuset-cpus = "0-1" }
 extra-hosts = { a = "1.2.3.4" }
 pull = true
}
