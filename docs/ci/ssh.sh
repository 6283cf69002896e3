#!/bin/sh
# Builds on another machine, which needs lamina and nothing that runs: the context goes there, the image's ID comes back.
# usage: BUILDER=me@builder.example.com IMAGE=registry.example.com/team/app:latest ssh.sh
set -eu
git archive --format=tar HEAD | ssh "$BUILDER" lamina build --quiet --tag "$IMAGE" --push -
