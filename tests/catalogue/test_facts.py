"""Answers beside the facts that they come from, as they were read by hand in the research."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from pledgegraph.catalogue.questions import question
from pledgegraph.namespaces import PG, SCHEME
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from tests.catalogue.answers import BASE, Case


def rows(snapshot: EmbeddedSnapshot, name: str, **given: str) -> list[dict[str, str]]:
    """The rows of an answer; IRIs of records by their slugs, of concepts by their names."""
    text = Case(Path(), question(name), given).answer(snapshot)
    text = text.replace(f"{BASE}/id/", "").replace("https://w3id.org/pledgegraph/", "")
    return list(csv.DictReader(io.StringIO(text)))


FACTS = [
    # The Inclusive Data Charter's page on Commit to Data lists eight types of data, one of them
    # citizen data.
    ("commitments-by-data-type", {}, ("commitment", "otherName"), {
        ("commitment/c2d-idc", name) for name in (
            "official statistics", "administrative data", "civil registration and vital statistics",
            "census", "data for SDG monitoring", "cross-cutting", "inclusive data")
    }),
    # Of the three groups that the founding article names, only persons with disabilities have a
    # commitment with dated milestones (IDDC: 2027 and 2030).
    ("population-groups-and-milestones", {"source": "c2d-citizen-data-article"},
     ("groupName", "withDatedMilestone", "milestones"), {
        ("persons with disabilities", "1", "2"),
        ("LGBT+ community", "0", "0"),
        ("indigenous peoples", "0", "0"),
    }),
    # Ghana's office: champion of the charter, and a pledge at the exchange in Nairobi.
    ("actors-in-several-registers", {"actor": "gh-ss"}, ("register", "record"), {
        ("register/inclusive-data-charter", "commitment/idc-gha-gss"),
        ("register/make-inclusive-data-the-norm", "commitment/midn-gha"),
        ("register/commit-to-data", "commitment/c2d-citizen-data"),
        ("", "event/road-to-riyadh-webinar"),
        ("", "event/igf-2025-open-forum-21"),
        ("", "event/midn-exchange-accra-2025"),
    }),
    # Its reviewer is in a register as well, and so is whoever a report is given for.
    ("actors-in-several-registers", {"actor": "ogp-irm"}, ("register", "role"), {
        ("register/ogp-us-nap5", "def#assessor"),
        ("register/open-government-partnership", "def#assessor"),
    }),
    # One source says the Ministry of Planning, another the Ministry of Labour: not joint.
    ("joint-commitments", {"register": "inclusive-data-charter"}, ("commitment",),
     {("commitment/idc-mwi",), ("commitment/idc-nga-ossap",)}),
    # The session endorsed the framework, of which an outcome tells in turn.
    ("outcomes-of-an-event", {"event": "un-statistical-commission-56"}, ("link", "outcome"), {
        ("def#atSession", "endorsement/copenhagen-framework-unsc-56"),
        ("def#resultedFrom", "outcome/copenhagen-framework-endorsed"),
    }),
    # "Completed" in January 2018, then three times "Financial issues".
    ("status-that-went-backwards", {"register": "un-ocean-commitments"},
     ("promise", "beforeAsPublished", "afterAsPublished", "afterName", "afterDay"), {
        ("commitment/ocean-42172", "Completed", "Financial issues", "", "2018-01-26"),
        ("commitment/ocean-42172", "Completed", "Financial issues", "", "2018-04-04"),
        ("commitment/ocean-42172", "Completed", "Financial issues", "", "2019-09-15"),
        ("commitment/ocean-42226", "On track", "Off track", "off track", "2018-06-22"),
        ("commitment/ocean-42226", "On track", "Off track", "off track", "2018-09-09"),
    }),
    # The campaign publishes 13, 10 and 49 of "over 72".
    ("commitments-by-level", {}, ("levelName", "published"), {
        ("local", "13"), ("regional", "10"), ("global", "49"), ("", "72"),
    }),
    # UN Women in February 2024, the International Civil Society Centre in December 2025.
    ("leadership-on-a-day", {"day": "2024-02-15"}, ("member",),
     {("actor/unsd",), ("actor/un-women",)}),
    ("leadership-on-a-day", {"day": "2025-12-15"}, ("member",),
     {("actor/unsd",), ("actor/international-civil-society-centre",)}),
    ("commitments-by-sdg", {"sdg": "5.3"}, ("commitment", "sdg"),
     {("commitment/midn-gha", "http://metadata.un.org/sdg/5.3")}),
    ("commitments-by-sdg", {"sdg": "17.18"}, ("commitment",), set()),
    # "Data2X programmes move to Open Data Watch"
    ("successions", {}, ("organisation", "successor", "commitment"), {
        ("actor/data2x", "actor/open-data-watch", "commitment/ge-data2x"),
        ("actor/data2x", "actor/open-data-watch", "commitment/idc-data2x"),
    }),
    # Two of the three undertakings have evidence by the end of 2025, none by its beginning.
    ("evidence-by-undertaking", {"commitment": "c2d-citizen-data", "day": "2025-12-31"},
     ("undertaking", "item"), {
        ("undertaking/c2d-citizen-data-initiatives", ""),
        ("undertaking/c2d-citizen-data-workshops", "event/bogota-workshop-2025"),
        ("undertaking/c2d-citizen-data-workshops", "event/bishkek-workshop-2025"),
        ("undertaking/c2d-citizen-data-workshops", "event/workshop-2025-07-23"),
        ("undertaking/c2d-citizen-data-workshops", "event/egm-4-citizen-data-2025"),
        ("undertaking/c2d-citizen-data-knowledge", "event/kenya-malawi-peer-exchange-2025"),
    }),
    # +10 champions, from more than 30; USD 2 million; 30 then 50 partnerships. No value reached.
    ("distance-to-target", {}, ("target", "baseline", "targetValue", "observed"), {
        ("target/c2d-idc-champions", "more than 30 champions", "10", ""),
        ("target/gpsdd-hewlett-funding", "", "2000000", ""),
        ("target/pod-goal-partnerships-30", "", "30", ""),
        ("target/pod-goal-partnerships-50", "", "50", ""),
    }),
    # Riyadh, 9-12 November 2026, hosted by GASTAT.
    ("what-comes-next", {"commitment": "c2d-citizen-data", "day": "2026-06-01"},
     ("item", "earliest", "latest", "responsibleName"),
     {("event/un-world-data-forum-6", "2026-11-09", "2026-11-12", "GASTAT")}),
    # All sources were read on 22 November 2026 or later.
    ("known-on-a-day", {"day": "2026-11-21"}, ("record",), set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "given", "columns", "expected"),
    FACTS,
    # Not by what is expected: a set is written in another order by each worker.
    ids=[f"{number}-{fact[0]}" for number, fact in enumerate(FACTS)],
)
def test_the_answer_is_the_fact(
    name: str,
    given: dict[str, str],
    columns: tuple[str, ...],
    expected: set[tuple[str, ...]],
    snapshot: EmbeddedSnapshot,
) -> None:
    found = {tuple(row[column] for column in columns) for row in rows(snapshot, name, **given)}
    assert found == expected


def test_the_chain_to_the_endorsement_begins_in_bangkok(snapshot: EmbeddedSnapshot) -> None:
    found = rows(snapshot, "steps-of-a-framework", until="2025-03-07")
    assert [(row["event"], row["begins"]) for row in found] == [
        ("event/egm-1-citizen-data-2022", "2022-11-10"),
        ("event/un-statistical-commission-54", "2023-02-28"),
        ("event/egm-2-citizen-data-2023", "2023-09-27"),
        ("event/copenhagen-framework-consultation-2024", "2024-02-01"),
        ("event/un-statistical-commission-55", "2024-02-27"),
        ("event/egm-3-citizen-data-2024", "2024-07-17"),
        ("event/un-statistical-commission-56", "2025-03-04"),
    ]
    assert [row["endorsement"] for row in found if row["endorsement"]] == [
        "endorsement/copenhagen-framework-unsc-56"
    ]


@pytest.mark.parametrize(("day", "state"), [("2024-09-30", "ahead"), ("2024-10-01", "passed")])
def test_a_target_passes_on_the_day_after_its_last(
    day: str, state: str, snapshot: EmbeddedSnapshot
) -> None:
    """30 partnerships by September 2024."""
    found = rows(snapshot, "due-dates", day=day, months="1")
    (target,) = (row for row in found if row["promise"] == "target/pod-goal-partnerships-30")
    assert target["state"] == state


def test_a_promise_is_due_once(snapshot: EmbeddedSnapshot) -> None:
    """With the nearest of the commitments that hold it: for a commitment that is itself."""
    found = rows(snapshot, "due-dates", day="2026-11-22", months="1200")
    promises = [row["promise"] for row in found]
    assert len(promises) == len(set(promises)) > 80
    parts = [row for row in found if row["promise"].startswith("commitment/can-nap5-c05-3-")]
    assert len(parts) > 5
    assert all(row["commitment"] == row["promise"] for row in parts)


def test_a_promise_that_nobody_made_has_no_makers_report(snapshot: EmbeddedSnapshot) -> None:
    """The register's page tells of what was only expected; it is the account of others."""
    expected = NamedNode(f"{BASE}/id/commitment/pod-gbr")
    told = next(snapshot.store.quads_for_pattern(None, PG.reportsOn, expected))
    kinds = {
        quad.predicate
        for quad in snapshot.store.quads_for_pattern(expected, None, told.subject)
        if quad.predicate in {PG.makersReport, PG.othersAccount}
    }
    assert kinds == {PG.othersAccount}


def test_what_is_known_of_reporting_is_true_of_every_commitment(
    snapshot: EmbeddedSnapshot,
) -> None:
    """Told from the accounts themselves, one by one, of the commitment and all of its parts."""
    told: dict[str, set[str]] = {}
    store = snapshot.store
    parts = {
        str(each.subject): str(each.object)
        for each in store.quads_for_pattern(None, PG.partOf, None)
    }
    dated = {
        str(each.subject)
        for name in (PG.asOf, PG.earliest)
        for each in store.quads_for_pattern(None, name, None)
    }
    for predicate, voice in ((PG.makersReport, "own"), (PG.othersAccount, "others")):
        for quad in store.quads_for_pattern(None, predicate, None):
            found = f"{voice} dated" if str(quad.object) in dated else voice
            whole: str | None = str(quad.subject)
            while whole is not None:
                told.setdefault(whole, set()).add(found)
                whole = parts.get(whole)
    wrong = []
    for quad in store.quads_for_pattern(None, PG.reportingKnown, None):
        voices = told.get(str(quad.subject), set())
        meant = (
            "maker-reported"
            if "own dated" in voices
            else "undated"
            if "own" in voices
            else "others-reported"
            if voices
            else "no-report-known"
        )
        if quad.object != NamedNode(f"{SCHEME}freshness#{meant}"):
            wrong.append((quad.subject, quad.object, meant))
    assert not wrong
    part_only = "fds2020-action-16"
    (row,) = rows(snapshot, "freshness-and-status", commitment=part_only, day="2021-06-30")
    assert (row["lastReportOn"], row["freshnessName"]) == ("part", "current")


def test_a_group_that_only_a_part_names_is_marked(snapshot: EmbeddedSnapshot) -> None:
    found = rows(snapshot, "commitments-for-a-group", group="persons-with-disabilities")
    by_part = {row["commitment"]: row["viaPart"] for row in found}
    itself = {
        row["commitment"]
        for row in rows(snapshot, "population-groups-of-a-commitment")
        if row["group"] == "scheme/population-group#persons-with-disabilities"
    }
    assert {name for name, marked in by_part.items() if marked == "false"} == itself
    assert by_part["commitment/can-nap5-c05-3"] == "true"


def test_registers_hold_as_many_commitments_as_the_research(snapshot: EmbeddedSnapshot) -> None:
    """Of the trackers: 8, 20 and 3 that the others are parts of, besides."""
    found = rows(snapshot, "status-of-a-register")
    registers = [row["register"].removeprefix("register/") for row in found]
    assert {name: registers.count(name) for name in registers} == {
        "collaborative-on-citizen-data": 2,
        "colombia-citizen-data": 1,
        "commit-to-data": 3,
        "data-revolution-2015": 5,
        "generation-equality": 1,
        "global-disability-summit-2018": 1,
        "global-disability-summit-2025": 2,
        "global-refugee-forum": 1,
        "inclusive-data-charter": 17,
        "make-inclusive-data-the-norm": 3,
        "nairobi-summit-icpd25": 1,
        "ogp-canada-nap5": 16 + 3,
        "ogp-us-nap5": 19 + 8,
        "open-government-partnership": 22,
        "power-of-data": 8,
        "un-ocean-commitments": 44,
        "us-federal-data-strategy-2020": 65 + 20,
    }
