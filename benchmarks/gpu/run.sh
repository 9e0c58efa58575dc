#!/usr/bin/env bash
# Measures everything on this machine's GPU: bash run.sh [--small] [--seconds 560] [STAGE ...]
# It lies in a folder made by `make gpu-pack` and needs Python with torch (PYTHON names another than
# python3) and no network. Results go to $OUT, else to the folder out beside this file.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-python3}
packed=$(cat "$here/python.txt")
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$found" != "$packed" ]; then
  echo "run.sh: the packages here are for Python $packed, and $python is $found." >&2
  echo "Name another with PYTHON=, or pack again: make gpu-pack PACK='--python $found'" >&2
  exit 2
fi

# Outside this folder, which may be replaced before the next run: that one then starts at once.
work=${TMPDIR:-/tmp}/deep-learning-by-building
mkdir -p "$work/site" "${OUT:=$here/out}"
tar -xzf "$here/packages.tar.gz" -C "$work/site"
OUT=$(cd "$OUT" && pwd)
export OUT PYTHONPATH="$work/site" FASTAI_HOME="$work/fastai" LESSONS_MIRROR="$here/images"
cd "$here/project"
exec "$python" -m benchmarks.gpu --state "$(cat "$here/state.txt")" "$@"
