"""The commitments of a snapshot with all that was told of them, read once.

What depends on the day is worked out from it by `standing`, for any day, without another query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode, QuerySolution, Variable

from pledgegraph.documents import Names
from pledgegraph.store import Engine, OnceASnapshot, Snapshot, Substitutions, solutions
from pledgegraph_api.progress.terms import CLASSES, FRESHNESS, NOT_REPORTED, STATUS
from pledgegraph_api.web.naming import NameBook, read_names

_THINGS: Final = frozenset(
    (
        "about",
        "register",
        "maker",
        "actorType",
        "status",
        "teller",
        "record",
        "known",
        "assessment",
        "repliesTo",
    )
)
_QUERIES: Final = Path(__file__).resolve().with_name("queries")

Voice = Literal["maker", "assessor", "others"]
"""Who tells: the maker itself, an independent assessor, or anybody else."""
Values = Mapping[str, Sequence[str]]
"""Days, words and IRIs by key, sorted."""


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody said of a promise. Days are as ISO 8601 has them, the earlier first."""

    record: NamedNode
    starts: tuple[str, ...]
    """``asOf`` and the first day that the account's date can mean."""
    ends: tuple[str, ...]
    """``asOf`` and the last day that it can mean."""
    statuses: tuple[str, ...]
    """IRIs of our scheme; a word that matches none has none."""
    words: tuple[str, ...]
    """The account's own words for its status."""
    states: bool
    """Whether it says how far the promise is, in whatever words."""
    date_words: str
    """The wording of its date, where one was seen."""
    tellers: tuple[str, ...]
    is_assessment: bool
    replies_to: tuple[str, ...]
    """The assessments that it replies to."""


@dataclass(frozen=True, slots=True)
class Telling:
    """An account of a commitment, or of a part of it."""

    account: Account
    voice: Voice
    direct: bool
    """Whether it is about the commitment itself."""

    @property
    def by_page(self) -> bool:
        """Whether it counts as the maker's although only a page tells it, and nobody in person."""
        return self.voice == "maker" and not self.account.tellers


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment, and what was told of it."""

    record: NamedNode
    registers: tuple[str, ...]
    known: str
    """What is known of reporting today, whatever the day."""
    announced: str
    """The first day on which it can have been announced; empty where no source says."""
    due: str
    """The last day that its due date can mean; empty without one."""
    makers: tuple[str, ...]
    actor_types: tuple[str, ...]
    told: tuple[Telling, ...]

    def assessments(self) -> list[Account]:
        """The assessments of it and of its parts, the newest first, each once."""
        found = {e.account.record: e.account for e in self.told if e.account.is_assessment}
        return sorted(
            found.values(), key=lambda each: (each.ends[-1:], each.record.value), reverse=True
        )

    def replies(self, account: Account) -> list[Account]:
        """What its maker has replied to an assessment, the oldest first, each once."""
        found = {
            each.account.record: each.account
            for each in self.told
            if account.record.value in each.account.replies_to
        }
        return sorted(found.values(), key=lambda each: (each.ends[-1:], each.record.value))


@dataclass(frozen=True, slots=True)
class Ledger:
    """All commitments of one snapshot, by IRI."""

    sequence: int
    commitments: tuple[Commitment, ...]
    terminal: frozenset[str]
    """Statuses that are an end."""
    discrepancies: int
    names: NameBook

    def name(self, iri: str, language: str) -> tuple[str, str]:
        """What a thing is called and in which language that is; both empty where unknown."""
        return self.names.name(NamedNode(iri), language)

    def in_short(self, account: Account, language: str) -> dict[str, str]:
        """Of an account the last day that it can mean, who tells, and how far the promise is."""
        return {
            "day": account.ends[-1] if account.ends else "",
            "who": ", ".join(self.name(each, language)[0] or each for each in account.tellers),
            "status": ", ".join(
                [self.name(each, language)[0] or each for each in account.statuses] or account.words
            ),
        }


class Ledgers:
    """Reads the ledger of the newest snapshot, once."""

    def __init__(self, engine: Engine, names: Names) -> None:
        self._engine = engine
        self._names = names
        self._held = OnceASnapshot(engine, self._read)

    def current(self) -> Ledger:
        """The ledger of the newest snapshot. Blocks: to be called in a thread."""
        return self._held.current()

    def of(self, snapshot: Snapshot) -> Ledger:
        """That of the snapshot, for whoever reads more of the same one. Blocks."""
        return self._held.of(snapshot)

    def about(self, record: NamedNode) -> Ledger:
        """That of one commitment alone, which is much quicker to read where there are many.

        It has no commitment where the newest snapshot has none of that IRI. Blocks.
        """
        with self._engine.snapshot() as snapshot:
            return self._read(snapshot, record)

    def _read(self, snapshot: Snapshot, only: NamedNode | None = None) -> Ledger:
        asked: Substitutions = {} if only is None else {Variable("commitment"): only}
        tellings = list(solutions(snapshot, _text("told.rq"), asked))
        accounts = {
            record: _account(record, values)
            for given in ([{}] if only is None else _accounts_in(tellings))
            for record, values in _values(snapshot, "accounts.rq", "account", given).items()
        }
        told: dict[str, dict[tuple[str, str, bool], Telling]] = {}
        for row in tellings:
            commitment, account, promise = row["commitment"], row["account"], row["promise"]
            voice = row["voice"]
            if (
                isinstance(commitment, NamedNode)
                and isinstance(account, NamedNode)
                and isinstance(voice, RdfLiteral)
                and account.value in accounts
            ):
                telling = Telling(
                    accounts[account.value], _voice(voice.value), direct=promise == commitment
                )
                key = (account.value, voice.value, telling.direct)
                told.setdefault(commitment.value, {})[key] = telling
        commitments = tuple(
            Commitment(
                NamedNode(iri),
                registers=tuple(values.get("register", ())),
                known=next(iter(values.get("known", ())), ""),
                announced=min(values.get("announced", ()), default=""),
                due=max(values.get("due", ()), default=""),
                makers=tuple(values.get("maker", ())),
                actor_types=tuple(values.get("actorType", ())),
                told=tuple(told.get(iri, {}).values()),
            )
            for iri, values in sorted(
                _values(snapshot, "commitments.rq", "commitment", asked).items()
            )
        )
        rest: dict[str, set[str]] = {"terminal": set(), "discrepancy": set()}
        for row in solutions(snapshot, _text("rest.rq"), {}):
            key, value = row["key"], row["value"]
            if isinstance(key, RdfLiteral) and isinstance(value, NamedNode):
                rest[key.value].add(value.value)
        return Ledger(
            snapshot.sequence,
            commitments,
            frozenset(rest["terminal"]),
            len(rest["discrepancy"]),
            read_names(snapshot, self._names, map(NamedNode, set(_named(commitments)))),
        )


def _named(commitments: Iterable[Commitment]) -> Iterable[str]:
    yield STATUS + NOT_REPORTED
    yield from (FRESHNESS + name for name in CLASSES)
    for each in commitments:
        yield each.record.value
        yield from (*each.registers, *each.makers, *each.actor_types)
        for telling in each.told:
            yield from (*telling.account.statuses, *telling.account.tellers)


@cache
def _text(name: str) -> str:
    return (_QUERIES / name).read_text(encoding="utf-8")


def _accounts_in(tellings: Iterable[QuerySolution]) -> Iterator[Substitutions]:
    for account in {row["account"] for row in tellings}:
        if isinstance(account, NamedNode):
            yield {Variable("account"): account}


def _values(
    snapshot: Snapshot, query: str, variable: str, given: Substitutions
) -> dict[str, Values]:
    """What a query tells of each thing, by key; what has no IRI is left out.

    So is a text where a thing is expected, which only stores without a gate can hold.
    """
    found: dict[str, dict[str, set[str]]] = {}
    for row in solutions(snapshot, _text(query), given):
        thing, key, value = row[variable], row["key"], row["value"]
        if (
            isinstance(thing, NamedNode)
            and isinstance(key, RdfLiteral)
            and isinstance(value, NamedNode if key.value in _THINGS else NamedNode | RdfLiteral)
        ):
            found.setdefault(thing.value, {}).setdefault(key.value, set()).add(value.value)
    return {
        thing: {key: sorted(values) for key, values in keys.items()}
        for thing, keys in found.items()
    }


def _account(iri: str, values: Values) -> Account:
    as_of = values.get("asOf", ())
    return Account(
        NamedNode(iri),
        starts=tuple(sorted((*as_of, *values.get("earliest", ())))),
        ends=tuple(sorted((*as_of, *values.get("latest", ())))),
        statuses=tuple(values.get("status", ())),
        words=tuple(values.get("word", ())),
        states=any(values.get(key) for key in ("status", "published", "word")),
        date_words=next(iter(values.get("dateWords", ())), ""),
        tellers=tuple(values.get("teller", ())),
        is_assessment="assessment" in values,
        replies_to=tuple(values.get("repliesTo", ())),
    )


def _voice(name: str) -> Voice:
    if name == "maker":
        return "maker"
    return "assessor" if name == "assessor" else "others"
