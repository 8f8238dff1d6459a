"""Reading whole queries (rules 1 to 28), and where the WHERE of an update stands."""

from __future__ import annotations

from pledgegraph.sparql.mending.patterns import Patterns
from pledgegraph.sparql.mending.tree import Node, Select, Unreadable


class Reader(Patterns):
    """Reads a query or an operation of an update."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.prefixes: dict[str, str] = {}
        self.prologue_end = 0
        self.named: list[str] | None = None
        """The named graphs that USING leaves to an operation; None for all."""

    def query(self) -> Node:
        """The whole text as a query; its children are what may have to be changed."""
        self._prologue()
        start = self.start
        found = self._form(start)
        if self.kind != "end":
            raise Unreadable(f"at {self.start}")
        return found

    def operation(self) -> Node | None:
        """The pattern of an operation with a prologue; None for one without."""
        self._prologue()
        depth = 0
        while self.kind != "end":
            if depth == 0 and self.take_word("WHERE"):
                return self.group()
            if depth == 0 and self.take_word("USING"):
                named = self.named = self.named or []
                if self.take_word("NAMED"):
                    named.append(self.need("iri", "name"))
                continue
            depth += self.is_op("{")
            depth -= self.is_op("}")
            self.advance()
        return None

    def _prologue(self) -> None:
        while True:
            if self.take_word("PREFIX"):
                name = self.need("name")
                self.prefixes[name[:-1]] = self.need("iri")[1:-1]
            elif self.take_word("BASE"):
                self.need("iri")
            elif self.take_word("VERSION"):
                self.need("string")
            else:
                return
            self.prologue_end = self.last_end

    def _form(self, start: int) -> Node:
        if self.is_word("SELECT"):
            return self.read_select(start)
        if self.take_word("ASK"):
            self._dataset()
            self.take_word("WHERE")
            children = [self.group()]
        elif self.take_word("DESCRIBE"):
            while self.kind in ("var", "iri", "name") or self.is_op("*"):
                self.advance()
            self._dataset()
            self.take_word("WHERE")
            children = [self.group()] if self.is_op("{") else []
        elif self.take_word("CONSTRUCT"):
            if self.is_op("{"):
                self._skip_braces()
            self._dataset()
            self.take_word("WHERE")
            children = [self.group()]
        else:
            raise Unreadable(f"at {start}")
        found = Select("form", start, start, children)
        found.where = children[-1] if children else None
        self._modifiers(found)
        found.end = self.last_end
        return found

    def read_select(self, start: int) -> Node:
        """A SELECT with its pattern and its modifiers."""
        found = Select("select", start, start)
        self.advance()
        self.take_word("DISTINCT", "REDUCED")
        found.star = self.start if self.is_op("*") else -1
        if not self.take_op("*"):
            while True:
                place = self.start
                if self.kind == "var":
                    found.plain.append((self.advance()[1:], place))
                elif self.take_op("("):
                    found.children.append(self.expression())
                    if not self.take_word("AS"):
                        raise Unreadable(f"at {self.start}")
                    place = self.start
                    found.named.append((self.need("var")[1:], place))
                    self.need_op(")")
                else:
                    break
            if not found.plain and not found.named:
                raise Unreadable(f"at {self.start}")
        else:
            found.flag = True
        found.projected = frozenset(name for name, _ in (*found.plain, *found.named))
        self._dataset()
        self.take_word("WHERE")
        found.where = self.group()
        found.children.append(found.where)
        self._modifiers(found)
        found.end = self.last_end
        return found

    def _dataset(self) -> None:
        while self.take_word("FROM"):
            self.take_word("NAMED")
            self.need("iri", "name")

    def _modifiers(self, found: Select) -> None:
        if self.take_word("GROUP"):
            self._need_by()
            keys: list[str] = []
            found.aliases = frozenset(self._conditions(found, keys))
            found.grouped = found.aliases | frozenset(keys)
        if self.take_word("HAVING"):
            while self._is_constraint():
                inner = self.call_or_brackets()
                found.having.append(Node("filter", inner.start, inner.end, [inner]))
                found.children.append(found.having[-1])
        if self.take_word("ORDER"):
            self._need_by()
            self._orders(found)
        while self.is_word("LIMIT", "OFFSET"):
            is_limit = self.advance().upper() == "LIMIT"
            number = self.need("number")
            if is_limit and number.isdigit():
                found.limit = int(number)
        if self.is_word("VALUES"):
            start = self.start
            self.advance()
            found.children.append(self.values(start))

    def _orders(self, found: Select) -> None:
        """What stands behind ORDER BY; the name of each is its direction."""
        while True:
            start = self.start
            direction = self.advance().upper() if self.is_word("ASC", "DESC") else ""
            if self.kind == "var":
                name = self.advance()[1:]
                child = Node("var", start, self.last_end, name=name)
            elif self._is_constraint():
                child = self.call_or_brackets()
            else:
                return
            found.children.append(Node("order", start, self.last_end, [child], direction))

    def _need_by(self) -> None:
        if not self.take_word("BY"):
            raise Unreadable(f"at {self.start}")

    def _conditions(self, found: Select, keys: list[str]) -> list[str]:
        """What stands behind GROUP BY; the variables that it gives names to.

        The variables that stand there alone go to ``keys``.
        """
        names: list[str] = []
        while True:
            if self.kind == "var":
                keys.append(self.advance()[1:])
            elif self.take_op("("):
                found.children.append(self.expression())
                if self.take_word("AS"):
                    names.append(self.need("var")[1:])
                self.need_op(")")
            elif self._is_constraint():
                found.children.append(self.call_or_brackets())
            else:
                return names

    def _is_constraint(self) -> bool:
        if self.is_op("(") or self.kind in ("iri", "name"):
            return True
        return self.kind == "word" and not self.is_word(
            "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "GROUP"
        )
