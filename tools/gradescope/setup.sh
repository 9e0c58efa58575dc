#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of an assignment.
set -euo pipefail

# The walls around a submission are bubblewrap's; Python's own packages stay those of the system.
apt-get update
apt-get install --yes --no-install-recommends bubblewrap python3 python3-venv

# The course lies beside this file: README.md says how to pack it. torch for processors alone is a
# tenth of the size.
python3 -m venv /autograder/python
/autograder/python/bin/pip install --no-cache-dir \
  --extra-index-url https://download.pytorch.org/whl/cpu /autograder/source/course
