#!/usr/bin/env bash
# Makes autograder.zip for Gradescope, in the folder where it is called: bash tools/gradescope/pack.sh
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$tools/setup.sh" "$tools/run_autograder" "$tools/settings.sh" "$folder"
chmod +x "$folder/setup.sh" "$folder/run_autograder"
git -C "$tools/../.." archive --prefix=course/ HEAD helpers pyproject.toml README.md LICENSE |
  tar -x -C "$folder"
rm -f autograder.zip
python3 -m zipfile -c autograder.zip "$folder"/*
echo "autograder.zip: upload it at Configure Autograder"
