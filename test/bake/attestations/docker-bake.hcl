target "default" { attest = ["type=provenance,mode=max", { type = "sbom", generator = "x/y" }, "type=provenance,mode=min"] }
