"""The numbers in the sentences of the first lesson are those of the shipped data."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest

from tests.running_service import ROOT

pytestmark = pytest.mark.anyio

LESSON = ROOT / "docs" / "first-queries.md"
PREFIXES = """\
PREFIX doubt-kind: <https://w3id.org/pledgegraph/scheme/doubt-kind#>
PREFIX event-status: <https://w3id.org/pledgegraph/scheme/event-status#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX pg: <https://w3id.org/pledgegraph/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
# A sentence with a group for each number, and a query whose only row has these numbers.
NUMBERS = {
    r"(\d+) of the (\d+) memberships have none": """
        SELECT (COUNT(?membership) - COUNT(?dated) AS ?undated) (COUNT(?membership) AS ?all) {
          ?membership a pg:Membership
          OPTIONAL { ?membership pg:earliest ?day BIND (?membership AS ?dated) }
        }""",
    r"of (\d+) events (\d+) have the first, (\d+) others only the second, (\d+) neither": """
        SELECT (COUNT(*) AS ?all) (SUM(IF(?venue, 1, 0)) AS ?first)
          (SUM(IF(!?venue && ?place, 1, 0)) AS ?second)
          (SUM(IF(!?venue && !?place, 1, 0)) AS ?none) {
          ?event a pg:Event
          BIND (EXISTS { ?event pg:venue ?country } AS ?venue)
          BIND (EXISTS { ?event pg:place ?words } AS ?place)
        }""",
    r"of (\d+) events (\d+) were held, (\d+) are announced, and of (\d+) no source says either": """
        SELECT (COUNT(*) AS ?all) (SUM(COALESCE(IF(?status = event-status:held, 1, 0), 0)) AS ?held)
          (SUM(COALESCE(IF(?status = event-status:announced, 1, 0), 0)) AS ?announced)
          (SUM(IF(BOUND(?status), 0, 1)) AS ?open) {
          ?event a pg:Event
          OPTIONAL { ?event pg:currentEventStatus ?status }
        }""",
    r"There are (\d+) such reports, of (\d+) promises": """
        SELECT (COUNT(DISTINCT ?report) AS ?reports) (COUNT(DISTINCT ?promise) AS ?promises) {
          ?promise pg:hadSetback ?report
        }""",
    r"all reports before it by their days gives (\d+) rows instead of (\d+)": """
        SELECT (COUNT(*) AS ?rows) (COUNT(DISTINCT ?later) AS ?reports) {
          ?promise pg:hadSetback ?later ; pg:makersReport ?earlier
          { ?later pg:latest ?after } { ?earlier pg:latest ?before } FILTER (?before < ?after)
        }""",
    r"\((\d+) of (\d+) actors have one at Wikidata": """
        SELECT (COUNT(DISTINCT ?known) AS ?identified) (COUNT(DISTINCT ?actor) AS ?all) {
          ?actor a pg:Actor
          OPTIONAL {
            ?actor schema:sameAs ?same BIND (?actor AS ?known)
            FILTER (STRSTARTS(STR(?same), "http://www.wikidata.org/"))
          }
        }""",
    r"there are all (\d+) words": """
        SELECT (COUNT(DISTINCT ?word) AS ?words) { ?word a pg:TrackerStatus }""",
    r"Of these (\d+) have no maker": """
        SELECT (COUNT(DISTINCT ?promise) AS ?promises) {
          ?promise a pg:Commitment ; pg:finalDueDate ?due
          FILTER (STR(?due) < "2026-11-22")
          MINUS { ?promise pg:currentStatus/pg:terminal true }
          MINUS { ?promise pg:othersAccount/pg:status/pg:terminal true }
          MINUS { ?promise pg:allPartsCompleted true }
          MINUS { ?promise pg:madeBy ?maker }
        }""",
    r"leads to the event, and (\d+) promises have it": """
        SELECT (COUNT(DISTINCT ?promise) AS ?promises) { ?promise pg:announcedAt ?event }""",
    r"of (\d+) of the (\d+) sources it is unknown": """
        SELECT (SUM(IF(?word = "unknown"@en, 1, 0)) AS ?unknown) (COUNT(*) AS ?all) {
          ?source a pg:Source ; pg:redistributable/skos:prefLabel ?word FILTER (LANG(?word) = "en")
        }""",
    r"where that has a record \((\d+) of (\d+)\)": """
        SELECT (COUNT(?assessment) AS ?within) (COUNT(DISTINCT ?rating) AS ?all) {
          ?rating a pg:Rating OPTIONAL { ?rating pg:partOf ?assessment }
        }""",
    r"(\d+) claims on (\d+) doubts": """
        SELECT (COUNT(DISTINCT ?claim) AS ?claims) (COUNT(DISTINCT ?doubt) AS ?doubts) {
          ?doubt pg:doubtKind/skos:prefLabel "conflict of sources"@en . ?claim pg:partOf ?doubt
        }""",
    r"are artefacts \((\d+) doubts\) and contradictions of a source with itself \((\d+)\)": """
        SELECT (COUNT(DISTINCT ?artefact) AS ?artefacts) (COUNT(DISTINCT ?other) AS ?others) {
          { ?artefact pg:doubtKind doubt-kind:artefact }
          UNION { ?other pg:doubtKind doubt-kind:self-contradiction }
        }""",
    r"each has its name in one, so": """
        ASK { ?c a pg:Commitment ; rdfs:label ?a, ?b FILTER (LANG(?a) != LANG(?b)) }""",
}


@pytest.mark.parametrize("sentence", NUMBERS)
async def test_a_number_in_a_sentence_is_the_number_in_the_data(
    shipped: httpx.AsyncClient, sentence: str
) -> None:
    (said,) = re.finditer(sentence, LESSON.read_text(encoding="utf-8"))
    query = PREFIXES + NUMBERS[sentence]
    answer = await shipped.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    if "ASK" in query:
        assert answer.text.strip() == "false"
        return
    (_, row) = csv.reader(io.StringIO(answer.text))
    assert tuple(row) == said.groups()
