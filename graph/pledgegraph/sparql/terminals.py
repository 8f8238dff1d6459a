"""Patterns for the parts of a query that must not be looked into, and for what stands between.

They are written for `re.VERBOSE` and `re.DOTALL`; each takes time linear in what it matches.

See https://www.w3.org/TR/sparql11-query/#sparqlGrammar, the terminals
"""

from __future__ import annotations

import re
from typing import Final

COMMENT: Final = r"\#[^\n\r]*+"
SPACE: Final = rf"(?:[ \t\r\n]++|{COMMENT})*+"
"""White space and comments, possibly none."""
IRI: Final = r"<(?:[^<>\"{}|^`\\\x00-\x20]|\\[uU])*+>"
STRING: Final = r"""(?:
    \"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\"
  | '''(?:[^'\\]|\\.|'(?!''))*+'''
  | "(?:[^"\\\n\r]|\\.)*+"
  | '(?:[^'\\\n\r]|\\.)*+'
)"""
OPAQUE: Final = f"(?:{COMMENT}|{IRI}|{STRING})"
"""A comment, an IRI or a string."""
VARIABLE: Final = r"[?$](?P<variable>[\w\u00B7\u0300-\u036F\u203F\u2040]++)"
LABELS: Final = re.compile(
    rf"{OPAQUE}|(?P<label>_:[\w](?:[\w\-.]*[\w\-])?)", re.VERBOSE | re.DOTALL
)
"""The labels of blank nodes."""
