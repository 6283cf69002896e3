#!/bin/bash
set -e
mkdir -p /tmp/www
echo starting > /tmp/www/state.txt
worker.sh &
trap 'kill $(jobs -p)' TERM
python3 -m http.server --directory /tmp/www "${PORT:-8000}" &
wait -n
