#!/bin/sh
# Runs a program with Node 24 or newer: the machine's own when it is new enough, else the one that setup/prepare.mjs put into .node/.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
if [ -x "$root/.node/bin/node" ]; then
  PATH="$root/.node/bin:$PATH"
  export PATH
fi
exec node --disable-warning=ExperimentalWarning "$@"
