"""The workbench in a real browser over the shipped data: by keyboard, by mouse, for everybody."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

import editor_bundle
from tests.browser.conftest import Visit
from tests.conftest import Require

ROOT: Final = Path(__file__).parents[2]
PG: Final = "PREFIX pg: <https://w3id.org/pledgegraph/def#>\n"
COUNTED: Final = (
    f"{PG}SELECT ?register (COUNT(*) AS ?n) {{ ?c a pg:Commitment ; pg:inRegister ?register }}\n"
    "GROUP BY ?register ORDER BY DESC(?n) ?register"
)
MISSPELT: Final = f"{PG}SELECT ?x {{ ?x a pg:Comitment }}"
MOST_BYTES: Final = 250_000
TEXT: Final = "document.querySelector('.editor').view.state.doc.toString()"


@pytest.fixture(autouse=True)
def bundled(require: Require) -> None:
    """Without the bundle there is nothing to look at."""
    require("the bundle of the editor", editor_bundle.is_made(ROOT))


@pytest.fixture
def visit(browser: Browser, shipped_address: str) -> Iterator[Visit]:
    """A visit of the service over the shipped data."""
    context = browser.new_context()
    yield Visit(context, shipped_address)
    context.close()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def completed(page: Page, *letters: str) -> None:
    """Take the first completion; after some letters, where there are any."""
    press(page, "Control+Space")
    options = page.locator(".cm-tooltip-autocomplete li")
    expect(options.first).to_be_visible()
    for each in letters:
        page.keyboard.type(each)
    if letters:
        expect(options.first).to_contain_text("".join(letters))
    # Keys that come right after the list has opened are not taken for it.
    page.wait_for_timeout(100)
    press(page, "Enter")
    expect(options).to_have_count(0)


def test_the_first_answer_with_a_chart_in_three_steps(visit: Visit) -> None:
    page = visit.to("/")
    page.locator("nav.ways").get_by_role("link", name="Query").click()
    page.get_by_label("Show rows as").select_option("bar")
    page.get_by_role("button", name="Ask").click()
    assert page.locator("svg.bar rect").count() > 5
    assert page.locator("table.charted tbody tr").count() > 5
    assert visit.strangers() == []
    assert visit.complaints == []


def test_what_the_page_weighs(visit: Visit) -> None:
    taken: list[int] = []
    visit.page.on(
        "response", lambda answer: taken.append(int(answer.headers.get("content-length", "0")))
    )
    page = visit.to("/sparql")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".cm-content")).to_be_visible()
    assert min(taken) > 0
    assert sum(taken) < MOST_BYTES


def test_a_query_is_written_by_completion_alone(visit: Visit) -> None:
    page = visit.to("/sparql")
    page.wait_for_load_state("networkidle")
    page.get_by_role("textbox", name="SPARQL query").focus()
    press(page, "Control+a", "Delete")
    completed(page)
    completed(page, "?commitment")
    completed(page, "inRegister")
    completed(page, "madeBy")
    assert (
        page.evaluate(TEXT).split()
        == (
            PG + "SELECT * WHERE { ?commitment a pg:Commitment . "
            "?commitment pg:inRegister ?inRegister . ?commitment pg:madeBy ?madeBy . }"
        ).split()
    )
    press(page, "Control+Enter")
    page.wait_for_url("**query=*")
    heads = page.get_by_role("columnheader").all_inner_texts()
    assert heads == ["commitment", "inRegister", "madeBy"]
    assert page.locator("tbody tr").count() > 100
    assert visit.complaints == []


def test_what_was_written_outlasts_reload_and_back(visit: Visit) -> None:
    page = visit.to("/sparql")
    page.wait_for_load_state("networkidle")
    page.get_by_role("textbox", name="SPARQL query").focus()
    press(page, "Control+a", "Delete")
    page.keyboard.type("ASK { ?x a ?y } # kept")
    written = page.evaluate(TEXT)
    page.wait_for_timeout(1000)  # it is kept when the keys pause
    page.reload(wait_until="networkidle")
    assert page.evaluate(TEXT) == written
    page.get_by_role("link", name="First queries").click()
    page.go_back(wait_until="networkidle")
    assert page.evaluate(TEXT) == written
    # What is asked has a page of its own, and an answer stands below its own query.
    press(page, "Control+Home")
    page.locator(".cm-content").focus()
    press(page, "Control+Enter")
    page.wait_for_url("**#outcome")
    page.go_back(wait_until="networkidle")
    assert "kept" not in page.evaluate(TEXT)
    # A page that is opened anew begins anew.
    page.goto(f"{visit.address}/sparql", wait_until="networkidle")
    assert "kept" not in page.evaluate(TEXT)


def test_an_answer_says_in_its_title_how_many_rows_it_has(visit: Visit) -> None:
    page = visit.to(f"/sparql?query={quote(COUNTED)}&format=html")
    rows = page.locator("tbody tr").count()
    expect(page).to_have_title(f"Rows: {rows} · Query · Pledgegraph")


def test_a_prefix_is_declared_as_it_is_written(visit: Visit) -> None:
    page = visit.to("/sparql")
    page.wait_for_load_state("networkidle")
    page.get_by_role("textbox", name="SPARQL query").focus()
    press(page, "Control+a", "Delete")
    page.keyboard.type("ASK { ?x a pg:")
    # The editor closes the bracket.
    assert page.evaluate(TEXT).replace("}", "").rstrip() == f"{PG}ASK {{ ?x a pg:"
    page.keyboard.type("x . # skos:")
    assert "PREFIX skos:" not in page.evaluate(TEXT)


def test_a_misspelt_class_is_mended_by_the_offer(visit: Visit) -> None:
    page = visit.to(f"/sparql?query={quote(MISSPELT)}&format=html")
    # In the editor, at its place ...
    mark = page.locator(".cm-lintRange-warning")
    expect(mark).to_have_text("pg:Comitment")
    mark.hover()
    page.get_by_role("button", name="Write pg:Commitment").click()
    assert page.evaluate(TEXT) == MISSPELT.replace("Comitment", "Commitment")
    # ... and on the page.
    page.locator("main").get_by_role("link", name="pg:Commitment").click()
    assert page.locator("tbody tr").count() > 100
    assert page.locator(".absent").count() == 0
    assert visit.complaints == []


def test_a_mistake_is_marked_at_its_place(visit: Visit) -> None:
    page = visit.to(f"/sparql?query={quote('SELECT * {' + chr(10) + '  ?s ?p }')}&format=html")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)  # it stays when the editor has looked for itself
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    place = "document.querySelector('.editor').view.state.selection.main.head"
    line, column = (page.locator("#fault").get_attribute(f"data-{n}") for n in ("line", "column"))
    assert (line, page.evaluate(place)) == ("2", 11 + int(str(column)) - 1)
    assert [each for each in visit.complaints if "status of 4" not in each] == []


def test_link_curl_python_and_the_page_have_the_same_rows(visit: Visit) -> None:
    page = visit.to(f"/sparql?query={quote(COUNTED)}&format=html")
    page.locator("details.samples summary").click()
    link = page.get_by_role("link", name="SPARQL Results CSV").get_attribute("href")
    answer = httpx.get(f"{visit.address}{link}").text
    expected = list(csv.reader(io.StringIO(answer)))
    shown = page.locator("tbody tr").count()
    assert len(expected) == shown + 1 > 5
    ours = "http://localhost:8000/sparql"  # the base of the shipped data
    sample = {
        name: page.locator(f"pre[data-sample={name}]").inner_text() for name in ("curl", "Python")
    }
    assert all(ours in text for text in sample.values())
    sample = {name: text.replace(ours, f"{visit.address}/sparql") for name, text in sample.items()}
    by_curl = subprocess.run(["sh", "-c", sample["curl"]], capture_output=True, check=True).stdout
    assert list(csv.reader(io.StringIO(by_curl.decode()))) == expected
    code = sample["Python"].removesuffix("print(rows)") + "import json; print(json.dumps(rows))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    rows = json.loads(done.stdout)
    assert [list(rows[0]), *(list(row.values()) for row in rows)] == expected


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/sparql", ("en", "light", 1280)),
        (f"/sparql?query={quote(COUNTED)}&view=bar&format=html", ("en", "dark", 1280)),
        (f"/sparql?query={quote(MISSPELT)}&format=html", ("ar", "light", 390)),
        ("/sparql?question=due-dates", ("fr", "dark", 390)),
        ("/sparql/terms", ("ar", "light", 390)),
    ],
)
def test_it_shuts_nobody_out(
    browser: Browser, shipped_address: str, path: str, seen: tuple[str, Any, int]
) -> None:
    language, scheme, wide = seen
    context = browser.new_context(
        bypass_csp=True, color_scheme=scheme, viewport={"width": wide, "height": 900}
    )
    try:
        joined = f"{path}{'&' if '?' in path else '?'}lang={language}"
        page = Visit(context, shipped_address).to(joined)
        page.wait_for_load_state("networkidle")
        if "terms" not in path:
            page.locator(".cm-content").focus()
            press(page, "Control+Home", "Control+Space")
            page.wait_for_timeout(200)
        found: list[dict[str, Any]] = Axe().run(page).response["violations"]
        told = [
            (each["id"], each["help"], [node["html"][:200] for node in each["nodes"][:3]])
            for each in found
        ]
        assert told == []
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    finally:
        context.close()
