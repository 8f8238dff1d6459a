"""Reading expressions (the grammar's rules 110 to 131)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pledgegraph.sparql.mending.scanner import Scanner
from pledgegraph.sparql.mending.tree import Node, Unreadable

_PRECEDENCE: Final = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("=", "!=", "<", ">", "<=", ">="), 3),
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
}
_COMPARISON: Final = 3
AGGREGATES: Final = frozenset(
    ["COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"],
)


class Expressions(Scanner):
    """Reads expressions; what stands in braces is read by ``read_group``."""

    read_group: Callable[[], Node]

    def expression(self, least: int = 1) -> Node:
        """An expression whose operators bind at least so strongly."""
        left = self._unary()
        while True:
            if self.kind == "word" and least <= _COMPARISON and self.is_word("IN", "NOT"):
                left = self._in_list(left)
                continue
            self.compare()
            strength = _PRECEDENCE.get(self.piece, 0) if self.kind == "op" else 0
            if strength < least:
                return left
            operator = self.advance()
            right = self.expression(strength + 1)
            left = Node("binary", left.start, right.end, [left, right], operator)

    def call_or_brackets(self) -> Node:
        """A constraint: an expression in parentheses, or the call of a function."""
        found = self._primary()
        if found.kind not in ("brackets", "call", "aggregate", "exists"):
            raise Unreadable(f"at {found.start}")
        return found

    def _in_list(self, left: Node) -> Node:
        negated = self.take_word("NOT")
        if not self.take_word("IN"):
            raise Unreadable(f"at {self.start}")
        arguments = self._arguments()
        return Node("in", left.start, self.last_end, [left, *arguments], flag=negated)

    def _unary(self) -> Node:
        signs: list[tuple[str, int]] = []
        while self.kind == "op" and self.piece in ("!", "-", "+"):
            start = self.start
            signs.append((self.advance(), start))
        found = self._primary()
        for sign, start in reversed(signs):
            if sign != "!" and found.kind == "number" and found.start == start + 1:
                found = Node("number", start, found.end, name=sign + found.name)
            else:
                found = Node("unary", start, found.end, [found], sign)
        return found

    def _primary(self) -> Node:
        start, kind = self.start, self.kind
        if kind in ("var", "number"):
            name = self.advance()
            return Node(kind, start, self.last_end, name=name.lstrip("?$"))
        if kind == "string":
            return self.string()
        if kind in ("iri", "name"):
            name = self.advance()
            arguments = self._arguments() if self.is_op("(") else None
            kind = "iri" if arguments is None else "call"
            return Node(kind, start, self.last_end, arguments or [], name)
        if kind == "word":
            return self._builtin(start)
        return self._bracketed(start)

    def _bracketed(self, start: int) -> Node:
        if self.take_op("("):
            inner = self.expression()
            self.need_op(")")
            return Node("brackets", start, self.last_end, [inner])
        if self.is_op("<<(") or self.is_op("<<"):
            self.skip_to(")>>" if self.is_op("<<(") else ">>")
            return Node("term", start, self.last_end)
        raise Unreadable(f"at {start}")

    def string(self) -> Node:
        """A string with its language or datatype; what is behind the string is the name."""
        start = self.start
        self.need("string")
        end = self.last_end
        if self.kind == "tag":
            self.advance()
        elif self.take_op("^^"):
            self.need("iri", "name")
        return Node("string", start, self.last_end, name=self.text[end : self.last_end].strip())

    def _builtin(self, start: int) -> Node:
        word = self.advance().upper()
        if word in ("TRUE", "FALSE"):
            return Node("boolean", start, self.last_end, name=word)
        if word == "NOT":
            word = self.need("word").upper()
            if word != "EXISTS":
                raise Unreadable(f"at {start}")
        if word == "EXISTS":
            group = self.read_group()
            return Node("exists", start, group.end, [group])
        if not self.is_op("("):
            raise Unreadable(f"at {start}")
        if word not in AGGREGATES:
            arguments = self._arguments()
            return Node("call", start, self.last_end, arguments, word)
        self.advance()
        distinct = self.take_word("DISTINCT")
        found = Node("aggregate", start, start, name=word, flag=distinct)
        if not self.take_op("*"):
            found.children.append(self.expression())
        if self.take_op(";"):
            self.need("word")
            self.need_op("=")
            self.string()
        self.need_op(")")
        found.end = self.last_end
        return found

    def _arguments(self) -> list[Node]:
        self.need_op("(")
        found: list[Node] = []
        self.take_word("DISTINCT")
        while not self.take_op(")"):
            found.append(self.expression())
            if not self.is_op(")"):
                self.need_op(",")
        return found

    def skip_to(self, closing: str) -> None:
        """Step over a bracket that opens here, up to behind what closes it."""
        opening = self.advance()
        depth = 1
        while depth:
            if self.kind == "end":
                raise Unreadable(f"at {self.start}")
            depth += self.is_op(opening)
            depth -= self.is_op(closing)
            self.advance()
