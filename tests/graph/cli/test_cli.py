"""The command line: what each command does, and what bad input gets."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from pledgegraph.cli.program import app
from pledgegraph.release import release
from pledgegraph.store.directory import open_directory
from pledgegraph.store.log.changes_log import ChangesLog
from tests.graph.building import BASE, change, quad
from tests.graph.conftest import Ended, MakeEngine, MakeSource, Program

LABELS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX pg: <https://w3id.org/pledgegraph/def#>
SELECT ?label { ?actor a pg:Actor ; rdfs:label ?label } ORDER BY ?label
"""


def labels(program: Program) -> list[str]:
    """The labels of all actors."""
    ended = program("query", LABELS, "--format", "csv")
    assert ended.code == 0, ended.err
    return [row["label"] for row in csv.DictReader(io.StringIO(ended.out))]


def refused(ended: Ended, code: int, *words: str) -> None:
    """The command failed with that code and said these words, without a stack."""
    assert ended.code == code, (ended.out, ended.err)
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err, ended.err


# init


def test_init_makes_a_data_directory_with_the_shipped_data(program: Program) -> None:
    ended = program("init", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["dataDirectory"] == str(program.path)
    assert told["base"] == BASE
    assert told["added"] > 5_000
    counts = json.loads(program("stats", "--json").out)
    assert counts["sequence"] == told["sequence"]
    assert counts["commitments"] > 0
    assert counts["sources"] > 10

    refused(program("init"), 4, "already", "init --update")
    again = program("init", "--update")
    assert again.code == 0
    assert "holds the data of this release already" in again.out
    assert json.loads(program("stats", "--json").out) == counts


def test_init_makes_an_empty_one(program: Program) -> None:
    ended = program("init", "--empty")
    assert ended.code == 0
    assert "0 statements added" in ended.out
    assert json.loads(program("stats", "--json").out)["quads"] == 0
    assert open_directory(program.path).gated


def test_init_makes_one_for_conformance_suites(program: Program) -> None:
    refused(program("init", "--ungated"), 2, "--empty")
    assert not program.path.exists()
    assert program("init", "--empty", "--ungated").code == 0
    assert not open_directory(program.path).gated


def test_init_update_makes_one_where_there_is_none(program: Program) -> None:
    assert program("init", "--update", "--empty").code == 0
    assert open_directory(program.path).base == BASE


def test_init_leaves_alone_what_is_there(program: Program) -> None:
    program.path.write_text("mine")
    refused(program("init", "--empty"), 4, "not an empty folder", "--data-dir")
    assert program.path.read_text() == "mine"


def test_init_where_nothing_can_be_made(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(program("init", "--empty", "--data-dir", tmp_path / "file" / "x"), 4, "No data")


def test_every_command_but_init_wants_a_data_directory(
    program: Program, make_source: MakeSource
) -> None:
    file = make_source("one")
    for command in (["load", file], ["query", "ASK {}"], ["stats"], ["log"], ["dump"], ["serve"]):
        refused(program(*command), 4, "There is no data directory at", "pledgegraph init")


# load


def test_load_brings_a_file_and_says_so(made: Program, make_source: MakeSource) -> None:
    ended = made("load", make_source("one", "ana"), "--agent", "Ana", "--reason", "A first one.")
    assert ended.code == 0, ended.err
    assert re.fullmatch(
        r"Loaded: \d+ statements added, 0 removed \(change set \d\)\.\n", ended.out
    ), ended.out
    assert labels(made) == ["Ana"]
    (header, *_) = [json.loads(line) for line in made("log", "--json").out.splitlines()][::-1]
    assert (header["agent"], header["reason"]) == ("Ana", "A first one.")
    assert header["sources"] == [f"{BASE}/id/source/one"]


def test_a_long_load_says_what_it_is_at_where_nobody_watches(
    made: Program,
    make_source: MakeSource,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("pledgegraph.long_work.FIRST", 0.0)
    with caplog.at_level("WARNING", "pledgegraph.long_work"):
        assert made("load", make_source("one", "ana")).code == 0
    told = [record.getMessage() for record in caplog.records]
    assert [each.partition(":")[0].removesuffix(" ...") for each in told[:1]] == ["Reading"]
    assert "Checking and writing ..." in told


def test_what_is_said_of_the_source_goes_into_the_graph_of_sources(loaded: Program) -> None:
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    found = json.loads(loaded("query", graphs, "--format", "json").out)["results"]["bindings"]
    names = {row["g"]["value"] for row in found}
    assert {f"{BASE}/id/graph/sources", f"{BASE}/id/source/one"} <= names
    of_source = f"SELECT DISTINCT ?s {{ GRAPH <{BASE}/id/graph/sources> {{ ?s ?p ?o }} }}"
    assert loaded("query", of_source, "--format", "csv").out.splitlines() == [
        "s",
        f"{BASE}/id/source/one",
    ]


def test_loading_the_same_file_again_changes_nothing(
    loaded: Program, make_source: MakeSource
) -> None:
    before = ChangesLog(loaded.path / "changes").last()
    blank = "<id/actor/ana> <https://schema.org/address> [ <https://schema.org/text> 'x' ] ."
    file = make_source("two", "cem", more=blank)
    assert "added" in loaded("load", file).out
    ended = loaded("load", file)
    assert (ended.code, ended.out) == (
        0,
        "Nothing to change: the data directory says the same already.\n",
    )
    assert ChangesLog(loaded.path / "changes").last() > before


def test_a_new_edition_of_a_file_takes_the_place_of_the_old(
    loaded: Program, make_source: MakeSource
) -> None:
    told = json.loads(loaded("load", make_source("one", "ben", "cem"), "--json").out)
    assert labels(loaded) == ["Ben", "Cem"]
    assert told["removed"] == 4
    assert told["sources"] == [f"{BASE}/id/source/one"]


def test_a_syntax_error_is_told_with_its_place(made: Program, tmp_path: Path) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text("<a:s> <a:p>\n   'é' ; ] .\n", encoding="utf-8")
    ended = made("load", file)
    refused(ended, 3, f"{file}:2:10: This is not valid Turtle", "nothing was loaded")
    assert ChangesLog(made.path / "changes").last() == 0


def test_of_two_files_one_of_which_is_broken_none_is_loaded(
    made: Program, make_source: MakeSource, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.nt"
    broken.write_text("<a:s> <a:p> <a:o>\n")
    refused(made("load", make_source("one", "ana"), broken), 3, f"{broken}:2:1: ")
    assert labels(made) == []
    assert ChangesLog(made.path / "changes").last() == 0


def test_two_files_are_one_change(made: Program, make_source: MakeSource) -> None:
    ended = made("load", make_source("one", "ana"), make_source("two", "ben"), "--json")
    assert ended.code == 0, ended.err
    assert labels(made) == ["Ana", "Ben"]
    assert len(json.loads(ended.out)["sources"]) == 2


def test_a_violation_is_told_in_a_line_and_nothing_is_loaded(
    made: Program, make_source: MakeSource
) -> None:
    bad = (
        "<id/actor/eva> a pg:Actor ; rdfs:label 'Eva'@en ; pg:grade grade:ungraded ;\n"
        "  pg:actorType <id/no-such-type> ."
    )
    file = make_source("bad", "ana", more=bad)
    for command in ("validate", "load"):
        ended = made(command, file)
        refused(ended, 1, "nothing was changed", "Correct the statements")
        (line,) = [line for line in ended.err.splitlines() if "eva" in line]
        assert "actorType" in line
        assert "no-such-type" in line
        assert "Actor" in line
    assert ChangesLog(made.path / "changes").last() == 0
    report = json.loads(made("load", file, "--json").out)
    assert "eva" in json.dumps(report)


@pytest.mark.parametrize(
    ("language", "word"),
    [("fr_FR.UTF-8", "Acteur"), ("es", "Actor, «"), ("en_GB.UTF-8", "Actor, “"), ("C", "Actor, “")],
)
def test_a_violation_is_told_in_the_readers_language(
    made: Program, make_source: MakeSource, language: str, word: str
) -> None:
    bad = "<id/actor/eva> a pg:Actor ; rdfs:label 'Eva'@en ; pg:grade grade:ungraded ."
    ended = made("validate", make_source("bad", more=bad), LANG=language)
    refused(ended, 1, word)


def test_both_validators_say_the_same(made: Program, make_source: MakeSource) -> None:
    file = make_source("bad", more="<id/actor/eva> a pg:Actor .")
    fast, reference = (made("validate", file, "--validator", name) for name in ("turbo", "pyshacl"))
    assert fast == reference
    assert fast.code == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.doc", "", ("'.doc'", ".ttl, .nt, .nq, .trig")),
        ("noending", "", ("ending ''", ".ttl")),
        ("x.ttl", "", ("does not say which source", "pg:Source", "--source")),
        ("x.ttl", "<a:s> <a:p> <a:o> .", ("does not say which source",)),
        (
            "x.ttl",
            "<id/source/a> a <https://w3id.org/pledgegraph/def#Source> .\n"
            "<id/source/b> a <https://w3id.org/pledgegraph/def#Source> .",
            ("describes 2 sources", "split it"),
        ),
        ("x.trig", "<a:s> <a:p> <a:o> . <a:g> { <a:s> <a:p> <a:o> }", ("and some in none",)),
        ("x.trig", "<a:g> { <a:s> <a:p> ", (":1:",)),
        ("x.rdf", "<rdf:RDF>", ("not valid RDF/XML",)),
        ("x.jsonld", "{", ("not valid JSON-LD",)),
        ("x.jsonld", '{"@context": "https://elsewhere.example/c"}', ("not valid JSON-LD",)),
        ("x.nq", "<a:s> <a:p> <a:o> <a:g> <a:h> .", ("not valid N-Quads", ":1:")),
    ],
)
def test_a_file_that_cannot_be_loaded_gets_a_reason_and_a_remedy(
    made: Program, tmp_path: Path, name: str, content: str, words: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(content)
    refused(made("load", tmp_path / name), 3, name, *words)


def test_files_that_cannot_be_read(made: Program, tmp_path: Path) -> None:
    refused(made("load", tmp_path / "none.ttl"), 3, "none.ttl", "No such file")
    (tmp_path / "folder.ttl").mkdir()
    refused(made("load", tmp_path / "folder.ttl"), 3, "folder.ttl", "directory")
    (tmp_path / "latin.ttl").write_bytes("<a:s> <a:p>\n 'Bogotá' .".encode("latin-1"))
    refused(made("load", tmp_path / "latin.ttl"), 3, "latin.ttl:2:", "UTF-8")


def test_a_byte_order_mark_is_no_mistake(made: Program, make_source: MakeSource) -> None:
    file = make_source("one", "ana")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    ended = made("load", file)
    assert ended.code == 0, ended.err
    assert labels(made) == ["Ana"]


def test_the_source_can_be_named(loaded: Program, tmp_path: Path) -> None:
    file = tmp_path / "plain.ttl"
    file.write_text("<https://ana.example/> <https://schema.org/text> 'More of Ana.' .")
    refused(loaded("load", file), 3, "--source")
    graph = "SELECT ?g { GRAPH ?g { ?s <https://schema.org/text> ?o } }"
    for name in ("one", f"{BASE}/id/source/one"):
        ended = loaded("load", file, "--source", name)
        assert ended.code == 0, ended.err
        assert f"{BASE}/id/source/one" in loaded("query", graph, "--format", "csv").out
    refused(loaded("load", file, "--source", "not a slug"), 3, "neither an IRI nor a slug")
    refused(loaded("load", file, "--source", "unheard-of"), 1, "pg:Source")


def test_a_source_option_that_contradicts_the_file(
    loaded: Program, make_source: MakeSource
) -> None:
    refused(loaded("load", make_source("two"), "--source", "one"), 3, "another source")
    file = make_source("three", name="three.trig")
    file.write_text(f"<{BASE}/id/source/one> {{ <a:s> <a:p> <a:o> }}")
    refused(loaded("load", file, "--source", "one"), 3, "names its graphs itself")


def test_a_trig_file_brings_one_source_and_leaves_the_others(
    loaded: Program, make_source: MakeSource
) -> None:
    """The graph of sources is everybody's; a file replaces what it says of its own."""
    turtle = make_source("two", "cem")
    quads = list(parse(turtle.read_bytes(), format=RdfFormat.TURTLE, base_iri=f"{BASE}/"))
    source = NamedNode(f"{BASE}/id/source/two")
    sources = NamedNode(f"{BASE}/id/graph/sources")
    file = turtle.with_suffix(".nq")
    placed = [
        Quad(q.subject, q.predicate, q.object, sources if q.subject == source else source)
        for q in quads
    ]
    file.write_text("".join(f"{each} .\n" for each in placed))
    ended = loaded("load", file)
    assert ended.code == 0, ended.err
    assert ", 0 removed" in ended.out
    assert labels(loaded) == ["Ana", "Ben", "Cem"]


def test_what_rules_compute_cannot_be_loaded(loaded: Program, tmp_path: Path) -> None:
    graph = f"{BASE}/id/graph/computed/progress"
    file = tmp_path / "forged.nq"
    file.write_text(f"<{BASE}/id/actor/ana> <a:status> <a:fulfilled> <{graph}> .\n")
    assert loaded("load", file).code == 0
    assert loaded("query", "ASK { ?s <a:status> ?o }", "--format", "csv").out.strip() == "false"


def test_an_address_does_not_get_into_the_log(made: Program, make_source: MakeSource) -> None:
    refused(made("load", make_source("one"), "--agent", "ana@example.org"), 3, "e-mail", "--agent")
    ended = made("load", make_source("one"), PLEDGEGRAPH_AGENT="Ben <ben@example.org>")
    refused(ended, 3, "e-mail")
    assert ChangesLog(made.path / "changes").last() == 0


def test_a_name_that_is_no_text_is_refused(made: Program, make_source: MakeSource) -> None:
    ended = made("load", make_source("one"), "--agent", "An\udcffa")
    refused(ended, 3, "UTF-8")
    ended = made("load", make_source("one"), "--agent", "Ana", "--reason", "\udcff")
    refused(ended, 3, "UTF-8")
    assert ChangesLog(made.path / "changes").last() == 0


# validate


def test_validate_judges_and_changes_nothing(loaded: Program, make_source: MakeSource) -> None:
    before = ChangesLog(loaded.path / "changes").last()
    ended = loaded("validate", make_source("two", "cem"))
    assert (ended.code, ended.out.splitlines()[0]) == (0, "Valid.")
    assert ChangesLog(loaded.path / "changes").last() == before
    assert labels(loaded) == ["Ana", "Ben"]


def test_validate_needs_no_data_directory(program: Program, make_source: MakeSource) -> None:
    ended = program("validate", make_source("one", "ana"))
    assert (ended.code, ended.out) == (0, "Valid by themselves.\n")
    assert not program.path.exists()
    assert program("validate", make_source("one", "ana"), "--json").code == 0


# query


def test_query_answers_in_each_format(loaded: Program) -> None:
    table = loaded("query", LABELS, "--format", "table")
    assert "Ana" in table.out
    assert "2 rows" in table.out
    rows = json.loads(loaded("query", LABELS).out)["results"]["bindings"]
    assert [row["label"]["value"] for row in rows] == ["Ana", "Ben"]
    assert loaded("query", LABELS, "--format", "csv").out.splitlines() == ["label", "Ana", "Ben"]
    assert '"Ana"@en' in loaded("query", LABELS, "--format", "tsv").out
    assert "<sparql" in loaded("query", LABELS, "--format", "xml").out

    graph = "DESCRIBE <id/actor/ana>"
    for form in ("turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads"):
        ended = loaded("query", graph, "--format", form)
        assert ended.code == 0, ended.err
        assert "Ana" in ended.out
    assert "pg:Actor" in loaded("query", graph).out
    refused(loaded("query", graph, "--format", "csv"), 3, "turtle")
    refused(loaded("query", LABELS, "--format", "turtle"), 3, "json")
    refused(loaded("query", LABELS, "--format", "pdf"), 3, "pdf", "json")


def test_query_answers_questions_without_rows(loaded: Program) -> None:
    assert json.loads(loaded("query", "ASK { ?s ?p 'nobody' }").out)["boolean"] is False
    assert loaded("query", "ASK {}", "--format", "table").out == "yes\n"
    nothing = "SELECT ?s { ?s ?p 'nobody' }"
    assert loaded("query", nothing, "--format", "table").out == "0 rows\n"
    assert loaded("query", nothing, "--format", "csv").out.splitlines() == ["s"]
    assert json.loads(loaded("query", nothing).out)["results"]["bindings"] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("".join(f"BIND({n} AS ?v{n}) " for n in range(2_600)), id="BIND"),
        pytest.param(" UNION ".join(["{ ?s <urn:p> ?o }"] * 9_000), id="UNION"),
    ],
)
def test_a_long_list_in_a_query_is_no_strain(text: str, loaded: Program, tmp_path: Path) -> None:
    file = tmp_path / "long.rq"
    file.write_text(f"ASK {{ {text} }}", encoding="utf-8")
    ended = loaded.run("query", file, "--format", "table")
    assert (ended.code, ended.out) == (0, "yes\n" if "BIND" in text else "no\n")


def test_query_takes_a_file_or_the_input(loaded: Program, tmp_path: Path) -> None:
    file = tmp_path / "labels.rq"
    file.write_text(LABELS, encoding="utf-8")
    assert loaded("query", file, "--format", "csv").out.splitlines() == ["label", "Ana", "Ben"]
    with subprocess.Popen(
        loaded.command("query", "-", "--format", "csv"),
        env=loaded.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        out, _ = process.communicate(LABELS.encode(), timeout=60)
    assert out.decode().split() == ["label", "Ana", "Ben"]
    refused(loaded("query", tmp_path / "none.rq"), 3, "none.rq", "quotation marks")
    (tmp_path / "latin.rq").write_bytes(b"ASK { ?s ?p '\xe9' }")
    refused(loaded("query", tmp_path / "latin.rq"), 3, "latin.rq")
    refused(loaded("query", tmp_path), 3, "neither a query nor a file")


def test_input_that_is_no_text_is_told(loaded: Program) -> None:
    with subprocess.Popen(
        loaded.command("query", "-"),
        env=loaded.environment,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        _, err = process.communicate(b"ASK { ?s ?p '\xe9' }", timeout=60)
    refused(Ended(process.returncode, "", err.decode()), 3, "UTF-8")


def test_a_mistake_in_a_query_is_told_with_its_place(loaded: Program) -> None:
    ended = loaded("query", "SELECT ?s {\n  ?s ?p 'x' ] }")
    refused(ended, 3, "line 2, column 13", "']'")
    assert ended.out == ""


def test_a_query_may_not_leave_the_machine(loaded: Program) -> None:
    refused(loaded("query", "ASK { SERVICE <http://127.0.0.1:1/> {} }"), 3, "SERVICE", "VALUES")


def test_the_default_graph_is_the_union_unless_from_says_otherwise(loaded: Program) -> None:
    ask = "ASK {} {{ <id/actor/ana> a ?kind }}"
    for clause, found in (
        ("", True),
        (f"FROM <{BASE}/id/source/one>", True),
        (f"FROM <{BASE}/id/graph/sources>", False),
        (f"FROM NAMED <{BASE}/id/source/one>", False),
    ):
        answer = json.loads(loaded("query", ask.format(clause)).out)
        assert answer["boolean"] is found, clause


# stats, log


def test_stats_counts_what_there_is(loaded: Program) -> None:
    counts = json.loads(loaded("stats", "--json").out)
    assert counts["actors"] == 2
    assert counts["sources"] == 1
    assert counts["commitments"] == 0
    assert counts["sequence"] == ChangesLog(loaded.path / "changes").last()
    table = loaded("stats").out
    assert re.search(r"actors\W+2\W", table), table


def test_log_tells_the_newest_first(loaded: Program, make_source: MakeSource) -> None:
    loaded("load", make_source("two", "cem"), "--agent", "[bold]Cem", "--reason", "Two\nlines é.")
    headers = [json.loads(line) for line in loaded("log", "--json").out.splitlines()]
    numbers = [header["sequence"] for header in headers]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 1
    said = next(header for header in headers if header["agent"] == "[bold]Cem")
    assert said["reason"] == "Two\nlines é."
    assert said["added"] > 0
    assert re.match(r"\d{4}-\d\d-\d\dT.*\+00:00$", said["time"])
    assert len(loaded("log", "--json", "-n", "1").out.splitlines()) == 1
    table = loaded("log").out
    assert "[bold]Cem" in table
    assert "UTC" in table


def test_log_of_nothing(made: Program) -> None:
    assert made("log").out == "No change has been made yet.\n"
    assert made("log", "--json").out == ""


def test_what_is_in_the_data_cannot_command_the_terminal(made: Program) -> None:
    ended = made("query", "SELECT ('a\\u001B]0;mine\\u0007\\u009Bb' AS ?x) {}", "--format", "table")
    assert ended.code == 0
    assert not set(ended.out) & {"\x1b", "\x07", "\x9b"}, ended.out


# dump


def test_a_dump_can_be_loaded_and_dumped_again(loaded: Program, tmp_path: Path) -> None:
    lines = sorted(loaded("dump").out.splitlines())
    assert len(lines) == json.loads(loaded("stats", "--json").out)["quads"]
    for name in ("dump.nq", "dump.trig", "dump.jsonld"):
        file = tmp_path / name
        assert loaded("dump", "--output", file).code == 0
        other = tmp_path / f"from-{name}"
        assert loaded("init", "--empty", "--data-dir", other).code == 0
        ended = loaded("load", file, "--data-dir", other)
        assert ended.code == 0, ended.err
        assert sorted(loaded("dump", "--data-dir", other).out.splitlines()) == lines
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


def test_dump_writes_one_graph(loaded: Program, make_source: MakeSource, tmp_path: Path) -> None:
    loaded("load", make_source("two", "cem"))
    for name in ("two", f"{BASE}/id/source/two"):
        text = loaded("dump", "--graph", name).out
        assert "Cem" in text
        assert "Ana" not in text
        assert "pg:Actor" in text
    whole = loaded("dump", "--format", "ntriples").out
    assert {"Ana", "Ben", "Cem"} <= set(re.findall(r'"(\w+)"@en', whole))
    refused(loaded("dump", "--graph", "no good iri:"), 3, "not an IRI")
    refused(loaded("dump", "--graph", "unheard-of"), 3, "unheard-of")
    refused(loaded("dump", "--format", "csv"), 3, "csv", "turtle")
    refused(loaded("dump", "--output", tmp_path / "none" / "x.nq"), 3, "cannot be written")


def test_dump_writes_to_what_is_no_file_and_leaves_it_what_it_is(
    loaded: Program, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        try:
            assert loaded("dump", "--output", pipe).code == 0
            assert pipe.is_fifo()
            text, _ = reader.communicate(timeout=10)
        finally:
            reader.kill()
    assert b"Ana" in text
    real = tmp_path / "real.nq"
    real.write_text("old")
    (tmp_path / "link.nq").symlink_to(real)
    assert loaded("dump", "--output", tmp_path / "link.nq").code == 0
    assert (tmp_path / "link.nq").is_symlink()
    assert "Ana" in real.read_text()


def test_a_reader_of_the_dump_may_leave_early(program: Program, make_engine: MakeEngine) -> None:
    make_engine().update(change(quad(number) for number in range(20_000)))
    for command in (["dump"], ["query", "SELECT * { ?s ?p ?o }"]):
        process = program.spawn(*command)
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode()
        process.wait(timeout=60)
        process.stderr.close()
        assert said == ""


# The program


def test_every_command_helps(program: Program) -> None:
    ended = program("--help")
    assert ended.code == 0
    for command in ("init", "load", "validate", "query", "stats", "log", "dump", "serve"):
        assert command in ended.out
        helped = program(command, "--help")
        assert helped.code == 0
        assert "--data-dir" in helped.out
    assert program("--version").out == f"pledgegraph {release()}\n"
    assert program("nonsense").code == 2
    assert program("load").code == 2


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PLEDGEGRAPH_PORT", "abc", ("port", "'abc'", "PLEDGEGRAPH_PORT")),
        ("PLEDGEGRAPH_BASE", "example.org", ("base", "http")),
        ("PLEDGEGRAPH_LOCK_WAIT", "-1", ("lock_wait", "PLEDGEGRAPH_LOCK_WAIT")),
        ("PLEDGEGRAPH_VALIDATOR", "best", ("validator", "turbo")),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(
    program: Program, variable: str, value: str, words: tuple[str, ...]
) -> None:
    refused(program("stats", **{variable: value}), 2, *words)


def test_another_base_is_refused(made: Program) -> None:
    refused(made("stats", "--base", "https://other.example"), 4, BASE, "PLEDGEGRAPH_BASE")


def test_the_exit_codes_reach_the_shell(loaded: Program, tmp_path: Path) -> None:
    """The same as above through processes of their own."""
    good = loaded.run("query", "ASK {}")
    assert (good.code, json.loads(good.out)["boolean"]) == (0, True)
    refused(loaded.run("query", "ASK {"), 3, "the query ends too early")
    refused(loaded.run("stats", "--data-dir", tmp_path / "none"), 4, "pledgegraph init")


def test_a_reader_does_not_wait_for_a_writer(loaded: Program) -> None:
    directory = open_directory(loaded.path)
    with directory.locked(1):
        began = time.monotonic()
        for command in (["stats", "--json"], ["query", "ASK {}"], ["dump"], ["log", "--json"]):
            assert loaded(*command).code == 0
        assert time.monotonic() - began < 10
        refused(loaded("load", "/dev/null", PLEDGEGRAPH_LOCK_WAIT="0.1"), 3, "/dev/null")


def test_a_writer_waits_no_longer_than_it_is_told_to(
    loaded: Program, make_source: MakeSource
) -> None:
    with open_directory(loaded.path).locked(1):
        ended = loaded("load", make_source("two"), PLEDGEGRAPH_LOCK_WAIT="0.1")
    refused(ended, 4, "0.1 s", "Wait until")


def test_a_damaged_log_is_told(loaded: Program) -> None:
    (segment,) = (loaded.path / "changes").iterdir()
    segment.write_bytes(b"")
    refused(loaded("stats"), 4, "changes log", "backup")


def test_ctrl_c_during_a_load_leaves_nothing_half_done(
    program: Program, tmp_path: Path, make_engine: MakeEngine
) -> None:
    make_engine(gated=False)
    file = tmp_path / "many.nq"
    with file.open("w") as out:
        out.writelines(f"<a:s{n}> <a:p> <a:o{n}> <a:g> .\n" for n in range(400_000))
    process = program.spawn("load", file)
    log = program.path / "changes"
    opened = Path(f"/proc/{process.pid}/fd")
    deadline = time.monotonic() + 30
    while str(file) not in {os.path.realpath(fd) for fd in opened.iterdir()}:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    refused(Ended(process.returncode, "", err.decode()), 130, "Interrupted")
    assert ChangesLog(log).last() in {0, 1}
    quads = json.loads(program("stats", "--json").out)["quads"]
    assert quads in {0, 400_000}


def test_a_load_shows_how_far_it_is_on_a_terminal(
    program: Program, make_engine: MakeEngine, tmp_path: Path
) -> None:
    make_engine(gated=False)
    file = tmp_path / "many.nq"
    with file.open("w") as out:
        out.writelines(f"<a:s{n}> <a:p> <a:o{n}> <a:g> .\n" for n in range(50_000))
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        program.command("load", file),
        env={**program.environment, "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65_536):
                shown += piece
        except OSError:
            pass  # so a terminal says that nobody writes to it any more
        finally:
            os.close(ours)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"Reading" in shown
    assert b"50,000 statements added" in said


def test_the_documentation_has_every_command() -> None:
    """A command, or each command of a group, stands in the table of docs/command-line.md."""

    def named(group: typer.Typer, path: str = "") -> Iterator[str]:
        for each in group.registered_commands:
            assert each.callback is not None
            yield path + (each.name or each.callback.__name__.replace("_", "-"))
        for inner in group.registered_groups:
            assert inner.typer_instance is not None
            yield from named(inner.typer_instance, f"{path}{inner.name} ")

    table = (Path(__file__).parents[3] / "docs/command-line.md").read_text(encoding="utf-8")
    told = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE)))
    missing = [
        each for each in named(app) if not any(f"{one} ".startswith(f"{each} ") for one in told)
    ]
    assert missing == []
