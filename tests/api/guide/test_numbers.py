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
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PREFIXES = """\
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX doubt-kind: <https://w3id.org/pledgegraph/scheme/doubt-kind#>
PREFIX event-status: <https://w3id.org/pledgegraph/scheme/event-status#>
PREFIX freshness: <https://w3id.org/pledgegraph/scheme/freshness#>
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
    r"Of (\d+) counts (\d+) have `pg:count`, (\d+) `pg:share` \(in per cent\), (\d+) `pg:ofCount` "
    r"\(of how many\) and (\d+) `pg:countedStatus`; (\d+) have a day, `pg:asOf`, "
    r"and (\d+) a time": """
        SELECT (COUNT(*) AS ?all) (SUM(IF(?a, 1, 0)) AS ?counts) (SUM(IF(?b, 1, 0)) AS ?shares)
          (SUM(IF(?c, 1, 0)) AS ?wholes) (SUM(IF(?d, 1, 0)) AS ?statuses)
          (SUM(IF(?e, 1, 0)) AS ?days) (SUM(IF(?f, 1, 0)) AS ?times) {
          ?published a pg:PublishedCount
          BIND (EXISTS { ?published pg:count ?any } AS ?a)
          BIND (EXISTS { ?published pg:share ?any } AS ?b)
          BIND (EXISTS { ?published pg:ofCount ?any } AS ?c)
          BIND (EXISTS { ?published pg:countedStatus ?any } AS ?d)
          BIND (EXISTS { ?published pg:asOf ?any } AS ?e)
          BIND (EXISTS { ?published pg:earliest ?any ; pg:latest ?end } AS ?f)
        }""",
    r"`pg:about` and `pg:text`\nalone are at all of them": """
        ASK {
          ?published a pg:PublishedCount
          FILTER (!EXISTS { ?published pg:about ?a } || !EXISTS { ?published pg:text ?t }
            || EXISTS { ?published rdfs:label ?label })
        }""",
    r"(\d+) commitments are “others reported”, where\nonly others told, and (\d+) more": """
        SELECT (COUNT(DISTINCT ?alone) AS ?only) (COUNT(DISTINCT ?beside) AS ?too) {
          { ?alone pg:reportingKnown freshness:others-reported }
          UNION { ?beside pg:reportingKnown freshness:maker-reported .
            ?part pg:withinCommitment ?beside ; pg:othersAccount ?account }
        }""",
    r"several values of `pg:reportingVoice` \((\d+) have\)": """
        SELECT (COUNT(DISTINCT ?commitment) AS ?commitments) {
          ?commitment pg:reportingVoice ?one, ?other FILTER (?one != ?other)
        }""",
    r"no change has a `pg:reporter` so far": """
        ASK { ?change a pg:DeadlineChange ; pg:reporter ?who }""",
    r"“yes” \((\d+) sources\), “no” \((\d+)\) or “unknown” \((\d+) of (\d+): not stated\)": """
        SELECT (SUM(IF(STR(?word) = "yes", 1, 0)) AS ?yes) (SUM(IF(STR(?word) = "no", 1, 0)) AS ?no)
          (SUM(IF(STR(?word) = "unknown", 1, 0)) AS ?unknown) (COUNT(*) AS ?all) {
          ?source a pg:Source ; pg:redistributable/skos:prefLabel ?word FILTER (LANG(?word) = "en")
        }""",
    r"is there for (\d+) of them; where it is absent, read `pg:licenceAsStated`°, the terms in "
    r"words, which (\d+) have": """
        SELECT (COUNT(DISTINCT ?licensed) AS ?licences) (COUNT(DISTINCT ?stated) AS ?terms) {
          { ?licensed a pg:Source ; dcterms:license ?licence }
          UNION { ?stated a pg:Source ; pg:licenceAsStated ?words }
        }""",
    r"which (\d+) of (\d+) registers have": """
        SELECT (COUNT(DISTINCT ?known) AS ?published) (COUNT(DISTINCT ?register) AS ?all) {
          ?register a pg:Register
          OPTIONAL { ?register pg:publishedBy ?who BIND (?register AS ?known) }
        }""",
    r"no commitment has a status of its maker and one of a reviewer": """
        ASK {
          ?c a pg:Commitment ; pg:makersReport/(pg:status|pg:publishedStatus) ?one ;
            pg:othersAccount/(pg:status|pg:publishedStatus) ?other
        }""",
    r"what states a status: (\d+) commitments have both": """
        SELECT (COUNT(DISTINCT ?commitment) AS ?commitments) {
          ?commitment pg:makersReport ?report, ?note .
          ?report a pg:StatusReport . ?note a pg:ProgressNote
        }""",
    r"which (\d+) commitments have. `pg:currentStatus`, our word for it, is missing "
    r"for (\d+) of these": """
        SELECT (COUNT(DISTINCT ?commitment) AS ?all) (COUNT(DISTINCT ?open) AS ?unmatched) {
          ?commitment pg:currentStatusAsPublished ?word
          OPTIONAL { ?commitment pg:currentStatus ?status }
          BIND (IF(BOUND(?status), ?nothing, ?commitment) AS ?open)
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


async def test_a_property_in_a_row_is_held_by_all_of_the_class_or_is_marked(
    shipped: httpx.AsyncClient,
) -> None:
    query = """SELECT ?class ?property (COUNT(DISTINCT ?thing) AS ?holders) {
      ?thing a ?class ; ?property ?value
    } GROUP BY ?class ?property"""
    answer = await shipped.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    holders = {
        (kind, term): int(n) for kind, term, n in list(csv.reader(io.StringIO(answer.text)))[1:]
    }
    namespaces = dict(re.findall(r"PREFIX (\w+): <(.*)>", PREFIXES))
    wrong, seen = [], 0
    for cells in re.findall(
        r"^\| (.+?) \| (`pg:\w+`.*?) \| (.*) \|$", LESSON.read_text("utf-8"), re.M
    ):
        named = [namespaces["pg"] + name for name in re.findall(r"`pg:(\w+)`", cells[1])]
        kinds = [kind for kind in named if (kind, RDF_TYPE) in holders]
        for prefix, name, mark in re.findall(r"`(\w+):(\w+)`(°?)", cells[2]):
            term = namespaces.get(prefix, "") + name
            counts = [(holders.get((kind, term), 0), holders[kind, RDF_TYPE]) for kind in kinds]
            held = [(some, every) for some, every in counts if some]
            if not held:
                continue  # The property of something else that the row tells of.
            seen += 1
            if any(some < every for some, every in held) != bool(mark):
                wrong.append(f"{cells[0]}: {prefix}:{name} {held}")
    assert seen > 60
    assert not wrong
