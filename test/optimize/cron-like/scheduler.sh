# Runs each job of a directory, again and again.
for ((i = 1; i <= TIMES; i++)); do
    for job in /etc/jobs/*; do sh "$job" "$i"; done
    sleep "$INTERVAL"
done
