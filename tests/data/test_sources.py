"""Every file under `data/` is one source that says where it comes from and passes the shapes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple, parse

from pledgegraph.namespaces import PG, RDF, RDFS
from pledgegraph.shipped import shipped
from pledgegraph.validation import Shapes, describe
from pledgegraph.validation.pyshacl_engine import ReferenceValidator
from pledgegraph.validation.turbo_engine import TurboValidator
from pledgegraph.writes.loading import SOURCE_CLASSES
from tests.data.conftest import Ask
from tests.depth import covering, traits_of_records

BASE = "http://localhost:8000"
FILES = sorted(shipped("data").rglob("*.ttl"))
DOCUMENTS = [file for file in FILES if file.parent == shipped("data")]
SHAPES = Shapes.read(shipped("ontology"))
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")


def triples(*files: Path) -> list[Triple]:
    return list({quad.triple for file in files for quad in parse(path=file, base_iri=f"{BASE}/")})


def covering_with_named(data: list[Triple]) -> list[Triple]:
    """What is said of records that cover all traits, of what they name, and of their parts."""
    traits = traits_of_records(Quad(*triple) for triple in data)
    leads_to: defaultdict[object, set[object]] = defaultdict(set)
    for triple in data:
        leads_to[triple.subject].add(triple.object)
        if triple.predicate == PG.partOf:
            leads_to[triple.object].add(triple.subject)
    waiting = covering(sorted(leads_to, key=str), lambda each: traits[str(each).strip("<>")])
    kept = set(waiting)
    while waiting:
        found = leads_to[waiting.pop()] & leads_to.keys() - kept
        kept |= found
        waiting += found
    return [triple for triple in data if triple.subject in kept]


def named(file: Path) -> str:
    return file.relative_to(shipped("data")).as_posix()


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_file_is_one_source(file: Path) -> None:
    sources = {
        t.subject for t in triples(file) if t.predicate == RDF.type and t.object in SOURCE_CLASSES
    }
    (source,) = sources
    assert isinstance(source, NamedNode)
    kinds = ("source/", "graph/computed/", "graph/sources")
    assert source.value.startswith(tuple(f"{BASE}/id/{kind}" for kind in kinds))
    said = {t.predicate for t in triples(file) if t.subject == source}
    assert {RDFS.label, PG.redistributable} <= said


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_file_holds_neither_blank_nodes_nor_mail_addresses(file: Path) -> None:
    for triple in triples(file):
        assert not isinstance(triple.subject, BlankNode)
        assert not isinstance(triple.object, BlankNode)
        if isinstance(triple.object, Literal):
            assert not MAIL.search(triple.object.value), triple


@pytest.mark.parametrize("file", DOCUMENTS, ids=named)
def test_each_record_of_a_document_has_a_grade(file: Path) -> None:
    data = triples(file)
    kinds = {t.subject: t.object for t in data if t.predicate == RDF.type}
    graded = {t.subject for t in data if t.predicate == PG.grade}
    records = {s for s, kind in kinds.items() if kind not in SOURCE_CLASSES} & {
        s for s in kinds if isinstance(s, NamedNode) and s.value.startswith(f"{BASE}/id/")
    }
    if named(file).startswith("editors-"):
        return
    assert records - graded == set()


def test_no_address_is_two_sources() -> None:
    addresses = Counter(
        t.object
        for t in triples(*FILES)
        if t.predicate.value == "https://schema.org/url"
        and isinstance(t.subject, NamedNode)
        and "/id/source/" in t.subject.value
    )
    assert {address for address, count in addresses.items() if count > 1} == set()


def test_all_data_pass_with_nothing_to_remark() -> None:
    report = TurboValidator(SHAPES).validate(triples(*FILES))
    assert [describe(result) for result in report.results] == []


def test_both_engines_agree_on_every_document() -> None:
    """The big tables of reference data are context here: they cost pySHACL a minute.

    ``make test`` takes the records in which a trait of records is met first, with all that they
    name; ``make check`` takes all.
    """
    data = covering_with_named(
        triples(*DOCUMENTS, shipped("data") / "reference" / "organisations.ttl")
    )
    report = TurboValidator(SHAPES).validate(data)
    assert report == ReferenceValidator(SHAPES).validate(data)
    # What the tables say of offices and countries is missing here, and both engines say so.
    assert {result.shape.rsplit("#")[1].rstrip(">") for result in report.results} <= {
        "Actor-actorType",
        "NationalStatisticalOffice-actorType",
        "Event-participatingCountry",
        "Event-venue",
    }


def test_no_statement_stands_outside_a_source(ask: Ask) -> None:
    unsourced = """
        PREFIX pg: <https://w3id.org/pledgegraph/def#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        ASK { GRAPH ?graph { ?s ?p ?o } MINUS { ?graph a/rdfs:subClassOf* pg:Source } }
    """
    assert ask(unsourced)["boolean"] is False
