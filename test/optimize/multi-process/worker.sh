#!/bin/sh
echo ready | tr a-z A-Z > /tmp/www/ready.txt
while sleep 1; do
    seq 1 10 | sort -rn | head -1 | sed 's/^/sorted /' > /tmp/www/state.txt
done
