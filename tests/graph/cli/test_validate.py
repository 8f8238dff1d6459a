"""`pledgegraph validate` tells where each fault stands, and what a load would come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pledgegraph.namespaces import PG, RDFS
from tests.graph.building import BASE, source_text
from tests.graph.conftest import MakeSource, Program

EVA = """
<id/actor/eva>
    a pg:Actor ;
    rdfs:label "Eva"@en ;
    pg:actorType
        actor-type:civil-society ,
        <id/no-such-type> ;
    pg:grade grade:ungraded .
"""


def test_each_fault_has_its_file_and_line(made: Program, make_source: MakeSource) -> None:
    good, bad = make_source("good", "ana"), make_source("bad", more=EVA)
    line = bad.read_text(encoding="utf-8").splitlines().index("        <id/no-such-type> ;") + 1
    for command in ("validate", "load"):
        ended = made(command, good, bad)
        assert ended.code == 1
        told = [each for each in ended.err.splitlines() if "no-such-type" in each]
        assert told
        assert all(each.startswith(f"{bad}:{line}: <id/actor/eva>") for each in told)
        results = json.loads(made(command, good, bad, "--json").out)["results"]
        assert {(each["file"], each["line"]) for each in results} == {(str(bad), line)}


def test_what_is_missing_is_told_at_the_record(made: Program, make_source: MakeSource) -> None:
    bad = make_source("bad", more="<id/actor/eva> rdfs:label 'Eva'@en ;\n a pg:Actor .")
    line = len(bad.read_text(encoding="utf-8").splitlines()) - 1
    ended = made("validate", bad)
    (told,) = [each for each in ended.err.splitlines() if "actorType" in each]
    assert told.startswith(f"{bad}:{line}: <id/actor/eva> pg:actorType: found nothing")


def _triples(actor_type: str) -> str:
    eva, one = f"{BASE}/id/actor/eva", f"{BASE}/id/source/one"
    return (
        f"<{one}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> {PG.Source} .\n"
        f"<{eva}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> {PG.Actor} .\n"
        f'<{eva}> {RDFS.label} "E\\nva"@en .\n<{eva}> {PG.actorType} {actor_type} .'
    )


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
def test_lines_are_counted_in_other_formats(loaded: Program, tmp_path: Path, break_: str) -> None:
    file = tmp_path / "eva.nt"
    file.write_text(_triples('"civil society"').replace("\n", break_), newline="")
    ended = loaded("validate", file)
    assert any(line.startswith(f"{file}:4: ") for line in ended.err.splitlines()), ended.err
    quads = tmp_path / "eva.nq"
    quads.write_text(_triples('"x"').replace(" .", f" <{BASE}/id/source/one> ."))
    ended = loaded("validate", quads)
    assert any(line.startswith(f"{quads}:4: ") for line in ended.err.splitlines()), ended.err


def test_a_graph_without_a_source_is_told_where_it_begins(made: Program, tmp_path: Path) -> None:
    file = tmp_path / "x.trig"
    file.write_text(
        f"\n\n<{BASE}/id/source/new> {{\n <https://e.example/> <https://p.example/> 1 }}"
    )
    ended = made("validate", file)
    assert ended.err.startswith(f"{file}:4: <id/source/new> rdf:type: ")


def test_what_a_load_would_do_is_told(loaded: Program, make_source: MakeSource) -> None:
    file = make_source("one", "ana", "cem")
    ended = loaded("validate", file)
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [
        "Valid.",
        "A load would add 4 statements.",
        "A load would remove 4 statements that the source made before and the files do not make.",
        "New: <id/actor/cem>.",
        "Gone: <id/actor/ben>.",
        "Without effect, because known already: 9 statements.",
    ]
    told = json.loads(loaded("validate", file, "--json").out)["load"]
    assert told == {
        "added": 4,
        "removed": 4,
        "unchanged": 9,
        "new": [f"<{BASE}/id/actor/cem>"],
        "changed": [],
        "gone": [f"<{BASE}/id/actor/ben>"],
        "unread": {},
    }
    receipt = json.loads(loaded("load", file, "--json").out)
    assert (receipt["added"], receipt["removed"]) == (4, 4)


def test_what_nothing_reads_is_told(loaded: Program, make_source: MakeSource) -> None:
    more = "<id/actor/ana> <https://words.example/mood> 'good' , 'bad' ."
    ended = loaded("validate", make_source("one", "ana", "ben", more=more))
    assert "Changed: <id/actor/ana>." in ended.out
    assert (
        "Kept, though no list and no question reads it: <https://words.example/mood> (2)."
        in ended.out
    )


def test_what_is_known_already_changes_nothing(loaded: Program, tmp_path: Path) -> None:
    file = tmp_path / "one.ttl"
    file.write_text(source_text("one", "ana", "ben"), encoding="utf-8")
    ended = loaded("validate", file)
    assert ended.out.splitlines()[1:] == [
        "A load would change nothing: the data directory says the same already."
    ]


def test_long_lists_are_cut(made: Program, make_source: MakeSource) -> None:
    ended = made("validate", make_source("many", *(f"actor-{n:02}" for n in range(14))))
    assert "<id/actor/actor-09> and 5 more." in ended.out


def test_a_web_address_without_its_scheme_is_told(loaded: Program, make_source: MakeSource) -> None:
    more = "<id/actor/ana> <https://words.example/page> <www.example.org/report> ."
    file = make_source("one", "ana", "ben", more=more)
    line = file.read_text(encoding="utf-8").splitlines().index(more) + 1
    for command in ("validate", "load"):
        ended = loaded(command, file)
        assert ended.code == 0
        assert f"{file}: warning: line {line}: <www.example.org/report> is a relative" in ended.err
        assert "write <https://www.example.org/report>" in ended.err


def test_a_load_tells_its_warnings(loaded: Program, make_source: MakeSource) -> None:
    file = make_source("two", "cem", more="<id/actor/cem> rdfs:label 'ANA'@fr .")
    line = len(file.read_text(encoding="utf-8").splitlines())
    ended = loaded("load", file)
    assert ended.code == 0, ended.err
    (warning,) = ended.err.splitlines()
    assert warning.startswith(f"{file}:{line}: warning: <id/actor/cem> rdfs:label: ")
    assert "Did you mean <id/actor/ana>?" in warning
    again = make_source("three", "dora", more="<id/actor/dora> rdfs:label 'ANA'@fr .")
    told = json.loads(loaded("load", again, "--json").out)["warnings"]
    assert {each["severity"] for each in told} == {"warning"}
    assert {each["file"] for each in told} == {str(again)}
