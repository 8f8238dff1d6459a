"""Reading graph patterns (rules 53 to 87, 98 to 109) and triples."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pledgegraph.sparql.mending.paths import Paths
from pledgegraph.sparql.mending.tree import Block, Node, Triple, Unreadable
from pledgegraph.sparql.terminals import IRI, SPACE, STRING

_ELEMENTS: Final = frozenset(
    ["OPTIONAL", "MINUS", "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES", "LATERAL", "UNION"]
)
_DATA: Final = re.compile(
    rf"(?:{SPACE}(?:{IRI}|{STRING}|[^\s{{}}<>\"'\#]))*+{SPACE}\}}", re.VERBOSE | re.DOTALL
)
"""The rest of a block of VALUES, which can be long."""
_TERMS: Final = frozenset(["iri", "name", "string", "number", "var", "label"])


class Patterns(Paths):
    """Reads groups; a SELECT in braces is read by ``read_select``."""

    read_select: Callable[[int], Node]

    def group(self) -> Node:
        """What stands in braces, braces included."""
        start = self.start
        self.need_op("{")
        if self.is_word("SELECT"):
            select = self.read_select(self.start)
            self.need_op("}")
            return Node("group", start, self.last_end, [select])
        found: list[Node] = []
        while not self.take_op("}"):
            if not self.take_op("."):
                found.append(self._element())
        return Node("group", start, self.last_end, found)

    read_group = group

    def values(self, start: int) -> Node:
        """The rest of VALUES, behind the word; its name is what it binds."""
        names: list[str] = []
        if self.kind == "var":
            names.append(self.advance()[1:])
        else:
            self.need_op("(")
            while not self.take_op(")"):
                names.append(self.need("var")[1:])
        if not self.is_op("{"):
            raise Unreadable(f"at {self.start}")
        if "<<" in self.text:
            self._skip_braces()
            return Node("values", start, self.last_end, name=" ".join(names))
        match = _DATA.match(self.text, self.end)
        if match is None:
            raise Unreadable(f"at {self.start}")
        self.end = match.end()
        self.advance()
        return Node("values", start, self.last_end, name=" ".join(names))

    def _skip_braces(self) -> None:
        depth = 0
        while True:
            depth += self.is_op("{")
            depth -= self.is_op("}")
            if self.kind == "end":
                raise Unreadable(f"at {self.start}")
            self.advance()
            if depth == 0:
                return

    def _element(self) -> Node:
        start = self.start
        if self.is_op("{"):
            found = [self.group()]
            while self.take_word("UNION"):
                found.append(self.group())
            if len(found) == 1:
                return found[0]
            return Node("union", start, self.last_end, found)
        word = self.piece.upper() if self.kind == "word" else ""
        if word not in _ELEMENTS:
            return self._block()
        self.advance()
        if word in ("OPTIONAL", "MINUS", "LATERAL"):
            group = self.group()
            return Node(word.lower(), start, group.end, [group])
        if word in ("GRAPH", "SERVICE"):
            if word == "SERVICE":
                self.take_word("SILENT")
            name = self.need("var", "iri", "name")
            group = self.group()
            return Node(word.lower(), start, group.end, [group], name)
        return self._condition(start, word)

    def _condition(self, start: int, word: str) -> Node:
        """FILTER, BIND or VALUES."""
        if word == "FILTER":
            inner = self.call_or_brackets()
            return Node("filter", start, inner.end, [inner])
        if word == "BIND":
            self.need_op("(")
            inner = self.expression()
            if not self.take_word("AS"):
                raise Unreadable(f"at {self.start}")
            name = self.need("var")[1:]
            self.need_op(")")
            return Node("bind", start, self.last_end, [inner], name)
        if word == "VALUES":
            return self.values(start)
        raise Unreadable(f"at {start}")

    def _block(self) -> Block:
        """Triples, up to what is none; the point behind the last is left to the group."""
        block = Block("block", self.start, self.start)
        while True:
            self._triples(block)
            block.end = self.last_end
            if not self.take_op("."):
                return block
            while self.take_op("."):
                pass
            if self.is_op("}") or self.is_op("{"):
                return block
            if self.kind == "word" and self.piece.upper() in _ELEMENTS:
                return block

    def _triples(self, block: Block) -> None:
        complex_before = self.is_op("[") or self.is_op("(") or self.is_op("<<")
        subject = self._term(block)
        if complex_before and (self.is_op(".") or self.is_op("}")):
            return
        if self.kind == "word" and self.piece.upper() in _ELEMENTS and complex_before:
            return
        self._properties(block, subject)

    def _properties(self, block: Block, subject: Node) -> None:
        while True:
            if self.kind == "var":
                path = Node("var", self.start, self.end, name=self.advance()[1:])
            else:
                path = self.path()
            while True:
                object_ = self._term(block)
                block.triples.append(Triple(subject, path, object_))
                self._annotations(block)
                if not self.take_op(","):
                    break
            if not self.take_op(";"):
                return
            while self.take_op(";"):
                pass
            if self.is_op(".") or self.is_op("]") or self.is_op("}") or self.is_op("|}"):
                return
            if (self.kind == "word" and self.piece.upper() in _ELEMENTS) or self.is_op("{"):
                return

    def _annotations(self, block: Block) -> None:
        """``~ reifier`` and ``{| ... |}`` of SPARQL 1.2."""
        while self.is_op("~") or self.is_op("{|"):
            block.is_flat = False
            if self.take_op("~"):
                if self.kind in ("var", "iri", "name", "label"):
                    self.advance()
                elif self.is_op("["):
                    self._term(block)
                continue
            reifier = Node("term", self.start, self.end)
            self.advance()
            self._properties(block, reifier)
            self.need_op("|}")

    def _term(self, block: Block) -> Node:
        """A subject or an object, with all that is in its brackets."""
        start, kind = self.start, self.kind
        if kind in _TERMS:
            if kind == "string":
                found = self.string()
                return Node("term", start, found.end)
            name = self.advance()
            if kind == "label":
                block.is_flat = False
            kind = {"var": "var", "label": "blank"}.get(kind, "term")
            return Node(kind, start, self.last_end, name=name.lstrip("?$"))
        if self.take_op("+") or self.take_op("-"):
            self.need("number")
            return Node("term", start, self.last_end)
        if self.take_word("TRUE", "FALSE"):
            return Node("term", start, self.last_end)
        block.is_flat = False
        return self._bracketed_term(block, start)

    def _bracketed_term(self, block: Block, start: int) -> Node:
        if self.is_op("<<(") or self.is_op("<<"):
            self.skip_to(")>>" if self.is_op("<<(") else ">>")
            return Node("quoted", start, self.last_end)
        if self.take_op("["):
            found = Node("blank", start, start)
            if not self.is_op("]"):
                self._properties(block, found)
            self.need_op("]")
            found.end = self.last_end
            return found
        if self.take_op("("):
            found = Node("list", start, start)
            while not self.take_op(")"):
                self._term(block)
            found.end = self.last_end
            return found
        raise Unreadable(f"at {start}")
