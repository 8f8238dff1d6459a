"""Readers report errors; the pages tell what came of it, and nothing of what was written."""

from __future__ import annotations

import html
import json
import re
import stat
from datetime import UTC, datetime, timedelta

import pytest

from pledgegraph.corrections import Corrections, Decision, Told
from pledgegraph.errors import CorrectionDecided, InputError
from pledgegraph_api.http.languages import LANGUAGES
from tests.api.contributing.conftest import Service

pytestmark = pytest.mark.anyio

PAGE = "/doc/commitment/one"
WRITTEN = {
    "statement": "It says <b>2024</b>.",
    "right": "It was 2025; ask Ana.",
    "source": "https://example.org/2025",
}


@pytest.fixture(scope="module")
def page(small_data: bytes) -> str:
    """The page of a record of the small data."""
    found = re.search(rb"<?(id/commitment/[a-z0-9-]+)", small_data)
    return "/doc/" + (found[1].decode().removeprefix("id/") if found else "commitment/none")


def declined(words: str) -> Decision:
    return Decision(datetime.now(UTC), accepted=False, words=words, language="en", by="Ben")


async def form(service: Service, page: str, **query: str) -> dict[str, str]:
    """The hidden fields of the form for a page."""
    answer = await service.client.get("/corrections/new", params={"page": page, **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return {name: html.unescape(value) for name, value in hidden if name != "lang"}


async def test_a_report_is_kept_decided_and_answered_where_it_was_made(
    service: Service, page: str
) -> None:
    before = await service.client.get(page)
    assert before.status_code == 200
    way = re.search(r'href="(/corrections/new[^"]*)"', before.text)
    assert way
    assert f"page={page}" in html.unescape(way[1])
    kept = await service.client.get(page, headers={"If-None-Match": before.headers["etag"]})
    assert kept.status_code == 304

    fields = await form(service, page)
    sent = await service.client.post("/corrections", data={**fields, **WRITTEN})
    assert sent.status_code == 303, sent.text
    again = await service.client.post("/corrections", data={**fields, **WRITTEN})
    assert again.headers["location"] == sent.headers["location"], "sent twice, kept twice"
    (waiting,) = service.corrections.waiting()
    assert waiting.told == Told(**WRITTEN)
    assert waiting.page == page
    file = service.path / "corrections" / "open" / f"{waiting.id}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    shown = await service.client.get(sent.headers["location"])
    assert shown.status_code == 200
    name = re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", before.text)
    assert name
    assert re.search(rf'<a href="{page}"[^>]*>{re.escape(name[1])}</a>', shown.text)
    for text in (*WRITTEN.values(), "Ana"):
        for answer in (shown, await service.client.get(page)):
            assert text not in html.unescape(answer.text)

    decision = Decision(
        datetime.now(UTC), accepted=True, words="Mended & dated: <2025>.", language="en", by="Ben"
    )
    service.corrections.decide(waiting.id, decision)
    assert service.corrections.waiting() == []
    after = await service.client.get(page, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200, "a page from before the decision was served"
    assert "Mended &amp; dated: &lt;2025&gt;." in after.text
    assert "Ben" not in after.text
    assert "Mended" in (await service.client.get(sent.headers["location"])).text
    assert "Mended" not in (await service.client.get("/queries")).text
    earlier = await service.client.get(page, params={"version": "1"})
    assert "Mended" not in earlier.text
    with pytest.raises(CorrectionDecided):
        service.corrections.decide(waiting.id, decision)


@pytest.mark.parametrize("change", [
    {"ticket": "made-up"},
    {"page": "/progress"},
    {"website": "https://spam.example"},
    {"right": "  "},
    {"source": "x" * 2_001},
    {"statement": "\x00"},
])  # fmt: skip
async def test_what_cannot_be_kept_comes_back_with_its_text(
    service: Service, page: str, change: dict[str, str]
) -> None:
    before = service.corrections.waiting()
    fields = {**await form(service, page), **WRITTEN, **change}
    answer = await service.client.post("/corrections", data=fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    # What is wrong with a field leads to it; the rest is wrong with the form.
    faults = answer.text.partition('role="alert"')[2].partition("</div>")[0]
    (field,) = change
    led_to = re.findall(r'href="#(\w+)"', faults)
    assert led_to == ([field] if field in ("website", "right", "source") else [])
    for each in led_to:
        assert f'id="{each}"' in answer.text
    kept = {name: text for name, text in WRITTEN.items() if name not in change}
    for text in kept.values():
        assert html.escape(text) in answer.text
    assert service.corrections.waiting() == before


async def test_no_other_site_sends_the_form(service: Service, page: str) -> None:
    fields = {**await form(service, page), **WRITTEN}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = await service.client.post("/corrections", data=fields, headers=headers)
        assert answer.status_code == 403
    for body, status in ((b"x=1&x=2", 400), (b"x" * 64_001, 413), (b"x=%ff", 400)):
        answer = await service.client.post(
            "/corrections",
            content=body,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == status, body[:9]
    answer = await service.client.post("/corrections", json=fields)
    assert answer.status_code == 415
    for wrong in ("//evil.example/x", "https://evil.example", "/a b", "x", "/" + "a" * 600):
        answer = await service.client.get("/corrections/new", params={"page": wrong})
        assert answer.status_code == 400, wrong
    assert (await service.client.get("/corrections/0123456789abcdef")).status_code == 404
    assert (await service.client.get("/corrections/..%2f..%2ftokens")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_forms_speak_every_language(service: Service, page: str, language: str) -> None:
    for path in ("/corrections/new", "/contribute"):
        given = {"lang": language} | ({"page": page} if path != "/contribute" else {})
        answer = await service.client.get(path, params=given)
        assert answer.headers["content-language"] == language
        assert "mailto:data@example.org" in answer.text or path != "/contribute"
    fields = {**await form(service, page, lang=language), "statement": "x"}
    answer = await service.client.post(f"/corrections?lang={language}", data=fields)
    assert answer.headers["content-language"] == language
    assert f'action="/corrections?lang={language}"' in answer.text


async def test_one_client_sends_a_few_an_hour(service: Service, page: str) -> None:
    statuses = []
    for _ in range(8):
        fields = {**await form(service, page), **WRITTEN}
        answer = await service.client.post("/corrections", data=fields)
        statuses.append(answer.status_code)
    assert statuses[-1] == 429
    assert set(statuses) == {303, 429}
    assert answer.headers["retry-after"] == "3600"
    assert html.escape(WRITTEN["right"]) in answer.text
    assert len(service.corrections.waiting()) <= 6


async def test_what_was_written_is_erased_in_time(service: Service, page: str) -> None:
    corrections = Corrections(service.path, days=1)
    old = corrections.add(page, Told("a secret", "b", "c"), language="en")
    path = service.path / "corrections" / "open" / f"{old.id}.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["received"] = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    del told["seal"]
    path.write_text(json.dumps(told), encoding="utf-8")
    found = corrections.find(old.id)
    assert found
    assert found.told is None, "it is not shown any more, erased or not"
    assert corrections.erase() == 1
    assert "a secret" not in path.read_text(encoding="utf-8")
    assert corrections.erase() == 0
    for words in ("", "write to ana@example.org", "x" * 1_001):
        with pytest.raises(InputError):
            corrections.decide(old.id, declined(words))


async def test_a_page_without_the_form_does_not_lead_to_it(service: Service) -> None:
    for path in ("/nothing", "/corrections/new?page=/progress"):
        assert "page=/nothing" not in (await service.client.get(path)).text
