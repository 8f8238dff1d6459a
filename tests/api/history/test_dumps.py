"""Dumps: the files, the list of them, parts of them, and who makes them."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pyoxigraph
import pytest
from filelock import FileLock
from pyoxigraph import Dataset, RdfFormat

from pledgegraph.errors import StorageFull
from pledgegraph.history import make_dump as dumping
from pledgegraph.history.canonical import canonical_hash, canonical_quads
from pledgegraph.history.checking import check_files
from pledgegraph.history.dumps import Dump, Dumps
from pledgegraph.history.make_dump import make_dump
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, ClientOf, make_store
from tests.api.outline import Outline
from tests.graph.building import quad

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory, small_data: bytes) -> Iterator[EmbeddedEngine]:
    """A store of which there is a dump."""
    engine = make_store(tmp_path_factory.mktemp("dumped") / "store", small_data)
    assert make_dump(engine, keep=2) is not None
    yield engine
    engine.close()


@pytest.fixture
async def client(dumped: EmbeddedEngine, client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(data_dir=dumped.directory.path, base=BASE)
    async with client_of(create_app(settings, dumped)) as client:
        yield client


def the_dump(engine: EmbeddedEngine) -> Dump:
    return Dumps(engine.directory.dumps).newest_first()[0]


async def test_each_file_holds_the_whole_snapshot(
    client: httpx.AsyncClient, dumped: EmbeddedEngine
) -> None:
    listed = (await client.get("/dumps/")).json()["dumps"]
    assert [each["snapshot"] for each in listed] == [the_dump(dumped).sequence]
    with dumped.snapshot() as snapshot:
        whole = Dataset(snapshot.quads())
        hash_ = canonical_hash(snapshot)
    assert listed[0]["hash"] == hash_
    assert len(listed[0]["files"]) == 3
    for each in listed[0]["files"]:
        assert each["url"].startswith(f"{BASE}/dumps/")
        got = await client.get(each["url"].removeprefix(BASE))
        assert got.headers["content-type"] == "application/gzip"
        assert len(got.content) == each["bytes"]
        assert hashlib.sha256(got.content).hexdigest() == each["sha256"]
        form = RdfFormat.from_media_type(each["format"])
        assert form is not None
        text = gzip.decompress(got.content)
        assert Dataset(pyoxigraph.parse(text, format=form)) == whole
        if form == RdfFormat.N_QUADS:
            assert hashlib.sha256(text).hexdigest() == hash_
        checksum = (await client.get(each["url"].removeprefix(BASE) + ".sha256")).text
        assert checksum == f"{each['sha256']}  {each['url'].rpartition('/')[2]}\n"


async def test_latest_leads_to_the_newest(
    client: httpx.AsyncClient, dumped: EmbeddedEngine
) -> None:
    number = the_dump(dumped).sequence
    for ending in ("nq.gz", "jsonld.gz", "trig.gz.sha256"):
        got = await client.get(f"/dumps/latest/{ending}", headers={"Host": "evil.example"})
        assert got.status_code == 307
        assert got.headers["location"] == f"{BASE}/dumps/{number}/pledgegraph-{number}.{ending}"
    assert (await client.get("/dumps/latest/zip")).status_code == 404


async def test_ranges(client: httpx.AsyncClient, dumped: EmbeddedEngine) -> None:
    number = the_dump(dumped).sequence
    address = f"/dumps/{number}/pledgegraph-{number}.nq.gz"
    whole = await client.get(address)
    etag = whole.headers["etag"]
    assert "immutable" in whole.headers["cache-control"]

    one = await client.get(address, headers={"Range": "bytes=10-19"})
    assert (one.status_code, one.content) == (206, whole.content[10:20])
    few = await client.get(address, headers={"Range": "bytes=0-3,10-19"})
    assert few.status_code == 206
    assert few.headers["content-type"].startswith("multipart/byteranges")
    assert whole.content[10:20] in few.content
    kept = await client.get(address, headers={"Range": "bytes=10-19", "If-Range": etag})
    assert kept.status_code == 206
    changed = await client.get(address, headers={"Range": "bytes=10-19", "If-Range": '"other"'})
    assert (changed.status_code, changed.content) == (200, whole.content)
    beyond = await client.get(address, headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416
    for partly in ("bytes=99999999-, 10-19", "bytes=10-19,-0", "Bytes=10-19"):
        found = await client.get(address, headers={"Range": partly})
        assert (found.status_code, found.content) == (206, whole.content[10:20]), partly
    for other in ("lines=1-5", "bytes=19-10", "bytes=a-b", "bytes=", "bytes"):
        found = await client.get(address, headers={"Range": other})
        assert (found.status_code, found.content) == (200, whole.content), other
    same = await client.get(address, headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    head = await client.head(address)
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.content == b""
    for wanted in ("bytes=10-19", "bytes=99999999-"):
        # A range counts for GET only (RFC 9110, section 14.2).
        head = await client.head(address, headers={"Range": wanted})
        assert head.status_code == 200
        assert head.headers["content-length"] == str(len(whole.content))


async def test_ten_thousand_ranges_are_refused(
    client: httpx.AsyncClient, dumped: EmbeddedEngine
) -> None:
    number = the_dump(dumped).sequence
    ranges = ",".join(f"{n}-{n}" for n in range(10_000))
    got = await client.get(
        f"/dumps/{number}/pledgegraph-{number}.nq.gz", headers={"Range": f"bytes={ranges}"}
    )
    assert got.status_code == 416
    assert got.json()["type"] == f"{BASE}/problems/too-many-ranges"


@pytest.mark.parametrize(
    "path",
    ["/dumps/99/pledgegraph-99.nq.gz", "/dumps/1/dump.json", "/dumps/1/..%2f..%2fpledgegraph.json"],
)
async def test_nothing_else_is_sent(client: httpx.AsyncClient, path: str) -> None:
    got = await client.get(path)
    assert got.status_code == 404
    assert b"base" not in got.content


async def test_the_page_lists_every_file(client: httpx.AsyncClient, dumped: EmbeddedEngine) -> None:
    got = await client.get("/dumps/", headers={"Accept": "text/html"})
    outline = Outline(got.text)
    names = [each.name for each in the_dump(dumped).files]
    assert set(names) <= {
        (link or "").rpartition("/")[2] for link in outline.attribute("a", "href")
    }
    assert the_dump(dumped).hash in got.text


async def test_the_list_of_none(empty_engine: EmbeddedEngine, client_of: ClientOf) -> None:
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    async with client_of(create_app(settings, empty_engine)) as client:
        assert (await client.get("/dumps/")).json() == {"dumps": [], "damaged": []}
        assert (await client.get("/dumps/", headers={"Accept": "text/html"})).status_code == 200
        assert (await client.get("/dumps/latest/nq.gz")).status_code == 404


def test_only_the_newest_are_kept_and_none_is_made_twice(empty_engine: EmbeddedEngine) -> None:
    for number in range(1, 5):
        empty_engine.update(Change(agent="tests", reason="More", add=[quad(number)]))
        made = make_dump(empty_engine, keep=2)
        assert made is not None
        assert made.sequence == number
        assert made.quads == number
    dumps = Dumps(empty_engine.directory.dumps)
    assert [each.sequence for each in dumps.newest_first()] == [4, 3]
    assert make_dump(empty_engine, keep=2) == dumps.of(4)


def test_one_process_makes_it(empty_engine: EmbeddedEngine) -> None:
    empty_engine.update(Change(agent="tests", reason="More", add=[quad(1)]))
    folder = empty_engine.directory.dumps
    folder.mkdir()
    with FileLock(folder / "lock"):
        assert make_dump(empty_engine, keep=2) is None
    assert make_dump(empty_engine, keep=2) is not None


def test_a_dump_taken_while_changes_land_is_one_snapshot(
    empty_engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_engine.update(Change(agent="tests", reason="More", add=[quad(n) for n in range(50)]))

    def with_a_change(snapshot: EmbeddedSnapshot) -> Iterator[pyoxigraph.Quad]:
        for number, each in enumerate(canonical_quads(snapshot)):
            if number == 10:
                empty_engine.update(
                    Change(agent="tests", reason="In between", add=[quad(99)], remove=[quad(1)])
                )
            yield each

    monkeypatch.setattr(dumping, "canonical_quads", with_a_change)
    made = make_dump(empty_engine, keep=2)
    assert made is not None
    assert (made.sequence, made.quads) == (1, 50)
    text = gzip.decompress(
        (empty_engine.directory.dumps / "1" / "pledgegraph-1.nq.gz").read_bytes()
    )
    assert b"number 99" not in text
    assert re.search(rb"number 1\b", text)


def test_a_full_disk_leaves_the_earlier_dump(
    empty_engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_engine.update(Change(agent="tests", reason="More", add=[quad(1)]))
    make_dump(empty_engine, keep=3)
    empty_engine.update(Change(agent="tests", reason="More", add=[quad(2)]))

    def full(*_arguments: object) -> io.BytesIO:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(dumping, "_packed", full)
    with pytest.raises(StorageFull):
        make_dump(empty_engine, keep=3)
    folder: Path = empty_engine.directory.dumps
    assert sorted(each.name for each in folder.iterdir() if each.is_dir()) == ["1"]


# Damage


def after_a_power_cut(folder: Path, synced: set[int]) -> None:
    """Leave of each file that nobody waited for its name only, as a disk may."""
    for file in folder.rglob("*"):
        if file.is_file() and file.stat().st_ino not in synced:
            file.write_bytes(b"")


def test_a_dump_is_on_the_disk_before_it_has_its_name(
    empty_engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = empty_engine.directory.dumps
    synced: set[int] = set()
    sync = os.fsync

    def noted(descriptor: int) -> None:
        sync(descriptor)
        synced.add(os.fstat(descriptor).st_ino)

    rename = Path.rename

    def cut(partial: Path, final: Path) -> Path:
        assert partial.stat().st_ino in synced
        after_a_power_cut(partial, synced)
        return rename(partial, final)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "rename", cut)
    made = make_dump(empty_engine, keep=1)
    assert made is not None
    assert folder.stat().st_ino in synced
    assert Dumps(folder).newest_first() == [made]
    assert all((folder / str(made.sequence) / each.name).stat().st_size for each in made.files)


DAMAGE = {
    "no description": ("dump.json", None),
    "an empty description": ("dump.json", b""),
    "half a description": ("dump.json", b'{"sequence": 1, '),
    "another description": ("dump.json", b"[]"),
    "a description that is no text": ("dump.json", b"\xff\xfe"),
    "an empty file": ("pledgegraph-1.trig.gz", b""),
    "no file": ("pledgegraph-1.jsonld.gz", None),
    "an empty checksum": ("pledgegraph-1.nq.gz.sha256", b""),
}


@pytest.mark.parametrize(("name", "content"), DAMAGE.values(), ids=DAMAGE)
async def test_a_dump_that_is_not_whole_is_passed_over_and_made_anew(
    empty_engine: EmbeddedEngine,
    client_of: ClientOf,
    caplog: pytest.LogCaptureFixture,
    name: str,
    content: bytes | None,
) -> None:
    empty_engine.update(Change(agent="tests", reason="To see.", add=[quad(1)]))
    made = make_dump(empty_engine, keep=2)
    assert made is not None
    file = empty_engine.directory.dumps / "1" / name
    whole = file.read_bytes()
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    async with client_of(create_app(settings, empty_engine)) as client:
        listed = await client.get("/dumps/")
        assert (listed.status_code, listed.json()) == (200, {"dumps": [], "damaged": [1]})
        page = await client.get("/dumps/", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "dump of snapshot 1 is damaged" in page.text
        assert "Dump 1 is damaged" in caplog.text
        assert (await client.get("/dumps/latest/nq.gz")).status_code == 404
        for each in ("pledgegraph-1.nq.gz", "pledgegraph-1.trig.gz", name):
            got = await client.get(f"/dumps/1/{each}")
            assert got.status_code == 404
            assert "immutable" not in got.headers.get("cache-control", "")
        again = make_dump(empty_engine, keep=2)
        assert again is not None
        assert again.files == made.files
        again_listed = await client.get("/dumps/")
        assert again_listed.json()["damaged"] == []
        assert again_listed.headers["etag"] != listed.headers["etag"]
    if name != "dump.json":
        assert file.read_bytes() == whole


def test_a_bit_that_turned_in_a_dump_is_found(empty_engine: EmbeddedEngine) -> None:
    made = make_dump(empty_engine, keep=2)
    assert made is not None
    file = empty_engine.directory.dumps / str(made.sequence) / made.files[0].name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)
    assert check_files(empty_engine).faults == (f"Dump {made.sequence} is damaged.",)
    (told,) = check_files(empty_engine, mend=True).mended
    assert told.startswith(f"Dump {made.sequence} is damaged.")
    again = make_dump(empty_engine, keep=2)
    assert again is not None
    assert again.files == made.files
    assert check_files(empty_engine).faults == ()
