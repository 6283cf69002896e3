#!/bin/sh
echo "Fetched with a secret: $(cat /message.txt)"
