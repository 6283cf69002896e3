#!/bin/sh
echo "Cloned by ssh: $(cat /src/message.txt)"
