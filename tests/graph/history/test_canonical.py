"""The canonical hash, and `pledgegraph verify`, which compares the log with the store."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    Quad,
    RdfFormat,
    Store,
    serialize,
)

from pledgegraph.history.canonical import canonical_hash
from pledgegraph.rdf.external_sort import LineSorter
from pledgegraph.store.directory import open_directory
from tests.graph.building import change, node, quad
from tests.graph.conftest import MakeEngine, Program

ODD = '\x00\x07\x08\t\n\x0b\x0c\r\x1f"\\\x7f\x80é\u2028\ufffe😀'


def by_the_book(quads: list[Quad]) -> str:
    """The hash as RDFC-1.0 defines it, by the engine's own canonicalisation."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0_SHA_256)
    text = serialize(dataset, format=RdfFormat.N_QUADS) or b""
    return hashlib.sha256(b"".join(sorted(text.splitlines(keepends=True)))).hexdigest()


def test_the_hash_is_that_of_the_sorted_canonical_quads(make_engine: MakeEngine) -> None:
    engine = make_engine()
    quads = [quad(n) for n in range(300)] + [Quad(node("a"), node("b"), Literal(ODD), node("g"))]
    engine.update(change(quads))
    with engine.snapshot() as snapshot:
        assert canonical_hash(snapshot) == by_the_book(quads)
        assert canonical_hash(snapshot, memory=1000) == by_the_book(quads)


def test_control_characters_are_written_as_the_canonical_form_wants(
    make_engine: MakeEngine,
) -> None:
    engine = make_engine()
    engine.update(change([Quad(node("a"), node("b"), Literal(ODD), node("g"))]))
    written = (
        f"<{node('a').value}> <{node('b').value}> "
        r'"\u0000\u0007\b\t\n\u000B\f\r\u001F\"\\\u007F' + "\x80é\u2028" + r"\uFFFE" + '😀"'
        f" <{node('g').value}> .\n"
    )
    with engine.snapshot() as snapshot:
        assert canonical_hash(snapshot) == hashlib.sha256(written.encode()).hexdigest()


def test_blank_nodes_get_their_canonical_labels(make_engine: MakeEngine, tmp_path: Path) -> None:
    hashes = []
    for name in ("x", "y"):
        engine = make_engine(tmp_path / name, gated=False)
        one, two = BlankNode(f"{name}1"), BlankNode(f"{name}2")
        engine.update(change([Quad(one, node("p"), two), Quad(two, node("q"), Literal("1"))]))
        with engine.snapshot() as snapshot:
            hashes.append(canonical_hash(snapshot))
    assert hashes[0] == hashes[1]


@given(st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"")), max_size=60))
def test_lines_come_sorted_however_they_are_cut(lines: list[bytes]) -> None:
    text = b"".join(line + b"\n" for line in lines)
    with LineSorter(memory=200) as sorter:
        for start in range(0, len(text), 7):
            sorter.write(text[start : start + 7])
        assert list(sorter.lines()) == sorted(line + b"\n" for line in lines)


def test_verify_prints_the_same_hash_for_the_same_statements(loaded: Program) -> None:
    told = json.loads(loaded("verify", "--json").out)
    dumped = loaded("dump", "--format", "nquads").out.encode()
    lines = sorted(dumped.splitlines(keepends=True))
    assert told["hash"] == hashlib.sha256(b"".join(lines)).hexdigest()
    assert told["faults"] == []
    assert told["quads"] == len(lines)
    assert told["hash"] in loaded("verify").out


def test_verify_follows_removals_and_returns(make_engine: MakeEngine, program: Program) -> None:
    engine = make_engine()
    engine.update(change([quad(1), quad(2)]))
    engine.update(change(remove=[quad(1)]))
    engine.update(change([quad(1)], remove=[quad(2)]))
    assert program("verify").code == 0


def test_verify_finds_a_store_that_differs(make_engine: MakeEngine, program: Program) -> None:
    engine = make_engine()
    engine.update(change([quad(1), quad(2)]))
    (snapshot,) = [p for p in open_directory(program.path).snapshots.iterdir() if p.is_dir()]
    store = Store(snapshot)
    store.add(quad(3))
    del store
    ended = program("verify", "--json")
    assert ended.code == 4
    assert "does not hold what the changes log comes to" in ended.err
    assert json.loads(ended.out)["faults"]


def test_verify_finds_a_damaged_record(make_engine: MakeEngine, program: Program) -> None:
    engine = make_engine()
    engine.update(change([quad(1)]))
    engine.update(change([quad(2)]))
    (segment,) = open_directory(program.path).changes.glob("*.rdfp")
    segment.write_bytes(segment.read_bytes().replace(b"number 1", b"number 7"))
    ended = program("verify")
    assert ended.code == 4
    assert "Record 1 of the changes log is damaged" in ended.err
