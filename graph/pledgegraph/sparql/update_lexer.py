"""What can be told of a SPARQL update from its words: its operations, and what each can touch.

The engine tells nothing of an update but whether it went well. Which graphs to compare
afterwards, and whether an operation reads or writes the default graph, is read off the text
(SPARQL 1.1 Update, section 4; the grammar's rules 29 to 52). What cannot be read surely, such as
words that stick together, is refused: a change that was made and not seen would be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, parse

from pledgegraph.errors import UpdateRefused
from pledgegraph.sparql.terminals import COMMENT, IRI, STRING

_TOKEN: Final = re.compile(
    rf"""
      (?P<space> \s+ | {COMMENT} )
    | (?P<iri> {IRI} )
    | (?P<term> {STRING}
              | (?:\d[\d.]*|\.\d+)(?:[eE][+-]?\d+)? )
    | (?P<variable> [?$]\w+ )
    | (?P<tag> @[A-Za-z]+(?:-[A-Za-z0-9]+)* | \^\^ )
    | (?P<name> (?:[^\W\d][\w.\-]*)? : (?:[\w.\-:%]|[^\x00-\x7f]|\\.)*+ )
    | (?P<word> [^\W\d]\w* )
    | (?P<open> [({{\[] )
    | (?P<close> [)}}\]] )
    | (?P<end> ; )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORD: Final = re.compile(
    "INSERT|DELETE|WHERE|GRAPH|WITH|USING|LOAD|INTO|NAMED|DEFAULT|CLEAR|CREATE|SILENT"
)
_MANAGEMENT: Final = frozenset(["CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"])
_CLOSES: Final = {"(": ")", "{": "}", "[": "]"}
_OF_PATHS: Final = frozenset("^!/|*+?")
_TERMS: Final = frozenset({"iri", "term", "variable", "name"})


class Kind(Enum):
    """What an operation is."""

    INSERT_DATA = "INSERT DATA"
    DELETE_DATA = "DELETE DATA"
    MODIFY = "DELETE/INSERT"
    MANAGEMENT = "graph management"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an update, and what of the dataset it can touch."""

    kind: Kind
    prologue: str
    body: str
    graphs: frozenset[NamedNode] | None
    """The named graphs that it may change; None for any."""
    writes_default: bool
    """Whether it may change the default graph."""
    reads_default: bool
    """Whether it may read the default graph of the store."""
    names_dataset: bool
    """Whether it has WITH, USING or USING NAMED."""
    where: int
    """Where in ``body`` its WHERE stands; -1 where there is none."""
    template: tuple[int, int] | None
    """Of DELETE WHERE, where its only pattern begins and ends in ``body``."""
    merges: tuple[NamedNode, ...] = ()
    """The graphs that its USING clauses make one default graph of, each once."""
    merging: tuple[tuple[int, int], ...] = ()
    """Where in ``body`` those clauses begin and end."""

    @property
    def text(self) -> str:
        """It as an update of its own."""
        return f"{self.prologue}\n{self.body}"

    @property
    def inserting(self) -> str:
        """A DELETE DATA as the INSERT DATA of the same quads."""
        return f"{self.prologue}\nINSERT{self.body[len('DELETE') :]}"

    def using(self, graphs: Sequence[NamedNode], named: Sequence[NamedNode]) -> str:
        """It as an update of its own over another dataset (Protocol, section 2.2.3).

        The engine takes the dataset of an update from its text only.
        """
        clauses = " ".join([f"USING {g}" for g in graphs] + [f"USING NAMED {g}" for g in named])
        if self.where < 0 or not clauses:
            return self.text
        before, after = self.body[: self.where], self.body[self.where :]
        if self.template is not None:
            begin, end = self.template
            before = f"DELETE {self.body[begin:end]} "
        return f"{self.prologue}\n{before} {clauses} {after}"

    def over(self, graph: NamedNode) -> Operation:
        """It with one graph for its default graph, in the place of those that it merges."""
        (begin, end), *others = self.merging
        body = self.body
        for start, until in reversed(others):
            body = body[:start] + " " * (until - start) + body[until:]
        body = f"{body[:begin]} USING {graph} {body[end:]}"
        where = self.where + len(body) - len(self.body)
        return replace(self, body=body, where=where, merges=(graph,), merging=())


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int
    depth: int

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two semicolons: an operation, and the prologue before it."""

    prologue: str
    """All that has been declared so far."""
    declared: tuple[int, int]
    """Where its own prologue begins and ends in the text; the same place twice for none."""
    tokens: tuple[_Token, ...]
    """Of the operation; none where there is only a prologue, or nothing."""
    end: int
    """Where the semicolon behind it stands, or the end of the text."""
    is_matched: bool
    """Whether the brackets have matched so far."""


def pieces(text: str) -> list[Piece]:
    """What an update consists of, whether or not that is right."""
    found = []
    prologue = ""
    for tokens, end, is_matched in _separated(text):
        rest = tokens
        start = until = rest[0].start if rest else end
        while rest and rest[0].word in ("PREFIX", "BASE"):
            length = 3 if rest[0].word == "PREFIX" else 2
            until = rest[:length][-1].end
            prologue += text[rest[0].start : until] + "\n"
            rest = rest[length:]
        found.append(Piece(prologue, (start, until), tuple(rest), end, is_matched))
    return found


def operations(text: str, found: Sequence[Piece], *, base: str) -> list[Operation]:
    """The operations of an update whose syntax has been checked, in their order.

    Raises:
        UpdateRefused: one is not offered, or cannot be told surely.
    """
    return [_operation(text, each.tokens, each.prologue, base) for each in found if each.tokens]


def _separated(text: str) -> Iterator[tuple[list[_Token], int, bool]]:
    """The tokens of each operation with its prologue, where they end, and whether all match."""
    opened: list[str] = []
    is_matched = True
    held: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "space":
            continue
        if kind == "close":
            is_matched = bool(opened) and _CLOSES[opened.pop()] == match[0] and is_matched
        if kind == "end" and not opened:
            yield held, match.start(), is_matched
            held = []
            continue
        held.append(_Token(kind, match[0], match.start(), match.end(), len(opened)))
        if kind == "open":
            opened.append(match[0])
    yield held, len(text), is_matched and not opened


def _operation(text: str, tokens: Sequence[_Token], prologue: str, base: str) -> Operation:
    for token in tokens:
        _refuse_unclear(token, prologue)
    first = tokens[0].word
    top = [token for token in tokens if token.depth == 0]
    words = [token.word for token in top]
    if first == "LOAD":
        raise UpdateRefused(
            "LOAD is not offered here: the service reads no address for its clients.",
            remedy="Send the data themselves, with PUT or POST to /graphs or in INSERT DATA.",
        )
    start, end = tokens[0].start, tokens[-1].end
    body = text[start:end]
    if first in _MANAGEMENT:
        return _management(top, prologue, body, base)
    if first not in ("INSERT", "DELETE", "WITH"):
        raise UpdateRefused(
            f"The operation that begins with {tokens[0].text[:40]!r} cannot be read.",
            remedy="Put a space between any two words.",
        )
    is_data = words[1:2] == ["DATA"]
    is_short = words[:2] == ["DELETE", "WHERE"]
    blocks = [
        (top[place - 1].word, token.start, top[place + 1].end)
        for place, token in enumerate(top)
        if token.text == "{"
    ]
    written = [b for b in blocks if b[0] != "WHERE" or is_short]
    read = [b for b in blocks if b[0] == "WHERE"]
    with_graph = top[1] if first == "WITH" else None
    targets: list[_Token] = [with_graph] if with_graph else []
    anywhere = writes_default = False
    for _, begin, until in written:
        inside = [t for t in tokens if begin <= t.start and t.end <= until]
        for token, after in pairwise(inside):
            if token.word == "GRAPH":
                anywhere = anywhere or after.kind == "variable"
                targets += [after] if after.kind != "variable" else []
        writes_default = writes_default or (with_graph is None and _has_triples(inside))
    names_dataset = with_graph is not None or "USING" in words
    merged = [(t, after) for t, after in pairwise(top) if t.word == "USING" and not after.word]
    return Operation(
        kind=(
            Kind.MODIFY
            if not is_data
            else Kind.INSERT_DATA
            if first == "INSERT"
            else Kind.DELETE_DATA
        ),
        prologue=prologue,
        body=body,
        graphs=None if anywhere else _resolved(targets, prologue, base),
        writes_default=writes_default,
        reads_default=not names_dataset
        and any(
            _has_triples([t for t in tokens if begin <= t.start and t.end <= until])
            for _, begin, until in read
        ),
        names_dataset=names_dataset,
        where=next((t.start - start for t in top if t.word == "WHERE"), -1),
        template=(read[0][1] - start, read[0][2] - start) if is_short and read else None,
        merges=_resolved_each([after for _, after in merged], prologue, base),
        merging=tuple((t.start - start, after.end - start) for t, after in merged),
    )


def _management(top: list[_Token], prologue: str, body: str, base: str) -> Operation:
    """CLEAR, DROP, CREATE, ADD, MOVE or COPY (section 3.2)."""
    places = [t for t in top[1:] if t.kind in ("iri", "name") or t.word == "DEFAULT"]
    words = {token.word for token in top}
    copies = top[0].word in ("ADD", "COPY")
    written = places[1:] if copies else places
    named = [token for token in written if token.word != "DEFAULT"]
    return Operation(
        kind=Kind.MANAGEMENT,
        prologue=prologue,
        body=body,
        graphs=None if words & {"ALL", "NAMED"} else _resolved(named, prologue, base),
        writes_default=any(token.word == "DEFAULT" for token in written),
        reads_default=copies and places[:1] != [] and places[0].word == "DEFAULT",
        names_dataset=False,
        where=-1,
        template=None,
    )


def _has_triples(inside: Sequence[_Token]) -> bool:
    """Whether a block has triples that stand in no GRAPH; in doubt it has.

    Braces of GRAPH and of VALUES are stepped over, and what stands in parentheses: expressions.
    """
    skipped = run = 0
    for place, token in enumerate(inside):
        if token.kind == "open":
            skipped += bool(skipped or token.text == "(" or _is_apart(inside, place))
            run = 1 if token.text == "[" else 0
        elif token.kind == "close":
            skipped -= bool(skipped)
            run = 1 if token.text == "]" else 0
        elif skipped or token.kind == "tag":
            continue
        elif _is_of_triple(token, inside[place - 1]):
            run += 1
        else:
            run = 0
        if run > 1:
            return True
    return False


def _is_of_triple(token: _Token, before: _Token) -> bool:
    """Whether the token may be a part of a triple, and does not name a graph or a column."""
    if token.word == "A" or token.text in _OF_PATHS:
        return True
    return token.kind in _TERMS and before.word not in ("GRAPH", "VALUES")


def _is_apart(inside: Sequence[_Token], place: int) -> bool:
    """Whether the bracket at ``place`` opens the block of a GRAPH or of VALUES."""
    if inside[place].text != "{" or place <= 1:
        return False
    return inside[place - 2].word in ("GRAPH", "VALUES") or _ends_variables(inside, place)


def _ends_variables(inside: Sequence[_Token], place: int) -> bool:
    """Whether the brace at ``place`` follows the variables of VALUES (?a ?b)."""
    while place > 0 and inside[place - 1].text != "(":
        place -= 1
        if inside[place].kind not in ("variable", "close"):
            return False
    return place > 1 and inside[place - 2].word == "VALUES"


def _refuse_unclear(token: _Token, prologue: str) -> None:
    """Refuse words that stick together, since the engine may read them as several."""
    word = token.word
    if token.kind == "name":
        prefix = token.text.partition(":")[0]
        declared = re.search(rf"(?i)PREFIX\s*{re.escape(prefix)}:", prologue)
        word = "" if declared else prefix.upper()
    hides_using = token.kind == "name" and word == "USING"
    if hides_using or (not _KEYWORD.fullmatch(word) and _KEYWORD.search(word)):
        raise UpdateRefused(
            f"The word {token.text[:40]!r} cannot be told from several.",
            remedy="Put a space between any two words.",
        )


def _resolved(targets: list[_Token], prologue: str, base: str) -> frozenset[NamedNode]:
    """The IRIs that the tokens stand for."""
    return frozenset(_resolved_each(targets, prologue, base))


def _resolved_each(targets: list[_Token], prologue: str, base: str) -> tuple[NamedNode, ...]:
    """The IRIs, each once, in order; Turtle reads a prologue of SPARQL as SPARQL does."""
    if not targets:
        return ()
    lines = [prologue, *(f"{token.text.rstrip('.')} <urn:x> <urn:x> ." for token in targets)]
    quads = parse("\n".join(lines), format=RdfFormat.TURTLE, base_iri=base)
    try:
        return tuple({q.subject: None for q in quads if isinstance(q.subject, NamedNode)})
    except SyntaxError as error:
        raise UpdateRefused(
            "The name of a graph in the update cannot be read.",
            remedy="Write it as a whole IRI, between angle brackets.",
        ) from error
