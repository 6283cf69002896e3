 FROM a!
run --mount=="${}?:TESNU"
