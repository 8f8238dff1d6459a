"""Regular expressions, as XPath has them, for the engine's ``REGEX`` and ``REPLACE``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal, QuerySolutions, Store

from pledgegraph.sparql.mending.functions import REPLACEMENT, SPACELESS, replacement, spaceless
from pledgegraph.sparql.mending.graphs import Graphs
from pledgegraph.sparql.mending.rendering import Scope
from pledgegraph.sparql.mending.tree import Node

_CLASS: Final = re.compile(r"(?:[^\\\[]|\\.)*+\[((?:[^\\\]]|\\.)*+)", re.DOTALL)
"""Up to what stands in the next brackets, and that, up to the first one that closes."""
_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_OTHERWISE: Final = ("[", "--", "&&", "~~")
"""What the engine reads in a class in another way than XPath."""
ERROR: Final = "(1/0)"
"""An expression that is an error."""


LONGEST: Final = 2_000
"""Characters of an expression that is written twice: nested ones would grow without bound."""


class Regular(Graphs):
    """Puts regular expressions right."""

    def regular(self, node: Node, scope: Scope) -> str:
        """REGEX and REPLACE, as XPath has them (XPath Functions, section 5.6)."""
        is_replace = node.name == "REPLACE"
        first_flags = 3 if is_replace else 2
        if len(node.children) < first_flags:
            return self.inner(node, scope)
        written = [self.render(each, scope) for each in node.children]
        pattern = self._string_value(node.children[1])
        flags = ""
        if len(written) > first_flags:
            known = self._string_value(node.children[first_flags])
            if known is None:
                pattern = None
            flags = known or ""
            if known is None or "x" in known:
                spoken = f"{SPACELESS}({written[1]}, {written[first_flags]})"
                if pattern is not None:
                    found = spaceless(Literal(pattern), Literal("x"))
                    pattern = found.value if isinstance(found, Literal) else pattern
                    spoken = str(Literal(pattern))
                flags = flags.replace("x", "")
                written[1] = spoken
                written[first_flags] = (
                    f'REPLACE({written[first_flags]}, "x", "")'
                    if known is None
                    else str(Literal(flags))
                )
        if pattern is not None:
            self._require_pattern(node.children[1], pattern, flags)
        if not is_replace:
            return f"REGEX({', '.join(written)})"
        after = self._string_value(node.children[2])
        if after is None or pattern is None:
            written[2] = f"{REPLACEMENT}({written[1]}, {written[2]})"
        elif "\\" in after or "$" in after:
            found = replacement(Literal(pattern), Literal(after))
            if found is None:
                raise self.refuse(
                    node.children[2],
                    "In the replacement of REPLACE, `$` needs a digit behind it, and a backslash "
                    "one more or `$`",
                    "Write `\\\\$` in the query's string for a dollar sign.",
                )
            written[2] = str(found)
        call = f"REPLACE({', '.join(written)})"
        arguments = ", ".join(['""', written[1], *written[3:]])
        if pattern is None:
            return f"IF(REGEX({arguments}), {ERROR}, {call})"
        return ERROR if _matches("", pattern, flags) else call

    def _string_value(self, node: Node) -> str | None:
        """The characters of a string that stands in the query."""
        node = self.bare(node)
        if node.kind != "string" or node.name:
            return None
        return _string(self.text[node.start : node.end])

    def _require_pattern(self, node: Node, pattern: str, flags: str) -> None:
        if _matches("", pattern, flags) is None:
            raise self.refuse(
                node,
                "The regular expression cannot be read: it has a mistake, or something that is "
                "not offered, such as a reference back to a group",
                "Mend it, or use CONTAINS, STRSTARTS, STRBEFORE and the like.",
            )
        inside = _ESCAPED.sub("", "".join(_CLASS.findall(pattern)))
        if any(sign in inside for sign in _OTHERWISE):
            raise self.refuse(
                node,
                "A class of characters in the regular expression cannot subtract another one, and "
                "cannot have `[`, `--`, `&&` or `~~` without a backslash",
                "List the characters that you mean, and put a backslash before such signs.",
            )

    def iri(self, name: str) -> str:
        """The IRI that a token stands for, as far as that is plain."""
        if name[:1] == "<":
            return name[1:-1]
        prefix, colon, local = name.partition(":")
        return self.reader.prefixes.get(prefix, "") + local if colon else ""

    def bare(self, node: Node) -> Node:
        """An expression without the parentheses around it."""
        while node.kind == "brackets":
            (node,) = node.children
        return node


@lru_cache(maxsize=256)
def _matches(text: str, pattern: str, flags: str) -> bool | None:
    """Whether the engine finds a pattern in a text; None where it cannot read the pattern."""
    value = _first(f"REGEX({Literal(text)}, {Literal(pattern)}, {Literal(flags)})")
    return None if value is None else value == "true"


@lru_cache(maxsize=256)
def _string(written: str) -> str | None:
    return _first(written)


def _first(expression: str) -> str | None:
    answer = Store().query(f"SELECT ({expression} AS ?found) {{}}")
    if not isinstance(answer, QuerySolutions):
        raise TypeError("the query is a SELECT")
    (row,) = answer
    found = row["found"]
    return found.value if isinstance(found, Literal) else None
