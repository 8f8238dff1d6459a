"""The ontology, the shapes and the schemes at their addresses: one thing in every form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from pledgegraph.namespaces import DCTERMS, OWL, PG, RDF, RDFS, SCHEMA, SCHEME, SKOS
from pledgegraph.ontology.documents import ontology_documents
from pledgegraph.ontology.files import earlier_versions, ontology_files
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.web.prefixed_names import link_to, short_name
from tests.api.outline import Outline, rows_of

pytestmark = pytest.mark.anyio

OURS = "https://w3id.org/pledgegraph/"
BROWSER = {"Accept": "text/html"}
FORMATS = {"text/turtle": RdfFormat.TURTLE, "application/ld+json": RdfFormat.JSON_LD}
DOCUMENTS = ontology_documents()
BASE = "http://localhost:8000"
DOMAIN = SCHEMA.domainIncludes
ON_USE = {DOMAIN, SKOS.scopeNote, RDFS.seeAlso, RDFS.label}
METHODOLOGY = OURS + "methodology"


def local_path(iri: str) -> str:
    """Where the redirects of w3id.org lead for an IRI of ours, below the root."""
    return "/" + iri.removeprefix(OURS)


def our_iris() -> set[str]:
    """Every IRI of the ontology, its shapes and schemes that is in the shipped files."""
    found = {OURS + path.removeprefix("/") for path in DOCUMENTS}
    for file in ontology_files():
        found |= iris_of_ours(parse(path=str(file), format=RdfFormat.TURTLE))
    return found


def iris_of_ours(quads: Iterable[Quad]) -> set[str]:
    """The IRIs of our namespaces, wherever in the quads they are."""
    found = set()
    for quad in quads:
        value = quad.object
        datatype = value.datatype if isinstance(value, Literal) else None
        for node in (quad.subject, quad.predicate, value, quad.graph_name, datatype):
            if isinstance(node, NamedNode) and node.value.startswith(OURS):
                found.add(node.value)
    return found


def statements(response: httpx.Response, form: RdfFormat) -> Dataset:
    """What a response says, blank nodes named canonically."""
    assert response.status_code == 200, response.text
    return canonical(quad.triple for quad in parse(response.content, format=form))


def canonical(triples: Iterable[Triple]) -> Dataset:
    """The triples with blank nodes named canonically."""
    found = Dataset(Quad(each.subject, each.predicate, each.object) for each in triples)
    if any(isinstance(node, BlankNode) for q in found for node in (q.subject, q.object)):
        found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


def objects(said: Dataset, subject: NamedNode, predicate: NamedNode) -> set[object]:
    """What a graph states of a subject by a predicate."""
    return {quad.object for quad in said.quads_for_subject(subject) if quad.predicate == predicate}


class Sections(HTMLParser):
    """What a page says below each of its anchors: the texts, and where the links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._open = [("", "")]
        self._texts: dict[str, list[str]] = defaultdict(list)
        self.links: dict[str, set[str]] = defaultdict(set)
        self.feed(page)
        self.texts = {name: " ".join("".join(t).split()) for name, t in self._texts.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in ("meta", "link", "input", "br"):
            self._open.append((tag, named.get("id") or ""))
        for _, name in self._open:
            self.links[name].add(named.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            self._texts[name].append(data)

    def shows(self, name: str, value: object) -> bool:
        """Whether a value is there below an anchor; the empty one is the whole page."""
        if isinstance(value, Literal):
            return " ".join(value.value.split()) in self.texts.get(name, "")
        assert isinstance(value, NamedNode | BlankNode)
        if isinstance(value, BlankNode):
            return True  # it has an anchor of its own, and another name in each answer
        address = link_to(value.value, BASE)
        return address in self.links.get(name, ()) or short_name(value.value, BASE) in (
            self.texts.get(name, "")
        )


def unshown(said: Dataset, page: Sections, path: str) -> list[str]:
    """The statements that a page in English does not show where it tells of their subject."""
    faults = []
    for quad in said:
        value = quad.object
        if isinstance(value, Literal) and value.language not in ("en", None):
            continue
        name = ""
        if isinstance(quad.subject, NamedNode) and "#" in quad.subject.value:
            document, _, fragment = quad.subject.value.partition("#")
            name = fragment if local_path(document) == path else ""
        if not page.shows(name, value) and not page.shows(f"{name}-further", value):
            faults.append(f"{path}: {quad}")
    return faults


async def test_every_iri_of_ours_leads_to_what_is_said_of_it_in_every_form(
    shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    """IRIs of the shipped files and of the snapshot, as terms of any kind, predicates too."""
    with shipped_engine.snapshot() as snapshot:
        iris = our_iris() | iris_of_ours(snapshot.quads())
    assert {f"{OURS}def#madeBy", f"{OURS}scheme/status#completed"} <= iris
    pages: dict[str, Sections] = {}
    subjects: dict[str, set[str]] = {}
    faults = []
    for iri in sorted(iris):
        path, _, fragment = local_path(iri).partition("#")
        if path not in pages:
            page = await shipped.get(path, headers=BROWSER)
            assert page.status_code == 200, iri
            pages[path] = Sections(page.text)
            if path != "/methodology":
                graphs = []
                for accept, form in FORMATS.items():
                    response = await shipped.get(path, headers={"Accept": accept})
                    assert response.headers["content-type"].startswith(accept)
                    assert "Accept" in response.headers["vary"]
                    graphs.append(statements(response, form))
                said, again = graphs
                assert said == again, path
                if path in DOCUMENTS:
                    document = canonical(DOCUMENTS[path].triples)
                    more = [quad for quad in said if quad not in document]
                    assert len(said) == len(document) + len(more), path
                    # What the data of the snapshot add, to the version in force alone.
                    assert {quad.predicate for quad in more} <= ON_USE, path
                    assert bool(more) == (path == "/def"), path
                subjects[path] = {
                    each.subject.value for each in said if isinstance(each.subject, NamedNode)
                }
                faults += unshown(said, pages[path], path)
        if fragment and fragment not in pages[path].texts:
            faults.append(f"{iri} has no place on its page")
        if fragment and path in subjects and iri not in subjects[path]:
            faults.append(f"nothing is said of {iri}")
    assert faults == []


@pytest.mark.parametrize("ending", ["ttl", "nt", "rdf", "jsonld", "trig", "html"])
async def test_an_ending_asks_for_a_format(shipped: httpx.AsyncClient, ending: str) -> None:
    for path in ("/def", "/def/1.0.0", "/shapes", "/shapes/dates", "/scheme/status"):
        by_ending = await shipped.get(f"{path}.{ending}", headers={"Accept": "text/csv"})
        assert by_ending.status_code == 200
        if ending != "html":
            assert f'.{ending}"' in by_ending.headers["content-disposition"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_terms_are_shown_in_each_language(shipped: httpx.AsyncClient, language: str) -> None:
    page = await shipped.get(f"/def?lang={language}", headers=BROWSER)
    text = unescape(page.text)
    for triple in DOCUMENTS["/def"].triples:
        said = triple.object
        if (
            triple.predicate == SKOS.definition
            and isinstance(said, Literal)
            and said.language == language
        ):
            assert said.value in text
    outline = Outline(page.text)
    assert len({attrs["id"] for _, attrs in outline.tags if "id" in attrs}) == len(
        [attrs for _, attrs in outline.tags if "id" in attrs]
    )


async def test_a_class_shows_what_its_shapes_ask(shipped: httpx.AsyncClient) -> None:
    text = unescape((await shipped.get("/def", headers=BROWSER)).text)
    asked = [
        t.object.value
        for t in DOCUMENTS["/shapes"].triples
        if t.predicate.value.endswith("#message")
        and isinstance(t.object, Literal)
        and t.object.language == "en"
        and t.object.value.startswith("Commitment, “made by”")
    ]
    assert asked
    assert all(each in text for each in asked)


async def test_a_property_shows_its_values_and_how_it_is_asked_for(
    shipped: httpx.AsyncClient,
) -> None:
    page = Sections((await shipped.get("/def", headers=BROWSER)).text)
    for name in ("stage", "Stage"):
        for short in ("stage:expected", "stage:announced", "stage:confirmed"):
            assert short in page.texts[name]
        assert "it does not say that it was made" in page.texts[name]
    assert "/scheme/topic" in page.links["theme"]
    assert "topic:" not in page.texts["theme"]
    assert "freshness:never-reported" not in page.texts["reportingKnown"]
    assert "?event pg:inYear ?year" in page.texts["inYear"]


async def test_the_page_tells_how_the_data_use_the_terms(shipped: httpx.AsyncClient) -> None:
    page = await shipped.get("/def?lang=en", headers=BROWSER)
    table = page.text.partition('id="elsewhere"')[2].partition("</table>")[0]
    rows = {row[0].split()[0]: row[1:] for row in rows_of(table) if row}
    query = (
        "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?o {"
        " ?s <http://purl.org/dc/terms/spatial> ?o ; a <https://w3id.org/pledgegraph/def#Actor> } }"
    )
    answer = await shipped.get("/sparql", params={"query": query, "format": "csv"})
    assert 0 < int(answer.text.split()[1]) <= int(rows["dcterms:spatial"][0].replace(",", ""))
    assert "pg:Actor" in rows["dcterms:spatial"][1]
    assert not any(name.startswith("pg:") for name in rows)
    unused = {
        each.partition('"')[0]
        for each in page.text.split('<article id="')[1:]
        if 'class="quiet unused"' in each
    }
    assert "seat" in unused
    # What stands above something that is used is in use.
    assert unused.isdisjoint({"Commitment", "Promise", "madeBy", "makersReport"})
    for name in unused:
        asked = f"ASK {{ {{ ?a <{PG.iri}{name}> ?b }} UNION {{ ?a a <{PG.iri}{name}> }} }}"
        assert not (await shipped.get("/sparql", params={"query": asked})).json()["boolean"], name
    first = await shipped.get("/def/1.0.0", headers=BROWSER)
    assert 'class="quiet unused"' not in first.text


async def test_the_statements_tell_how_the_data_use_the_terms(shipped: httpx.AsyncClient) -> None:
    """Who reads the ontology by program learns what the page shows."""
    said = statements(await shipped.get("/def.ttl"), RdfFormat.TURTLE)
    kinds = objects(said, DCTERMS.description, DOMAIN)
    assert PG.Commitment in kinds
    assert len(kinds) > 1
    for kind in kinds:
        asked = f"ASK {{ ?a a {kind} ; {DCTERMS.description} ?b }}"
        assert (await shipped.get("/sparql", params={"query": asked})).json()["boolean"], kind
    notes = objects(said, PG.seat, SKOS.scopeNote)
    assert Literal("Not used in the data yet.", language="en") in notes
    assert {getattr(note, "language", None) for note in notes} == set(LANGUAGES)
    assert not objects(said, PG.madeBy, SKOS.scopeNote)
    assert NamedNode(SCHEME + "stage") in objects(said, PG.stage, RDFS.seeAlso)
    first = statements(await shipped.get("/def/1.0.0.ttl"), RdfFormat.TURTLE)
    assert not objects(first, DCTERMS.description, DOMAIN)


async def test_a_version_that_is_over_never_changes(shipped: httpx.AsyncClient) -> None:
    numbers = [number for number, _ in earlier_versions()]
    assert "0.1.0" in numbers
    for number in numbers:
        response = await shipped.get(f"/def/{number}", headers={"Accept": "text/turtle"})
        assert "immutable" in response.headers["cache-control"]
        said = statements(response, RdfFormat.TURTLE)
        (version,) = {q.object for q in said if q.predicate == OWL.versionIRI}
        assert version == NamedNode(f"{OURS}def/{number}")
    now = await shipped.get("/def", headers={"Accept": "text/turtle"})
    assert "immutable" not in now.headers["cache-control"]


async def test_a_term_that_somebody_looks_for_is_found(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get("/def/Commitment")
    assert response.status_code == 303
    assert response.headers["location"] == "/def#Commitment"


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/def/9.9.9", "/def/1.2.0"),
        ("/shapes/promise", "/shapes/promises"),
        ("/scheme/statu", "/scheme/status"),
    ],
)
async def test_what_there_is_not_is_told_with_what_there_is(
    shipped: httpx.AsyncClient, path: str, near: str
) -> None:
    response = await shipped.get(path)
    assert response.status_code == 404
    document = response.json()
    assert document["type"].endswith("/problems/document-missing")
    assert near in document["near"]


async def test_an_unknown_format_is_refused_with_the_choices(shipped: httpx.AsyncClient) -> None:
    for path in ("/def", "/scheme/status", "/catalog", "/.well-known/void"):
        response = await shipped.get(path, params={"format": "nonsense"})
        assert response.status_code == 406
        assert {"turtle", "jsonld"} <= {each["format"] for each in response.json()["available"]}


async def test_each_scheme_of_the_snapshot_has_a_page_with_every_concept(
    shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    with shipped_engine.snapshot() as snapshot:
        quads = list(snapshot.quads())
    schemes = {
        q.subject.value
        for q in quads
        if q.predicate == RDF.type
        and q.object == SKOS.ConceptScheme
        and isinstance(q.subject, NamedNode)
        and q.subject.value.startswith(SCHEME)
    }
    assert len(schemes) > 20
    index = await shipped.get("/scheme", headers=BROWSER)
    for scheme in sorted(schemes):
        path = local_path(scheme)
        assert f'href="{path}"' in index.text
        concepts = {
            q.subject.value
            for q in quads
            if q.predicate == SKOS.inScheme
            and q.object == NamedNode(scheme)
            and isinstance(q.subject, NamedNode)
        }
        page = await shipped.get(path, headers=BROWSER)
        turtle = await shipped.get(path, headers={"Accept": "text/turtle"})
        said = statements(turtle, RdfFormat.TURTLE)
        about = {scheme, *concepts}
        expected = {
            (q.subject, q.predicate, q.object)
            for q in quads
            if isinstance(q.subject, NamedNode) and q.subject.value in about
        }
        assert {(q.subject, q.predicate, q.object) for q in said} == expected
        for concept in concepts:
            assert f'id="{concept.partition("#")[2]}"' in page.text


async def test_the_schemes_are_there_in_an_empty_store(client: httpx.AsyncClient) -> None:
    response = await client.get("/scheme/status", headers={"Accept": "text/turtle"})
    subjects = {q.subject for q in statements(response, RdfFormat.TURTLE)}
    assert NamedNode(f"{SCHEME}status#completed") in subjects


async def test_a_client_that_has_it_gets_none(shipped: httpx.AsyncClient) -> None:
    seen = set()
    for path in ("/def", "/scheme/status", "/catalog"):
        for accept in ("text/turtle", "application/ld+json", "text/html"):
            first = await shipped.get(path, headers={"Accept": accept})
            tag = first.headers["etag"]
            assert tag not in seen
            seen.add(tag)
            again = await shipped.get(path, headers={"Accept": accept, "If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"")


async def test_computed_properties_lead_to_the_methodology(shipped: httpx.AsyncClient) -> None:
    page = (await shipped.get("/methodology", headers=BROWSER)).text
    anchors = [
        t.object.value.partition("#")[2]
        for t in DOCUMENTS["/def"].triples
        if t.predicate == RDFS.seeAlso
        and isinstance(t.object, NamedNode)
        and t.object.value.startswith(METHODOLOGY)
    ]
    assert len(anchors) > 10
    for anchor in anchors:
        assert f'id="{anchor}"' in page


def test_every_term_is_in_its_document() -> None:
    said = {t.subject for t in DOCUMENTS["/def"].triples}
    assert PG.Commitment in said
    assert PG.currentStatus in said
