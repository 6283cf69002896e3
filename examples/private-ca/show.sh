#!/bin/sh
echo "Fetched through the gateway: $(cat /message.txt)"
