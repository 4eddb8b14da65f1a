#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the autograder; it lies in /autograder/source.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends bubblewrap || true

python=
for version in 3.14 3.13 3.12 3.11; do
  if apt-get install -y -qq --no-install-recommends "python$version-venv"; then
    python=python$version
    break
  fi
done
if [ -z "$python" ]; then
  echo "there is no Python 3.11 or later; choose Ubuntu 22.04 or later as the base image" >&2
  exit 1
fi

"$python" -m venv "$here/../venv"
"$here/../venv/bin/pip" install --quiet -r "$here/requirements.txt" "$here"/fairgrade-*.whl
"$here/../venv/bin/grade" doctor --root "$here/course"
