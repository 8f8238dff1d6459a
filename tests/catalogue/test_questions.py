"""The catalogue's files: complete, within the engine's means, and what bad values get."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Variable

from pledgegraph.catalogue.name_index import Domain
from pledgegraph.catalogue.questions import (
    FOLDER,
    Question,
    WrongParameter,
    catalogue,
    question,
)
from pledgegraph.errors import ReadError
from pledgegraph.media_types import N_TRIPLES, TSV
from pledgegraph.namespaces import PG, SCHEME, XSD
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.select import solutions
from tests.catalogue.answers import BASE

QUESTIONS = catalogue()
LANGUAGES = {"ar", "en", "es", "fr", "ru", "zh"}
SCRIPTS = {"ar": r"[\u0600-\u06ff]", "ru": r"[\u0400-\u04ff]", "zh": r"[\u4e00-\u9fff]"}
HONEST_ABOUT = {5, 12, 13}

each_question = pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.id)


def test_every_competency_question_has_an_answer() -> None:
    assert {each.competency for each in QUESTIONS} - {None} == set(range(1, 26))


def test_what_the_facts_cannot_answer_is_said() -> None:
    for number in HONEST_ABOUT:
        assert any(each.limits for each in QUESTIONS if each.competency == number), number


@each_question
def test_its_texts_are_in_six_languages(asked: Question) -> None:
    texts = [asked.title, asked.question, *(each.description for each in asked.parameters)]
    for text in [*texts, *([asked.limits] if asked.limits else [])]:
        assert set(text) == LANGUAGES
        assert all(len(words) > 3 and words == words.strip() for words in text.values())
        assert all(re.search(letters, text[tag]) for tag, letters in SCRIPTS.items())


@each_question
def test_its_columns_and_parameters_are_named_in_six_languages(asked: Question) -> None:
    assert tuple(asked.headings) == asked.columns
    for words in (*asked.headings.values(), *(each.label for each in asked.parameters)):
        assert set(words) == LANGUAGES
        assert all(re.search(letters, words[tag]) for tag, letters in SCRIPTS.items())
    for tag in LANGUAGES:
        named = [words[tag] for words in asked.headings.values()]
        assert len(set(named)) >= len(named) - 1, (asked.id, tag, named)


def test_a_column_without_words_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "due-dates.rq").read_text(encoding="utf-8")
    (tmp_path / "due-dates.rq").write_text(text.replace("columns: [day,", "columns: [dayX,"))
    with pytest.raises(ReadError, match="does not say what 'dayX' is called"):
        catalogue(tmp_path)


def test_limits_hold_for_any_data(snapshot: EmbeddedSnapshot) -> None:
    """They name nothing that the shipped data hold, which the next load could make untrue."""
    names = {
        name
        for kind in ("Register", "Actor", "Framework", "Commitment")
        for name in Domain(members_of=PG[kind]).index(snapshot).labels.values()
        if len(name) > 6
    }
    assert "Commit to Data" in names
    for asked in QUESTIONS:
        limits = asked.limits.get("en", "")
        assert not re.search(r"\d|\bonly (one|two|three)\b", limits, re.IGNORECASE), asked.id
        assert not [name for name in names if name in limits], asked.id


@each_question
def test_its_columns_are_those_of_the_query(
    asked: Question, empty_snapshot: EmbeddedSnapshot
) -> None:
    result = empty_snapshot.query(asked.query)
    assert result.variables == asked.columns


@each_question
def test_its_parameters_are_variables_that_the_engine_can_bind(asked: Question) -> None:
    """Bound are variables of the outermost projection, and BOUND does not see that they are."""
    select = re.search(r"SELECT\b(.*?)WHERE", asked.query, re.DOTALL)
    assert select
    for parameter in asked.parameters:
        assert re.search(rf"(?<!AS )\?{parameter.name}\b", select[1])
        assert f"BOUND(?{parameter.name})" not in asked.query


UNMARKED = {
    # They say of each row whose it is in another way, or are about the sources themselves.
    "artefact-dates", "basis-of-statements", "commitments-by-level",
    "population-groups-and-milestones", "self-report-and-independent-rating", "sources-since",
    "sources-of-a-record", "statements-in-doubt", "status-as-of", "known-on-a-day",
    "what-may-be-redistributed",
}  # fmt: skip


@each_question
def test_it_says_whose_word_its_rows_are(asked: Question) -> None:
    """A status comes with the maker's own word; what rests on a source, with a mark if inferred."""
    if {"status", "lastReport"} <= set(asked.columns) and "freshness" not in asked.columns:
        assert {"statusAsPublished", "voice"} <= set(asked.columns)
    if "source" in asked.columns and asked.id not in UNMARKED:
        assert "inferred" in asked.columns


def test_what_the_editors_inferred_is_marked(snapshot: EmbeddedSnapshot) -> None:
    rows = {
        (row["source"].value, row["inferred"].value)
        for name in ("what-comes-next", "actors-by-identifier", "money-promised")
        for row in solutions(snapshot, question(name).query, {})
    }
    editors = {
        quad.subject.value
        for quad in snapshot.pointing_at([PG.EditorialSource])
        if isinstance(quad.subject, NamedNode)
    }
    assert any("/editors-" in each for each in editors)
    for source, inferred in rows:
        assert inferred == ("true" if source in editors else "false"), source
    assert {inferred for _, inferred in rows} == {"true", "false"}


def test_the_makers_own_word_stands_beside_a_status_that_has_no_match(
    snapshot: EmbeddedSnapshot,
) -> None:
    asked = question("promises-of-a-country")
    bound = asked.bind({"country": "404"}, base=BASE)
    words = {
        row["statusAsPublished"].value: (row["status"], row["voice"].value)
        for row in solutions(snapshot, asked.query, bound)
        if row["statusAsPublished"]
    }
    assert words["Financial issues"] == (None, "maker")


@each_question
def test_its_rows_have_an_order(asked: Question) -> None:
    assert "\nORDER BY " in asked.query.replace("  ORDER BY", "ORDER BY")


@each_question
def test_a_parameter_that_names_nothing_finds_nothing(
    asked: Question, snapshot: EmbeddedSnapshot
) -> None:
    for parameter in asked.parameters:
        if parameter.type not in ("iri", "string") or parameter.choices:
            continue
        bound = asked.bind({parameter.name: "https://nowhere.example/it"}, base=BASE)
        assert count(snapshot, asked, bound) == 0, parameter.name


@each_question
def test_an_example_finds_no_more_than_all(asked: Question, snapshot: EmbeddedSnapshot) -> None:
    examples = [
        {parameter.name: parameter.example}
        for parameter in asked.parameters
        if parameter.type == "iri" and parameter.default is None and parameter.example
    ]
    # To count everything takes seconds, which is for nothing where no example is compared.
    everything = count(snapshot, asked, {}) if examples else 0
    for example in examples:
        assert 0 <= count(snapshot, asked, asked.bind(example, base=BASE)) <= everything


def count(
    snapshot: EmbeddedSnapshot, asked: Question, bound: dict[Variable, NamedNode | Literal]
) -> int:
    """How many rows or statements the answer has."""
    held, form = io.BytesIO(), N_TRIPLES if asked.answers_with_a_graph else TSV
    snapshot.query(asked.query, substitutions=bound).serialise(held, form)
    return held.getvalue().count(b"\n") - (0 if asked.answers_with_a_graph else 1)


@pytest.mark.parametrize(
    ("name", "parameter", "value", "term"),
    [
        ("records-of-a-country", "country", "454", NamedNode(f"{SCHEME}m49#454")),
        ("records-of-a-country", "country", f"{SCHEME}m49#454", NamedNode(f"{SCHEME}m49#454")),
        ("commitments-by-sdg", "sdg", "17.18", NamedNode("http://metadata.un.org/sdg/17.18")),
        ("register-in-another-vocabulary", "vocabulary", "naf-status",
         NamedNode(f"{SCHEME}naf-status")),
        ("register-in-another-vocabulary", "vocabulary", f"{SCHEME}naf-status",
         NamedNode(f"{SCHEME}naf-status")),
        ("status-of-a-register", "register", "commit-to-data",
         NamedNode(f"{BASE}/id/register/commit-to-data")),
        ("status-as-of", "promise", "id/milestone/one", NamedNode(f"{BASE}/id/milestone/one")),
        ("due-dates", "months", "24", Literal("24", datatype=XSD.integer)),
        ("due-dates", "day", "2025-12-31", Literal("2025-12-31", datatype=XSD.date)),
        ("actors-by-identifier", "identifier", "Q1190181", Literal("Q1190181")),
    ],
)  # fmt: skip
def test_a_value_becomes_a_term(
    name: str, parameter: str, value: str, term: NamedNode | Literal
) -> None:
    assert question(name).bind({parameter: value}, base=BASE)[Variable(parameter)] == term


@pytest.mark.parametrize(
    ("name", "parameter", "value", "told"),
    [
        ("register-in-another-vocabulary", "vocabulary", "freshness", "one of: cgi-status,"),
        ("shapes-of-a-kind", "kind", "Commitments", "one of: Actor, Assessment,"),
        ("due-dates", "months", "a year", "a whole number"),
        ("due-dates", "day", "31.12.2025", "a date such as 2025-12-31"),
        ("records-of-a-country", "country", "4 5 4", "an IRI, or the slug"),
        ("records-of-a-country", "country", '454> ?x . FILTER(true) #', "an IRI, or the slug"),
        ("due-dates", "years", "1", "no parameter 'years'"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_what_is_expected(
    name: str, parameter: str, value: str, told: str
) -> None:
    with pytest.raises(WrongParameter, match=re.escape(told)):
        question(name).bind({parameter: value}, base=BASE)
