 FROM a
run --mount=="'${U
