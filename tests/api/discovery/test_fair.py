"""The criteria of FOOPS! and F-UJI that can be checked without the web, each a test of its name.

FOOPS! judges ontologies (https://foops.linkeddata.es/catalogue.html), F-UJI datasets
(https://www.f-uji.net/index.php?action=metrics). Left out are those that ask a registry on the web.
"""

from __future__ import annotations

import json
import re

import httpx
import pytest
from pyoxigraph import Dataset, Literal, NamedNode, Quad, RdfFormat, parse

from pledgegraph.namespaces import DCAT, DCTERMS, OWL, PG, PROV, RDF, RDFS, SKOS, SPDX, Vocabulary
from tests.api.conftest import SHIPPED_BASE

pytestmark = pytest.mark.anyio

LICENCES = f"{SHIPPED_BASE}/catalog#licences"
"""Source by source."""

VANN = Vocabulary("http://purl.org/vocab/vann/")
ONTOLOGY = NamedNode("https://w3id.org/pledgegraph/def")
DATASET = NamedNode(f"{SHIPPED_BASE}/catalog#dataset")


async def said_at(client: httpx.AsyncClient, path: str) -> Dataset:
    response = await client.get(path, headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    return Dataset(
        Quad(q.subject, q.predicate, q.object)
        for q in parse(response.content, format=RdfFormat.TURTLE)
    )


@pytest.fixture
async def ontology(shipped: httpx.AsyncClient) -> Dataset:
    return await said_at(shipped, "/def")


@pytest.fixture
async def catalog(shipped: httpx.AsyncClient) -> Dataset:
    return await said_at(shipped, "/catalog")


def values(said: Dataset, subject: NamedNode, predicate: NamedNode) -> list[object]:
    return [q.object for q in said.quads_for_subject(subject) if q.predicate == predicate]


def has_all(said: Dataset, subject: NamedNode, *predicates: NamedNode) -> bool:
    return all(values(said, subject, each) for each in predicates)


def terms(said: Dataset) -> set[NamedNode]:
    return {
        q.subject
        for q in said
        if q.predicate == RDF.type
        and isinstance(q.subject, NamedNode)
        and q.subject.value.startswith(PG.iri)
        and q.object in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    }


# FOOPS!, for the ontology


def test_pers1_the_ontology_has_a_persistent_iri(ontology: Dataset) -> None:
    assert Quad(ONTOLOGY, RDF.type, OWL.Ontology) in ontology
    assert ONTOLOGY.value.startswith("https://w3id.org/")


async def test_ver1_and_ver2_the_version_iri_is_there_and_resolves(
    shipped: httpx.AsyncClient, ontology: Dataset
) -> None:
    (version,) = values(ontology, ONTOLOGY, OWL.versionIRI)
    (prior,) = values(ontology, ONTOLOGY, OWL.priorVersion)
    assert version != prior
    for each in (version, prior):
        assert isinstance(each, NamedNode)
        path = each.value.removeprefix("https://w3id.org/pledgegraph")
        assert Quad(ONTOLOGY, OWL.versionIRI, each) in await said_at(shipped, path)


def test_find2_the_ontology_declares_its_prefix(ontology: Dataset) -> None:
    assert values(ontology, ONTOLOGY, VANN.preferredNamespacePrefix) == [Literal("pg")]
    (namespace,) = values(ontology, ONTOLOGY, VANN.preferredNamespaceUri)
    assert isinstance(namespace, Literal)
    assert namespace.value == PG.iri


async def test_cn1_and_rdf1_and_doc1_html_and_rdf_by_content_negotiation(
    shipped: httpx.AsyncClient,
) -> None:
    for accept in ("text/html", "text/turtle", "application/rdf+xml", "application/ld+json"):
        response = await shipped.get("/def", headers={"Accept": accept})
        assert response.headers["content-type"].startswith(accept)


def test_om1_the_ontology_has_the_minimum_of_metadata(ontology: Dataset) -> None:
    assert has_all(
        ontology,
        ONTOLOGY,
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.license,
        OWL.versionInfo,
        DCTERMS.creator,
        VANN.preferredNamespaceUri,
    )


def test_om2_the_ontology_has_detailed_metadata(ontology: Dataset) -> None:
    assert has_all(
        ontology,
        ONTOLOGY,
        DCTERMS.created,
        DCTERMS.modified,
        DCTERMS.bibliographicCitation,
        OWL.priorVersion,
    )


def test_om4_the_ontology_has_a_licence(ontology: Dataset) -> None:
    (licence,) = values(ontology, ONTOLOGY, DCTERMS.license)
    assert licence == NamedNode("https://creativecommons.org/licenses/by/4.0/")


@pytest.mark.parametrize("predicate", [RDFS.label, SKOS.definition], ids=["vocab3", "vocab4"])
def test_every_term_has_a_label_and_a_definition(ontology: Dataset, predicate: NamedNode) -> None:
    assert len(terms(ontology)) > 100
    assert [each for each in terms(ontology) if not values(ontology, each, predicate)] == []


async def test_vocab1_and_vocab2_other_vocabularies_are_reused(
    shipped: httpx.AsyncClient, ontology: Dataset
) -> None:
    aligned = await said_at(shipped, "/def/alignments")
    outside = {
        q.object.value
        for q in (*ontology, *aligned)
        if q.predicate in (RDFS.subClassOf, RDFS.subPropertyOf)
        and isinstance(q.object, NamedNode)
        and not q.object.value.startswith(PG.iri)
    }
    for namespace in (PROV.iri, "https://schema.org/", SKOS.iri, DCAT.iri):
        assert any(each.startswith(namespace) for each in outside), namespace


async def test_uri1_each_term_is_found_in_the_document_at_its_iri(ontology: Dataset) -> None:
    for each in terms(ontology):
        assert Quad(each, RDFS.isDefinedBy, ONTOLOGY) in ontology


# F-UJI, for the dataset


def test_f1_01_the_dataset_has_a_globally_unique_identifier(catalog: Dataset) -> None:
    assert values(catalog, DATASET, DCTERMS.identifier) == [Literal(DATASET.value)]


def test_f2_01_the_dataset_has_core_metadata(catalog: Dataset) -> None:
    assert has_all(
        catalog,
        DATASET,
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.creator,
        DCTERMS.publisher,
        DCTERMS.issued,
        DCTERMS.modified,
        DCAT.keyword,
        DCTERMS.bibliographicCitation,
    )


def test_f3_01_the_metadata_name_where_the_data_are(catalog: Dataset) -> None:
    distributions = values(catalog, DATASET, DCAT.distribution)
    assert distributions
    for each in distributions:
        assert isinstance(each, NamedNode)
        assert has_all(catalog, each, DCAT.accessURL, DCAT.mediaType)


async def test_f4_01_search_engines_find_the_metadata_in_the_home_page(
    shipped: httpx.AsyncClient,
) -> None:
    page = await shipped.get("/", headers={"Accept": "text/html"})
    begin = page.text.index('<script type="application/ld+json">')
    text = page.text[page.text.index(">", begin) + 1 : page.text.index("</script>", begin)]
    card = json.loads(text)
    assert card["@type"] == "Dataset"
    assert card["@id"] == DATASET.value
    assert 'rel="describedby"' in page.headers["link"]


def test_a1_01_the_metadata_say_who_may_have_the_data(catalog: Dataset) -> None:
    (access,) = values(catalog, DATASET, DCTERMS.accessRights)
    assert isinstance(access, NamedNode)
    assert access.value.endswith("/access-right/PUBLIC")


async def test_a1_02_and_03_data_and_metadata_are_there_by_a_standard_protocol(
    shipped: httpx.AsyncClient, catalog: Dataset
) -> None:
    for quad in catalog:
        if quad.predicate in (DCAT.accessURL, DCAT.landingPage, DCAT.endpointDescription):
            assert isinstance(quad.object, NamedNode)
            address = quad.object.value
            assert address.startswith(SHIPPED_BASE)
            response = await shipped.get(address.removeprefix(SHIPPED_BASE), follow_redirects=True)
            assert response.status_code == 200, address


async def test_i1_01_the_metadata_are_rdf(shipped: httpx.AsyncClient) -> None:
    for path in ("/catalog", "/.well-known/void"):
        assert len(await said_at(shipped, path)) > 50


def test_i2_01_the_metadata_use_known_vocabularies(catalog: Dataset) -> None:
    used = {q.predicate.value for q in catalog}
    for namespace in (DCAT.iri, DCTERMS.iri, PROV.iri):
        assert any(each.startswith(namespace) for each in used)
    assert values(catalog, DATASET, DCTERMS.conformsTo) == [ONTOLOGY]


def test_r1_01_the_metadata_say_what_the_data_are_and_how_many(catalog: Dataset) -> None:
    assert DCAT.Dataset in values(catalog, DATASET, RDF.type)
    (count,) = values(catalog, DATASET, NamedNode("http://rdfs.org/ns/void#triples"))
    assert isinstance(count, Literal)
    assert int(count.value) > 10_000
    for each in values(catalog, DATASET, DCAT.distribution):
        if isinstance(each, NamedNode) and values(catalog, each, DCAT.downloadURL):
            assert has_all(catalog, each, DCAT.byteSize, SPDX.checksum)


def test_r1_1_01_the_dataset_and_each_distribution_have_a_licence(catalog: Dataset) -> None:
    described = {
        q.subject
        for q in catalog
        if q.predicate == RDF.type
        and q.object in (DCAT.Dataset, DCAT.Distribution, DCAT.DataService, DCAT.Catalog)
    }
    assert len(described) > 20
    for each in described:
        assert isinstance(each, NamedNode)
        assert len(values(catalog, each, DCTERMS.license)) == 1, each


def test_r1_2_01_the_metadata_tell_where_the_data_come_from(catalog: Dataset) -> None:
    assert has_all(catalog, DATASET, PROV.wasDerivedFrom, PROV.has_provenance, DCTERMS.creator)


async def test_r1_3_01_the_metadata_follow_a_standard_of_the_field(
    shipped: httpx.AsyncClient,
) -> None:
    said = await said_at(shipped, "/catalog")
    assert Quad(NamedNode(f"{SHIPPED_BASE}/catalog"), RDF.type, DCAT.Catalog) in said


def test_r1_3_02_the_data_come_in_open_formats(catalog: Dataset) -> None:
    types = {
        str(value.value).partition("media-types/")[2]
        for each in values(catalog, DATASET, DCAT.distribution)
        if isinstance(each, NamedNode)
        for value in values(catalog, each, DCAT.mediaType)
        if isinstance(value, NamedNode)
    }
    open_ones = {"application/sparql-results+json", "application/n-quads", "application/trig"}
    assert types
    assert types <= {*open_ones, "application/ld+json"}


# Signposting, the links by which F-UJI finds metadata and data: https://signposting.org/FAIR/

Links = dict[str, list[tuple[str, str]]]


def links_of(response: httpx.Response) -> Links:
    """The targets of the header ``Link`` with their media types, by relation."""
    found: Links = {}
    for target, relation, kind in re.findall(
        r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?', response.headers["link"]
    ):
        found.setdefault(relation, []).append((target, kind))
    return found


async def all_there(client: httpx.AsyncClient, links: Links, *relations: str) -> None:
    """Follows the links, each of which has to give what it promises."""
    for target, kind in (each for relation in relations for each in links.get(relation, [])):
        found = await client.get(
            target.removeprefix(SHIPPED_BASE), headers={"Accept": kind or "*/*"}
        )
        assert found.status_code in (200, 303), target
        if kind:
            assert found.headers["content-type"].startswith(kind), target


@pytest.mark.parametrize(
    ("record", "kinds"),
    [
        ("commitment/c2d-citizen-data", ["Commitment"]),
        ("register/inclusive-data-charter", ["Register"]),
        ("actor/paris21", ["Actor"]),
    ],
)
async def test_signposts_of_a_document(
    shipped: httpx.AsyncClient, record: str, kinds: list[str]
) -> None:
    page = links_of(await shipped.get(f"/doc/{record}", headers={"Accept": "text/html"}))
    data = links_of(await shipped.get(f"/doc/{record}", headers={"Accept": "text/turtle"}))
    for links in (page, data):
        assert links["cite-as"] == [(f"{SHIPPED_BASE}/id/{record}", "")]
        assert links["license"] == [(LICENCES, "")]
        assert {(PG.iri + each, "") for each in kinds} <= set(links["type"])
        await all_there(shipped, links, "cite-as", "alternate", "canonical")
    assert ("https://schema.org/AboutPage", "") in page["type"]
    assert ("https://schema.org/AboutPage", "") not in data["type"]
    described = {kind for _, kind in page["describedby"]}
    assert {"text/turtle", "application/ld+json", "application/trig"} <= described
    await all_there(shipped, page, "describedby")
    assert data["describes"] == [(f"{SHIPPED_BASE}/id/{record}", "")]


async def test_signposts_lead_from_each_source_to_what_it_states(
    shipped: httpx.AsyncClient,
) -> None:
    listed = (await shipped.get("/sources.jsonld")).json()
    items = {each["id"] for each in listed["items"]}
    assert len(items) == 50
    for source in items:
        path = source.removeprefix(SHIPPED_BASE).replace("/id/", "/doc/")
        links = links_of(await shipped.get(path, headers={"Accept": "text/html"}))
        (item,) = links["item"]
        stated = await shipped.get(item[0].removeprefix(SHIPPED_BASE))
        assert stated.status_code == 200, source
        assert stated.headers["content-type"].startswith(item[1])


@pytest.mark.parametrize("form", ["csv", "html"])
async def test_an_answer_leads_to_the_licences_of_the_sources(
    shipped: httpx.AsyncClient, form: str
) -> None:
    links = links_of(await shipped.get(f"/queries/joint-commitments?format={form}"))
    assert links["license"] == [(LICENCES, "")]
    metadata = (await shipped.get("/commitments-metadata.json")).json()
    assert metadata["dc:license"] == {"@id": LICENCES}
    catalog = await shipped.get("/catalog?format=nt")
    assert f"<{LICENCES}> <http://purl.org/dc/terms/references>" in catalog.text


@pytest.mark.parametrize("path", ["/def", "/scheme/status"])
async def test_only_what_the_editors_wrote_is_cc_by(shipped: httpx.AsyncClient, path: str) -> None:
    links = links_of(await shipped.get(path, headers={"Accept": "text/turtle"}))
    assert links["license"] == [("https://creativecommons.org/licenses/by/4.0/", "")]


@pytest.mark.parametrize("path", ["/commitments", "/actors", "/events", "/sources"])
@pytest.mark.parametrize("accept", ["text/html", "application/ld+json", "text/csv"])
async def test_signposts_of_a_list(shipped: httpx.AsyncClient, path: str, accept: str) -> None:
    links = links_of(await shipped.get(path, headers={"Accept": accept}))
    assert links["cite-as"] == [(f"{SHIPPED_BASE}{path}", "")]
    assert ("https://www.w3.org/ns/activitystreams#Collection", "") in links["type"]
    assert links["license"] == [(LICENCES, "")]
    if accept == "text/html":
        kinds = {"application/ld+json", "application/x-ndjson", "text/csv"}
        assert {kind for _, kind in links["item"]} == kinds
    else:
        assert links["collection"] == links["cite-as"]
    await all_there(shipped, links, "cite-as", "item", "describedby", "collection", "first", "last")


async def test_signposts_of_a_filtered_list_keep_the_filters(shipped: httpx.AsyncClient) -> None:
    page = await shipped.get("/commitments?status=not-reported", headers={"Accept": "text/html"})
    links = links_of(page)
    for relation in ("cite-as", "item", "next"):
        assert all("status=not-reported" in target for target, _ in links.get(relation, []))
    assert len(links["item"]) == 3
