"""What rules say of the years of events, of what came of them, and of whose report it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.writes.loading import SourceFile, change_from_files
from tests.graph.building import BASE, node
from tests.graph.store.test_rules import computed, engine_with_rules

WORLD = Path(__file__).with_name("years_and_voices.trig")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    engine = engine_with_rules(tmp_path_factory.mktemp("years") / "store")
    engine.update(change_from_files([SourceFile(WORLD)], base=BASE, agent="tests", reason="Try."))
    return engine


YEARS = {
    "long": ("2018 2019 2020", "own-days", ""),
    "disputed": ("2018 2019 2020", "own-days", ""),
    "promised": ("2016", "promise-made-there", "made"),
    "within-promised": ("2016", "promise-made-there", "made"),
    "part": ("2018 2019 2020", "whole", "disputed"),
    "whole": ("2019", "part", "dated-part"),
    "same": ("2017", "possibly-the-same", "dated-same"),
    "told": ("2021", "year-of-the-page", "two"),
    "only-announced": ("", "", ""),
}


@pytest.mark.parametrize("slug", YEARS)
def test_an_event_has_the_year_of_what_dates_it_first(slug: str, world: EmbeddedEngine) -> None:
    found = computed(world, node(f"id/event/{slug}"))
    said = [" ".join(sorted(found.get(each, ()))) for each in ("inYear", "yearBasis", "datedBy")]
    assert tuple(said) == YEARS[slug]


def test_what_came_of_an_event_counts_before_its_announcement(world: EmbeddedEngine) -> None:
    def state(slug: str) -> set[str]:
        return computed(world, node(f"id/event/{slug}"))["currentEventStatus"]

    assert state("told") == {"held"}
    assert state("only-announced") == {"announced"}
    assert state("called-off") == {"cancelled"}
    assert "currentEventStatus" not in computed(world, node("id/event/long"))


def test_who_speaks_in_the_makers_reports_is_told(world: EmbeddedEngine) -> None:
    def voices(slug: str) -> set[str] | None:
        return computed(world, node(f"id/commitment/{slug}")).get("reportingVoice")

    assert voices("own") == {"maker-itself"}
    assert voices("spoken-for") == {"on-its-behalf"}
    assert voices("unsigned") == {"unsigned", "maker-itself"}
    assert voices("silent") is None
    unsigned = computed(world, node("id/commitment/unsigned"))
    assert unsigned["makersReport"] == {"unsigned", "its-page", "delivered"}
    silent = computed(world, node("id/commitment/silent"))
    assert silent["othersAccount"] == {"others", "others-delivery"}
    assert unsigned["makersOwnReport"] == {"its-page"}


def test_a_report_is_no_evidence_of_itself(world: EmbeddedEngine) -> None:
    def evidence(slug: str) -> set[str] | None:
        return computed(world, node(f"id/commitment/{slug}")).get("hasEvidence")

    assert evidence("unsigned") is None
    assert evidence("spoken-for") == {"told"}
    assert evidence("silent") == {"long"}
