FROM a
run --mount=="${UNSET:?}"
