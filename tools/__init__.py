"""The commands behind ``make colab``, ``kaggle``, ``publish``, ``messages`` and many others."""

import sys

# nbformat loads jsonschema, and that a grammar of addresses which takes seconds to compile in each
# process and which no schema of a notebook asks for. jsonschema does without what is not there.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
