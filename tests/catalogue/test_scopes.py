"""No query reads a variable where nobody knows it, and no column is dull in every answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Variable

from pledgegraph.catalogue.questions import Question, catalogue
from pledgegraph.shipped import shipped
from pledgegraph.sparql.front_matter import split_front_matter
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from tests.catalogue.answers import FOLDER, Case

RULES = sorted((shipped("ontology") / "rules").glob("*.rq"))


def free(expression: object) -> set[str]:
    """The variables that an expression reads; those of EXISTS come from outside rightly."""
    if isinstance(expression, Variable):
        return {str(expression)}
    if isinstance(expression, CompValue):
        if "EXISTS" in expression.name.upper():
            return set()
        return free([value for key, value in expression.items() if key != "_vars"])
    if isinstance(expression, list | tuple | set):
        return set().union(*(free(each) for each in expression))
    return set()


def within(node: Any) -> set[str]:
    """The variables that a part of the algebra can bind."""
    return {str(each) for each in node.get("_vars") or ()}


def unseen(node: Any, outside: frozenset[str] = frozenset()) -> Iterator[str]:
    """Variables that BIND or FILTER reads though only the pattern around its group binds them.

    SPARQL 1.1 Query, section 18.2.2: a group is evaluated by itself. A FILTER of an OPTIONAL's
    own group is the condition of the left join, and sees both sides.
    """
    if not isinstance(node, CompValue):
        return
    if node.name in {"Join", "LeftJoin", "Minus"}:
        after = within(node.p2) if node.name == "Join" else set()
        yield from unseen(node.p1, outside | after)
        yield from unseen(node.p2, outside | within(node.p1))
        return
    if node.name in {"Extend", "Filter"}:
        yield from (free(node.expr) - within(node.p)) & outside
    for key in ("p", "p1", "p2"):
        yield from unseen(node.get(key), outside)


def unseen_of(query: str) -> set[str]:
    """The same of a query's text."""
    return set(unseen(translateQuery(parseQuery(query)).algebra))


@pytest.mark.parametrize("asked", catalogue(), ids=lambda asked: asked.id)
def test_no_question_reads_what_its_group_does_not_bind(asked: Question) -> None:
    assert unseen_of(asked.query) - {each.name for each in asked.parameters} == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_no_rule_reads_what_its_group_does_not_bind(rule: Path) -> None:
    assert unseen_of(split_front_matter(rule)[1]) == set()


@pytest.mark.parametrize(
    "pattern",
    [
        "?a ?p ?b OPTIONAL { ?a ?q ?c BIND (?b AS ?d) }",
        "?a ?p ?b OPTIONAL { { ?a ?q ?c FILTER (?b = ?c) } }",
        "?a ?p ?b { SELECT ?a { ?a ?q ?c FILTER (?b = ?c) } }",
        "?a ?p ?b { ?a ?q ?c BIND (?b AS ?d) } UNION { ?a ?q ?d }",
        "?a ?p ?b MINUS { ?a ?q ?c FILTER (?b = ?c) }",
        "BIND (?b AS ?d) ?a ?p ?b",
    ],
)
def test_such_a_variable_would_be_found(pattern: str) -> None:
    assert unseen_of(f"SELECT * {{ {pattern} }}") == {"b"}


@pytest.mark.parametrize(
    "pattern",
    ["?a ?p ?b OPTIONAL { ?a ?q ?c FILTER (?b = ?c) }", "?a ?p ?b BIND (?b AS ?d)"],
)
def test_what_is_known_is_not_taken_for_one(pattern: str) -> None:
    assert unseen_of(f"SELECT * {{ {pattern} }}") == set()


def certain(node: Any) -> set[str]:
    """The variables that have a value in every solution of a part of the algebra."""
    if not isinstance(node, CompValue):
        return set()
    if node.name in {"Join", "Union"}:
        both = certain(node.p1), certain(node.p2)
        return both[0] | both[1] if node.name == "Join" else both[0] & both[1]
    if node.name in {"LeftJoin", "Minus"}:
        return certain(node.p1)
    found = within(node) if node.name == "BGP" else certain(node.get("p"))
    if node.name == "ToMultiSet" and "res" in node:
        found = {str(each) for each in set.intersection(*(set(row) for row in node.res))}
    if node.name == "Graph" and isinstance(node.term, Variable):
        found |= {str(node.term)}
    if node.name == "Extend" and always(node.expr, found):
        found |= {str(node.var)}
    if node.name == "AggregateJoin":
        found |= {str(each.res) for each in node.A}
    if node.name == "Project":
        found &= {str(each) for each in node.PV}
    return found


def always(expression: object, known: set[str]) -> bool:
    """Whether an expression has a value wherever the variables known have one."""
    if isinstance(expression, Variable):
        return str(expression) in known
    if isinstance(expression, CompValue):
        return expression.name == "Builtin_COALESCE" and always(list(expression.arg)[-1], known)
    return True


def crossing(node: Any) -> Iterator[str]:
    """Variables that alone connect an OPTIONAL or a join, and may have no value.

    Such a one matches everything there: SPARQL 1.1 Query, section 18.3.
    """
    if not isinstance(node, CompValue):
        return
    if node.name in {"LeftJoin", "Join"}:
        shared = within(node.p1) & within(node.p2)
        sure = certain(node.p1) & (certain(node.p2) if node.name == "Join" else shared)
        if not shared & sure:
            yield from shared
    for each in node.values():
        yield from crossing(each)


def crossing_of(query: str) -> set[str]:
    """The same of a query's text."""
    return set(crossing(translateQuery(parseQuery(query)).algebra))


ALWAYS = {"freshness"}  # IF over what COUNT and COALESCE give


@pytest.mark.parametrize("asked", catalogue(), ids=lambda asked: asked.id)
def test_no_question_meets_everything_by_a_variable_without_value(asked: Question) -> None:
    assert crossing_of(asked.query) - {each.name for each in asked.parameters} <= ALWAYS


def test_a_variable_that_may_have_no_value_would_be_found() -> None:
    optional = "OPTIONAL { ?a ?q ?b }"
    assert crossing_of(f"SELECT * {{ ?a ?p ?x {optional} OPTIONAL {{ ?b ?r ?c }} }}") == {"b"}
    assert crossing_of(f"SELECT * {{ ?a ?p ?x {optional} OPTIONAL {{ ?a ?r ?c }} }}") == set()
    nested = "OPTIONAL { ?a ?q ?b OPTIONAL { ?b ?r ?c } }"
    assert crossing_of(f"SELECT * {{ ?a ?p ?x {nested} }}") == set()
    told = 'BIND (COALESCE(?b, "") AS ?d) OPTIONAL { ?d ?r ?c }'
    assert crossing_of(f"SELECT * {{ ?a ?p ?x {optional} {told} }}") == set()


NOTHING_KNOWN = {
    ("completion-under-three-rules", "byReviewer"),  # no reviewer states completion
    ("words-without-a-match", "matches"),  # 0 by what is asked for
}


@pytest.mark.parametrize("asked", catalogue(), ids=lambda asked: asked.id)
def test_no_number_is_zero_in_every_answer(asked: Question, snapshot: EmbeddedSnapshot) -> None:
    if asked.answers_with_a_graph:
        return
    files = [*FOLDER.glob(f"{asked.id}.csv"), *FOLDER.glob(f"{asked.id}--*.csv")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    if zeros(texts):
        texts.append(Case(Path(), asked, {}).answer(snapshot))
    assert {each for each in zeros(texts) if (asked.id, each) not in NOTHING_KNOWN} == set()


def zeros(answers: list[str]) -> set[str]:
    """The columns that hold 0 and nothing else."""
    held: dict[str, set[str]] = {}
    for text in answers:
        for row in csv.DictReader(io.StringIO(text)):
            for column, value in row.items():
                held.setdefault(column, set()).add(value)
    return {column for column, values in held.items() if values and values <= {"0", "0.0"}}
