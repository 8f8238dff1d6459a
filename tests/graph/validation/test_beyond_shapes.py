"""The rules that no shape can state look at what a change touches, and at what it leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import Dataset, NamedNode, Quad, Store, Triple

from pledgegraph.shipped import shipped
from pledgegraph.store.changes import ChangeSet
from pledgegraph.validation import BeyondShapes, Severity, Shapes, ValidationReport

BASE = "http://test.example"
SOURCES = f"{BASE}/id/graph/sources"
A, B = (f"{BASE}/id/source/{name}" for name in "ab")
READ = "<id/source/a> a pg:Source ; pg:retrieved '2025-06-30'^^xsd:date ."
Triples = Callable[[str], list[Triple]]
Graphs = dict[str, str]
Find = Callable[..., list[tuple[str, str, Severity]]]


@pytest.fixture(scope="module")
def rules() -> BeyondShapes:
    return BeyondShapes(Shapes.read(shipped("ontology")), BASE)


@pytest.fixture
def find(triples: Triples, rules: BeyondShapes) -> Find:
    """The rules that are broken, where, and how badly, when graphs are added and removed."""

    def quads(graphs: Graphs | None) -> list[Quad]:
        return [
            Quad(triple.subject, triple.predicate, triple.object, NamedNode(graph))
            for graph, turtle in (graphs or {}).items()
            for triple in triples(f"@base <{BASE}/> . @prefix es: <{STATUS}> . {turtle}")
        ]

    def look(
        *, before: Graphs | None = None, add: Graphs | None = None, remove: Graphs | None = None
    ) -> list[tuple[str, str, Severity]]:
        store = Store()
        store.extend(quads(before))
        change = ChangeSet(Dataset(quads(add)), Dataset(quads(remove)))
        report = rules.completed(ValidationReport(), change, store)
        assert all(set(result.messages) == {"en", "es", "fr"} for result in report.results)
        return [
            (result.constraint, result.focus.removeprefix(f"<{BASE}/id/"), result.severity)
            for result in report.results
            if result.constraint != "SourceOfGraph"
        ]

    return look


STATUS = "https://w3id.org/pledgegraph/scheme/event-status#"
ANA = "<id/actor/ana> a pg:Actor ."


def test_who_takes_the_type_away_leaves_no_statement_behind(find: Find) -> None:
    named = "<id/actor/ana> rdfs:label 'Ana'@en ."
    gone = ("RecordHasType", "actor/ana>", Severity.VIOLATION)
    assert find(before={A: ANA + named}, remove={A: ANA}) == [gone]
    assert find(before={A: ANA + named}, remove={A: ANA + named}) == []
    assert find(before={A: ANA, B: ANA + named}, remove={A: ANA}) == []


def test_what_others_still_say_is_a_warning(find: Find) -> None:
    named = "<id/actor/ana> rdfs:label 'Ana'@en ."
    left = ("RecordHasType", "actor/ana>", Severity.WARNING)
    assert find(before={A: ANA, B: named}, remove={A: ANA}) == [left]
    computed = f"{BASE}/id/graph/computed/progress"
    assert find(before={A: ANA, computed: named}, remove={A: ANA}) == []


def test_a_type_that_stands_elsewhere_is_enough(find: Find) -> None:
    assert find(before={A: ANA}, add={B: "<id/actor/ana> rdfs:label 'Ana'@en ."}) == []


def test_an_iri_that_only_leads_on_needs_no_type(find: Find) -> None:
    moved = "<id/actor/old> <http://purl.org/dc/terms/isReplacedBy> <id/actor/ana> ."
    assert find(add={A: ANA + moved}) == []
    named = moved + "<id/actor/old> rdfs:label 'Old'@en ."
    assert [rule for rule, _, _ in find(add={A: ANA + named})] == ["RecordHasType"]


def test_days_are_judged_by_the_reading_of_their_own_graph(find: Find) -> None:
    report = "<id/report/r> a pg:StatusReport ; pg:asOf '2025-07-01'^^xsd:date ."
    late = ("DayIsPast", "report/r>", Severity.VIOLATION)
    assert find(before={SOURCES: READ}, add={A: report}) == [late]
    assert find(before={SOURCES: READ}, add={B: report}) == []
    assert find(before={SOURCES: READ, A: report}, add={B: "<id/report/r> a pg:Account ."}) == []


def test_an_earlier_reading_is_held_against_what_is_there(find: Find) -> None:
    report = "<id/report/r> a pg:StatusReport ; pg:asOf '2025-07-01'^^xsd:date ."
    late = ("DayIsPast", "report/r>", Severity.VIOLATION)
    later = READ.replace("2025-06-30", "2025-08-01")
    there = {SOURCES: later, A: report}
    assert find(before=there, add={SOURCES: READ}, remove={SOURCES: later}) == [late]


def test_an_event_is_held_when_its_source_says_so(find: Find) -> None:
    """One source announces the day; that it was held is for a later one to say."""
    announced = "<id/event/e> a pg:Event ; pg:startsOn '2025-07-15'^^xsd:date ."
    held = "<id/event/e> pg:eventStatus es:held ."
    later = READ.replace("source/a", "source/b").replace("2025-06-30", "2025-08-01")
    before = {SOURCES: READ + later, A: announced}
    assert find(before=before, add={B: held}) == []
    early = ("HeldIsPast", "event/e>", Severity.VIOLATION)
    assert find(before=before, add={A: held}) == [early]


def test_a_day_that_only_may_be_late_is_accepted(find: Find) -> None:
    outcome = """<id/outcome/o> a pg:Outcome ; pg:earliest '2025-01-01'^^xsd:date ;
        pg:latest '2025-12-31'^^xsd:date ."""
    assert find(before={SOURCES: READ}, add={A: outcome}) == []


def test_twins_are_found_when_the_second_one_comes(find: Find) -> None:
    one = "<id/actor/one> a pg:Actor ; rdfs:label 'Bureau of Data'@en ."
    two = "<id/actor/two> a pg:Actor ; skos:altLabel 'bureau of  DATA'@fr ."
    twin = ("TwinName", "actor/two>", Severity.WARNING)
    assert find(before={A: one}, add={B: two}) == [twin]
    linked = two + "<id/actor/two> pg:possiblySameAs <id/actor/one> ."
    assert find(before={A: one}, add={B: linked}) == []
    assert find(before={A: one}, add={B: two.replace("bureau", "office")}) == []
    assert find(before={A: one, B: two}, add={A: "<id/actor/x> a pg:Actor ."}) == []


def test_of_many_twins_three_are_named(triples: Triples, rules: BeyondShapes) -> None:
    """Each would name all others, which is a report as long as the square of their number."""
    names = ("Bureau", "bureau", "BUREAU", "Bureau.", "bureau.", "BuReau")
    turtle = "".join(
        f"<id/actor/{n}> a pg:Actor ; rdfs:label '{name}'@en . " for n, name in enumerate(names)
    )
    graph = NamedNode(f"{BASE}/id/graph/a")
    quads = [
        Quad(each.subject, each.predicate, each.object, graph)
        for each in triples(f"@base <{BASE}/> . {turtle}")
    ]
    report = rules.completed(ValidationReport(), ChangeSet(Dataset(quads), Dataset()), Store())
    told = {r.focus: r.messages["en"] for r in report.results if r.constraint == "TwinName"}
    assert len(told) == len(names)
    assert all(message.count("/id/actor/") == 3 for message in told.values())
    assert "/id/actor/1> / " in told[f"<{BASE}/id/actor/0>"]


def test_links_to_pages_elsewhere_are_left_alone(find: Find) -> None:
    page = """<id/actor/ana> a pg:Actor ; <https://schema.org/url> <https://w3id.org/> ,
        <https://example.org/pledges/def> , <http://test.example/pledgegraph/def> ."""
    assert find(add={A: page}) == []


@pytest.mark.parametrize("name", ["def#zzz/qqq", "def/zzz", "scheme/none#x", "shapes#no/such"])
def test_no_remedy_is_the_term_that_is_wrong(
    triples: Triples, rules: BeyondShapes, name: str
) -> None:
    term = f"<https://w3id.org/pledgegraph/{name}>"
    graph = NamedNode(f"{BASE}/id/graph/a")
    for statement in (f"<id/actor/ana> {term} 1 .", f"<id/actor/ana> a pg:Actor , {term} ."):
        found = triples(f"@base <{BASE}/> . {statement}")
        quads = [Quad(each.subject, each.predicate, each.object, graph) for each in found]
        change = ChangeSet(Dataset(quads), Dataset())
        report = rules.completed(ValidationReport(), change, Store())
        for result in report.results:
            for message in result.messages.values():
                assert message.count(term.strip("<>")) <= 1, message
