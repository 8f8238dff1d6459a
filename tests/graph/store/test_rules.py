"""What rules compute: the values on made-up promises, and that no change leaves them behind."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Dataset, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from pledgegraph.catalogue.questions import question
from pledgegraph.errors import ReadError
from pledgegraph.media_types import JSON, N_TRIPLES
from pledgegraph.namespaces import OWL, PG, RDF, RDFS, SCHEME, XSD
from pledgegraph.ontology.files import ontology_files
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import engine_over
from pledgegraph.shipped import shipped
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.directory import new_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.applying import apply
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.rules import Rules, read_rules
from pledgegraph.store.system_graphs import computed_graph
from pledgegraph.store.union_graph import named_quads
from pledgegraph.writes.loading import SourceFile, change_from_files
from tests.depth import examples
from tests.graph.building import BASE, change, node, source_text

RULES = Rules(read_rules(shipped("ontology") / "rules"), BASE)
COMPUTED = computed_graph(BASE)
PROMISES = Path(__file__).with_name("promises.trig")
ONTOLOGY = NamedNode(f"{BASE}/id/source/ontology")


def engine_with_rules(path: Path) -> EmbeddedEngine:
    """An engine that computes and does not validate, over a new data directory."""
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    return EmbeddedEngine(directory, derive=RULES.derive)


@pytest.fixture(scope="module")
def promises(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    """An engine over the made-up promises and the ontology."""
    engine = engine_with_rules(tmp_path_factory.mktemp("promises") / "store")
    files = [SourceFile(file, ONTOLOGY) for file in ontology_files()]
    engine.update(
        change_from_files([*files, SourceFile(PROMISES)], base=BASE, agent="tests", reason="Try.")
    )
    return engine


def computed(engine: EmbeddedEngine, subject: NamedNode) -> dict[str, set[str]]:
    """What the rules say of the subject: property to values, without namespaces."""
    found: dict[str, set[str]] = {}
    with engine.snapshot() as snapshot:
        for quad in snapshot.store.quads_for_pattern(subject, None, None, COMPUTED):
            name = quad.predicate.value.removeprefix(PG.iri)
            value = str(getattr(quad.object, "value", quad.object))
            found.setdefault(name, set()).add(re.sub("^.*[/#]", "", value))
    return found


STATUS = {
    "latest-wins": {"in-progress"},
    "tie": {"in-progress", "completed"},
    "others-beside": {"in-progress"},
    "only-others": None,
    "withdrawn": {"withdrawn"},
    "superseded": {"superseded"},
    "late": {"completed"},
    "reopened": {"paused"},
    "joint": {"paused"},
    "by-the-whole": {"planning"},
    "in-register": None,
    "own-words": None,
    "vaguely-late": {"completed"},
    "with-parts": None,
}


@pytest.mark.parametrize(("slug", "status"), STATUS.items())
def test_the_current_status_is_the_makers_latest(
    slug: str, status: set[str] | None, promises: EmbeddedEngine
) -> None:
    found = computed(promises, node(f"id/commitment/{slug}"))
    assert found.get("currentStatus") == status


def test_the_current_status_says_where_it_comes_from(promises: EmbeddedEngine) -> None:
    found = computed(promises, node("id/commitment/latest-wins"))
    assert found["currentStatusReport"] == {"latest-wins-2"}
    assert found["currentStatusAsOf"] == {"2025-06-30"}
    assert found["currentStatusReporter"] == {"maker"}
    assert computed(promises, node("id/commitment/tie"))["currentStatusReport"] == {
        "tie-1",
        "tie-2",
    }


@pytest.mark.parametrize(
    ("slug", "last_report", "last_note"),
    [
        ("latest-wins", "2025-06-30", "2025-06-30"),
        # Somebody else's later report is no report of the maker; an assessment is no note.
        ("others-beside", "2025-01-31", "2025-12-31"),
        # The commitment is not in the register on whose page the note stands.
        ("only-others", None, "2025-12-31"),
        # The page names another reporter.
        ("withdrawn", "2025-02-28", "2026-08-01"),
        ("by-the-whole", "2025-06-30", "2025-06-30"),
        # A note on the register's page that names no reporter counts as the maker's.
        ("with-parts", "2025-08-01", "2025-08-01"),
        # So does one on a page that the maker, or whoever keeps the register, publishes.
        ("on-its-page", "2025-01-01", "2025-01-01"),
        ("in-register", "2025-03-01", "2025-09-30"),
    ],
)
def test_the_last_report_is_the_makers_own(
    slug: str, last_report: str | None, last_note: str | None, promises: EmbeddedEngine
) -> None:
    found = computed(promises, node(f"id/commitment/{slug}"))
    assert found.get("lastReport") == (last_report and {last_report})
    assert found.get("lastNote") == (last_note and {last_note})


@pytest.mark.parametrize(
    ("slug", "completed_on", "late"),
    [
        ("late", "2024-12-31", "true"),
        ("in-time", "2024-12-31", "false"),
        ("no-due-date", "2024-12-31", None),
        ("done-again", "2025-01-31", "true"),
        ("reopened", None, None),
        ("tie", None, None),
        ("withdrawn", None, None),
        ("superseded", None, None),
        ("others-beside", None, None),
        # A vague day is told as none, and late or in time only where all its days are.
        ("vaguely-late", None, None),
        ("vague-but-in-time", None, "false"),
    ],
)
def test_late_completion_is_told_from_completion_in_time(
    slug: str, completed_on: str | None, late: str | None, promises: EmbeddedEngine
) -> None:
    found = computed(promises, node(f"id/commitment/{slug}"))
    assert found.get("completedOn") == (completed_on and {completed_on})
    assert found.get("completedLate") == (late and {late})


def test_a_word_of_the_register_hides_an_older_status_of_ours(promises: EmbeddedEngine) -> None:
    found = computed(promises, node("id/commitment/own-words"))
    assert found["currentStatusAsPublished"] == {"Pending Guidance"}
    assert found["currentStatusReport"] == {"own-words-2"}
    assert "currentStatus" not in found


def test_a_vague_report_has_both_its_days(promises: EmbeddedEngine) -> None:
    found = computed(promises, node("id/commitment/on-its-page"))
    assert (found["lastReport"], found["lastReportLatest"]) == ({"2025-01-01"}, {"2025-12-31"})


def test_what_others_tell_stands_apart(promises: EmbeddedEngine) -> None:
    found = computed(promises, node("id/commitment/in-register"))
    assert found["makersReport"] == {"publishers-page"}
    assert found["othersAccount"] == {"by-a-partner", "not-its-page"}


def test_a_commitment_rolls_up_to_wholes_and_successors(promises: EmbeddedEngine) -> None:
    found = computed(promises, node("id/commitment/by-the-whole"))
    assert found["rollsUpTo"] == {"committee", "whole", "heir"}


def test_what_is_searched_backwards_stands_both_ways(promises: EmbeddedEngine) -> None:
    assert computed(promises, node("id/commitment/latest-wins"))["supersededBy"] == {"new-plan"}
    assert computed(promises, node("id/commitment/tie"))["continuedBy"] == {"new-plan"}


def test_parts_and_wholes_have_dates_and_counts_of_their_own(promises: EmbeddedEngine) -> None:
    whole = computed(promises, node("id/commitment/with-parts"))
    first = computed(promises, node("id/undertaking/with-parts-1"))
    second = computed(promises, node("id/undertaking/with-parts-2"))
    assert [each.get("finalDueDate") for each in (whole, first, second)] == [
        {"2027-12-31"},
        {"2027-12-31"},
        {"2025-12-31"},
    ]
    assert [each["withinCommitment"] for each in (whole, first, second)] == [{"with-parts"}] * 3
    assert first["currentStatus"] == {"completed"}
    assert first["completedLate"] == {"false"}
    counts = ("undertakingCount", "noteCount", "eventCount", "outcomeCount", "evidenceCount")
    assert [each.get(name) for each in (whole, first, second) for name in counts] == [
        *({"2"}, {"2"}, {"1"}, {"2"}, {"2"}),
        *(None, {"1"}, {"1"}, {"1"}, {"1"}),
        *(None, {"0"}, {"0"}, {"0"}, {"1"}),
    ]
    assert whole["hasEvidence"] == {"held"}
    assert first["hasEvidence"] == {"held"}


def answer(engine: EmbeddedEngine, name: str, **given: str) -> list[dict[str, str]]:
    """The rows of a question's answer, IRIs by their last part."""
    asked, held = question(name), io.BytesIO()
    with engine.snapshot() as snapshot:
        bound = asked.bind(given, base=BASE)
        snapshot.query(asked.query, substitutions=bound).serialise(held, JSON)
    return [
        {key: re.sub("^.*[/#]", "", cell["value"]) for key, cell in row.items()}
        for row in json.loads(held.getvalue())["results"]["bindings"]
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-01-30", [("nobody by this day", "", "")]),
        ("2025-01-31", [("maker", "maker", "in-progress")]),
        ("2025-12-31", [("maker", "maker", "in-progress"),
                        ("another reporter", "other", "completed")]),
        ("2026-01-31", [("maker", "maker", "in-progress"),
                        ("another reporter", "other", "completed"),
                        ("assessor", "assessor", "regressed")]),
    ],
)  # fmt: skip
def test_the_status_as_of_a_day_keeps_voices_apart(
    day: str, expected: list[tuple[str, str, str]], promises: EmbeddedEngine
) -> None:
    rows = answer(promises, "status-as-of", promise="id/commitment/others-beside", day=day)
    told = [(row["voice"], row.get("teller", ""), row.get("status", "")) for row in rows]
    assert told == expected
    first = {row.get("firstKnown") for row in rows}
    assert first == ({"2025-01-31"} if day < "2025-01-31" else {None})


@pytest.mark.parametrize(
    ("day", "status", "freshness"),
    [
        ("2024-06-29", "not-reported", "no-report-known"),
        ("2024-06-30", "in-progress", "current"),
        ("2024-12-30", "in-progress", "current"),
        # A promise that has ended is not overdue.
        ("2024-12-31", "completed", "ended"),
        ("2027-04-01", "completed", "ended"),
    ],
)
def test_freshness_and_status_are_those_of_the_day_asked_for(
    day: str, status: str, freshness: str, promises: EmbeddedEngine
) -> None:
    (row,) = answer(promises, "freshness-and-status", commitment="late", day=day)
    assert (row["status"], row["freshness"]) == (status, freshness)


@pytest.mark.parametrize(
    ("slug", "day", "freshness"),
    [
        ("latest-wins", "2026-06-30", "current"),
        ("latest-wins", "2026-07-01", "due"),
        ("latest-wins", "2027-06-30", "due"),
        ("latest-wins", "2027-07-01", "overdue"),
        # “2025” may be the first of January, and counts when the year is over.
        ("on-its-page", "2025-12-30", "no-report-known"),
        ("on-its-page", "2025-12-31", "current"),
        ("on-its-page", "2026-01-02", "due"),
        ("only-others", "2026-11-29", "others-reported"),
        ("by-the-register-undated", "2026-11-29", "undated"),
        ("new-plan", "2026-11-29", "no-report-known"),
    ],
)
def test_what_is_known_of_reporting(
    slug: str, day: str, freshness: str, promises: EmbeddedEngine
) -> None:
    (row,) = answer(promises, "freshness-and-status", commitment=slug, day=day)
    assert row["freshness"] == freshness


@pytest.mark.parametrize(
    ("slug", "known", "on"),
    [
        ("latest-wins", "maker-reported", {"latest-wins"}),
        ("done-in-parts", "maker-reported", {"done-part"}),
        ("by-the-register-undated", "undated", None),
        ("only-others", "others-reported", None),
        ("new-plan", "no-report-known", None),
    ],
)
def test_what_is_known_of_reporting_is_true_by_itself(
    slug: str, known: str, on: set[str] | None, promises: EmbeddedEngine
) -> None:
    found = computed(promises, node(f"id/commitment/{slug}"))
    assert (found["reportingKnown"], found.get("lastReportOn")) == ({known}, on)


@pytest.mark.parametrize(
    ("day", "freshness", "on"),
    [("2026-06-30", "current", "part"), ("2025-06-29", "no-report-known", None)],
)
def test_a_report_on_a_part_is_said_to_be_one(
    day: str, freshness: str, on: str | None, promises: EmbeddedEngine
) -> None:
    (row,) = answer(promises, "freshness-and-status", commitment="done-in-parts", day=day)
    assert (row["freshness"], row.get("lastReportOn")) == (freshness, on)


def test_what_is_known_today_has_been_told(promises: EmbeddedEngine) -> None:
    (row,) = answer(promises, "freshness-and-status", commitment="this-year")
    assert row["freshness"] == "overdue"
    (row,) = answer(promises, "freshness-and-status", commitment="this-year", day="2026-11-01")
    assert row["freshness"] == "no-report-known"


@pytest.mark.parametrize("name", ["status-as-of", "self-report-and-independent-rating"])
@pytest.mark.parametrize(("day", "reply"), [("2026-03-14", None), ("2026-03-15", "answered")])
def test_a_reply_is_told_from_its_day_on(
    name: str, day: str, reply: str | None, promises: EmbeddedEngine
) -> None:
    rows = answer(promises, name, day=day)
    about = [row for row in rows if "answered" in (row.get("commitment"), row.get("promise"))]
    assert [row.get("reply") for row in about] == [reply]


def test_what_goes_backwards_is_found(promises: EmbeddedEngine) -> None:
    assert computed(promises, node("id/commitment/back"))["hadSetback"] == {"back-2"}
    # After "completed" every word that is no end is one, be it one of the register's own.
    assert computed(promises, node("id/commitment/reopened"))["hadSetback"] == {"reopened-2"}
    assert computed(promises, node("id/commitment/taken-back"))["hadSetback"] == {"taken-back-2"}
    assert computed(promises, node("id/commitment/done-again"))["hadSetback"] == {"done-again-2"}
    assert computed(promises, node("id/commitment/own-words"))["hadSetback"] == {"own-words-2"}
    for slug in ("back", "reopened", "taken-back", "done-again", "own-words"):
        found = computed(promises, node(f"id/report/{slug}-2"))
        assert found["setbackFrom"] == {f"{slug}-1"}, slug
    assert "setbackFrom" not in computed(promises, node("id/report/taken-back-3"))
    for slug in ("others-beside", "latest-wins"):
        assert "hadSetback" not in computed(promises, node(f"id/commitment/{slug}")), slug


def test_all_parts_completed_needs_every_part(promises: EmbeddedEngine) -> None:
    assert computed(promises, node("id/commitment/with-parts"))["allPartsCompleted"] == {"false"}
    assert computed(promises, node("id/commitment/done-in-parts"))["allPartsCompleted"] == {"true"}
    assert "allPartsCompleted" not in computed(promises, node("id/commitment/latest-wins"))


def test_what_has_ended_by_the_day_is_not_past_due(promises: EmbeddedEngine) -> None:
    def past(day: str) -> set[str]:
        rows = answer(promises, "due-dates", day=day, months="1")
        return {row["promise"] for row in rows if row["state"] == "passed"}

    # `withdrawn` stands for the commitment and its milestone alike.
    assert past("2024-10-01") == {"withdrawn", "late", "vaguely-late"}
    assert past("2025-01-01") == {"withdrawn", "reopened", "done-again"}
    assert past("2025-03-01") == {"reopened"}
    assert past("2026-01-01") == {"reopened", "with-parts-2"}


@pytest.mark.parametrize(
    ("vocabulary", "expected"),
    [
        ("ogp-status", {"latest-wins": "limited", "others-beside": "limited",
                        "withdrawn": "withdrawn", "late": "complete", "in-time": "complete",
                        "no-due-date": "complete"}),
        ("naf-status", {"withdrawn": "withdrawn", "superseded": "superseded",
                        "late": "reached-after-end-date", "in-time": "reached-by-end-date"}),
        ("grf-status", {"latest-wins": "in-progress", "others-beside": "in-progress",
                        "late": "fulfilled", "in-time": "fulfilled", "no-due-date": "fulfilled"}),
        ("gds-status", {"latest-wins": "underway", "late": "complete", "in-time": "complete",
                        "no-due-date": "complete"}),
        ("cgi-status", {"latest-wins": "ongoing", "others-beside": "ongoing",
                        "late": "completed", "in-time": "completed",
                        "no-due-date": "completed"}),
    ],
)  # fmt: skip
def test_a_register_is_told_in_the_words_of_another_tracker(
    vocabulary: str, expected: dict[str, str], promises: EmbeddedEngine
) -> None:
    asked, held = question("register-in-another-vocabulary"), io.BytesIO()
    bound = asked.bind({"register": "main", "vocabulary": vocabulary}, base=BASE)
    with promises.snapshot() as snapshot:
        snapshot.query(asked.query, substitutions=bound).serialise(held, N_TRIPLES)
    graph = Dataset(parse(held.getvalue(), format=RdfFormat.N_TRIPLES))
    told = {
        str(quad.subject).strip("<>").rpartition("/")[2]: str(quad.object).strip("<>")
        for quad in graph
        if quad.predicate == PG.mappedStatus
    }
    assert told == {slug: f"{SCHEME}{vocabulary}#{word}" for slug, word in expected.items()}
    listed = {quad.subject for quad in graph if quad.object == PG.Commitment}
    assert node("id/commitment/with-parts") in listed


def test_loading_the_description_of_the_computed_graph_leaves_it_alone(tmp_path: Path) -> None:
    engine = engine_with_rules(tmp_path / "store")
    files = [SourceFile(PROMISES), SourceFile(shipped("data") / "computed-progress.ttl")]
    for file in files:
        engine.update(change_from_files([file], base=BASE, agent="tests", reason="Try."))
    before = set(in_computed(engine))
    again = engine.update(change_from_files(files[1:], base=BASE, agent="tests", reason="Again."))
    assert (again.added, again.removed) == (0, 0)
    assert before
    assert set(in_computed(engine)) == before


def in_computed(engine: EmbeddedEngine) -> Iterator[Quad]:
    with engine.snapshot() as snapshot:
        yield from snapshot.store.quads_for_pattern(None, None, None, COMPUTED)


def anew(quads: Iterator[Quad]) -> set[Quad]:
    """Everything that the rules say of the quads, computed in one go."""
    store = Store()
    said = ChangeSet(added=Dataset(quad for quad in quads if quad.graph_name != COMPUTED))
    apply(store, said, merge=True)
    for difference in RULES.derive(store, None):
        apply(store, difference, merge=True)
    return set(store.quads_for_pattern(None, None, None, COMPUTED))


def day(number: int) -> Literal:
    return Literal(f"2025-{number:02}-15", datatype=XSD.date)


def concept(name: str) -> NamedNode:
    return NamedNode(SCHEME + name)


def everything() -> list[Quad]:
    """A small world in which any statement may hold or not."""
    graphs = [node("id/source/one"), node("id/source/two")]
    sources = node("id/graph/sources")
    actors = [node(f"id/actor/{n}") for n in range(3)]
    promises = [node(f"id/promise/{n}") for n in range(5)]
    accounts = [node(f"id/account/{n}") for n in range(4)]
    events = [node(f"id/event/{n}") for n in range(2)]
    registers = [node(f"id/register/{n}") for n in range(2)]
    outcome, link = node("id/outcome/one"), node("id/evidence/one")
    kinds = [PG.Commitment, PG.Commitment, PG.Undertaking, PG.Undertaking, PG.Milestone]
    classes = [PG.ProgressNote, PG.StatusReport, PG.StatusReport, PG.Assessment]
    triples: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        *((actors[n], PG.partOf, actors[n + 1]) for n in range(2)),
        *((promise, RDF.type, kind) for promise, kind in zip(promises, kinds, strict=True)),
        *((promises[n], PG.partOf, promises[m]) for n, m in ((2, 0), (3, 0), (3, 1), (4, 2))),
        *((promise, PG.madeBy, actor) for promise in promises[:2] for actor in actors[:2]),
        *((promise, PG.inRegister, each) for promise in promises[:2] for each in registers),
        *((promise, PG.dueLatest, day(n + 1)) for n, promise in enumerate(promises)),
        *((account, RDF.type, kind) for account, kind in zip(accounts, classes, strict=True)),
        *((account, PG.reportsOn, promise) for account in accounts for promise in promises),
        *((account, PG.reporter, actors[n % 3]) for n, account in enumerate(accounts)),
        *((account, PG.onBehalfOf, actors[2]) for account in accounts),
        *((account, PG.asOf, day(n)) for account in accounts[1:] for n in (3, 6)),
        *((account, PG.latest, day(n + 4)) for n, account in enumerate(accounts)),
        *((account, PG.status, concept(f"status#{name}"))
          for account in accounts for name in ("in-progress", "completed")),
        *((accounts[0], PG.concerns, event) for event in events),
        *((event, PG.eventStatus, concept("event-status#held")) for event in events),
        *((event, PG.eventType, concept("event-type#workshop")) for event in events),
        *((event, PG.contributesTo, promise) for event in events for promise in promises[1:4]),
        *((event, bound, day(n + 1))
          for n, event in enumerate(events) for bound in (PG.earliest, PG.latest)),
        (events[0], PG.eventStatus, concept("event-status#announced")),
        (events[0], PG.superEvent, events[1]),
        (events[1], PG.possiblySameAs, events[0]),
        *((promises[0], PG.announcedAt, event) for event in events),
        (promises[0], PG.announcedEarliest, day(5)),
        *((outcome, PG.resultedFrom, each) for each in (*events, promises[0], promises[3])),
        (outcome, RDF.type, PG.Outcome),
        *((link, PG.evidenceFor, promise) for promise in promises[:3]),
        (link, PG.evidenceItem, events[0]),
    ]  # fmt: skip
    return [
        *(Quad(*triple, graphs[n % 2]) for n, triple in enumerate(triples)),
        *(Quad(*triple, graphs[n % 2]) for n, triple in enumerate(triples, 1) if n % 5 == 0),
        *(Quad(*triple, graphs[0]) for triple in triples if triple[0] in accounts[:2]),
        *(Quad(graph, PG.inRegister, each, sources) for graph in graphs for each in registers),
        *(Quad(graph, PG.published, day(n + 1), sources) for n, graph in enumerate(graphs)),
        *(Quad(graph, PG.publishedBy, actors[0], sources) for graph in graphs),
    ]


WORLD = list(dict.fromkeys(everything()))
PREDICATES = sorted({quad.predicate for quad in WORLD}, key=str)


def some_of_the_world(dice: random.Random, step: int) -> list[Quad]:
    """Much of it at first; then a statement or a few, of any predicate as often as of others."""
    if step == 0:
        return dice.sample(WORLD, dice.randint(len(WORLD) // 4, len(WORLD)))
    predicates = dice.choices(PREDICATES, k=dice.choice((1, 1, 2, 4)))
    return [dice.choice([q for q in WORLD if q.predicate == each]) for each in {*predicates}]


@example(seed=3628799)  # a page gets into a register, and another page says what its report is on
@example(seed=696)  # a page that tells that an event was held gets its day
@settings(max_examples=examples(80), deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_following_changes_ends_where_computing_anew_does(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- the dice of a test
    store = Store()
    for step in range(8):
        here = Dataset(named_quads(store))
        toggled = some_of_the_world(dice, step)
        change_set = ChangeSet(
            added=Dataset(quad for quad in toggled if quad not in here),
            removed=Dataset(quad for quad in toggled if quad in here),
        )
        apply(store, change_set, merge=True)
        for difference in RULES.derive(store, change_set):
            apply(store, difference, merge=True)
        said = list(named_quads(store))
        assert {
            quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph())
        } == {quad.triple for quad in said}
        assert set(store.quads_for_pattern(None, None, None, COMPUTED)) == anew(iter(said))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_store_shows_what_follows_from_its_data(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dice = random.Random(seed)  # noqa: S311 -- the dice of a test
    engine = engine_with_rules(tmp_path_factory.mktemp("world") / "store")
    here: set[Quad] = set()
    for step in range(4):
        toggled = set(some_of_the_world(dice, step))
        engine.update(change(add=toggled - here, remove=toggled & here))
        here ^= toggled
        assert set(in_computed(engine)) == anew(iter(here))


def ontology() -> Store:
    store = Store()
    for file in ontology_files():
        store.extend(parse(path=file))
    return store


def test_every_computed_property_has_one_rule_and_a_section_on_methodology() -> None:
    known = ontology()
    stated = {
        quad.subject for quad in known.quads_for_pattern(None, RDF.type, PG.ComputedProperty)
    } - {PG.mappedStatus}
    rules = read_rules(shipped("ontology") / "rules")
    defined = [name for rule in rules for name in rule.defines]
    assert sorted(defined, key=str) == sorted(stated, key=str)
    page = Path(__file__).resolve().parents[3] / "docs" / "methodology.md"
    anchors = {
        re.sub("[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    }
    for name in {*stated, PG.ComputedProperty, PG.mappedStatus, PG.appliesWhenLate}:
        (link,) = known.quads_for_pattern(name, RDFS.seeAlso, None)
        assert isinstance(link.object, NamedNode)
        base, _, anchor = link.object.value.partition("#")
        assert base == "https://w3id.org/pledgegraph/methodology"
        assert anchor in anchors, f"{name}: no section {anchor}"


def test_rules_give_each_property_values_of_its_kind(promises: EmbeddedEngine) -> None:
    known = ontology()
    objects = {q.subject for q in known.quads_for_pattern(None, RDF.type, OWL.ObjectProperty)}
    for quad in in_computed(promises):
        (kind,) = known.quads_for_pattern(quad.predicate, RDFS.range, None)
        if quad.predicate in objects:
            assert isinstance(quad.object, NamedNode)
        else:
            assert isinstance(quad.object, Literal)
            assert quad.object.datatype == kind.object


@pytest.mark.parametrize("part", ["layer", "SELECT"])
def test_a_rule_that_cannot_be_asked_stops_a_change_before_it_is_logged(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ontology = tmp_path / "ontology"
    shutil.copytree(shipped("ontology"), ontology)
    path = tmp_path / "store"
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    engine = engine_over(directory, Settings(data_dir=path, base=BASE))
    rule = ontology / "rules" / "last-note.rq"
    spoilt = rule.read_text(encoding="utf-8").replace(part, f"x{part}")
    rule.write_text(spoilt, encoding="utf-8")
    monkeypatch.setattr("pledgegraph.setup.engine_choice.shipped", lambda _: ontology)
    file = tmp_path / "one.ttl"
    file.write_text(source_text("one", "ana"), encoding="utf-8")
    load = change_from_files([SourceFile(file)], base=BASE, agent="tests", reason="Try.")
    with pytest.raises(ReadError, match=r"[Rr]ule"):
        engine.update(load)
    assert list(ChangesLog(directory.changes).after(0)) == []
    assert engine.settle() == 0
