"""The names of files that an assignment's folders have."""

from __future__ import annotations

EXPECTED_OUTPUTS = "expected_outputs.json"
PUBLIC_VARIANTS = "public_variants.json"
# Helpers that are copies of our own files: the helper's name -> the file below `grader/`.
HANDED_OUT = {"difference.py": "values/difference.py", "public_tests.py": "handout/public_tests.py"}
