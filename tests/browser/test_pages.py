"""The pages in a real browser: no other host, no script that runs, and nobody shut out."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from tests.browser.conftest import Visit

TABLE: Final = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
NASTY: Final = """SELECT ?text ?iri ?typed { VALUES (?text ?iri ?typed) {
  ("<script>window.pwned = 1</script><img src=x onerror='window.pwned=1'>"
   <javascript:window.pwned=1> "x"^^<javascript:window.pwned=1>)
  ("</td></table><iframe srcdoc='<script>parent.pwned=1</script>'></iframe>"
   <data:text/html,%3Cscript%3Eparent.pwned=1%3C/script%3E> "<b>"@en)
} }"""
WRONG: Final = "SELECT <script>window.pwned = 1</script>"
PAGES: Final = {
    "home": "/",
    "form": "/sparql",
    "table": f"/sparql?query={quote(TABLE)}&format=html",
    "graph": f"/sparql?query={quote('CONSTRUCT WHERE { ?s ?p ?o }')}&format=html",
    "truth": f"/sparql?query={quote('ASK {}')}&format=html",
    "markup": f"/sparql?query={quote(NASTY)}&format=html",
    "mistake": f"/sparql?query={quote(WRONG)}&format=html",
    "questions": "/queries",
    "question": "/queries/due-dates",
    "problems": "/problems",
    "problem": "/problems/query-syntax",
    "nothing": "/nothing",
    "interface": "/docs",
    "changes": "/changes",
    "guide": "/guide",
    "lesson": "/guide/first-queries",
}


def with_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("path", [*PAGES.values(), "/docs/try"], ids=[*PAGES, "try"])
def test_no_page_asks_another_host_for_anything(visit: Visit, path: str) -> None:
    page = visit.to(path)
    page.wait_for_load_state("networkidle")
    assert visit.requests
    assert visit.strangers() == []
    # A browser says so on the console when a page's policy keeps it from something.
    assert [each for each in visit.complaints if "status of 4" not in each] == []


@pytest.mark.parametrize(
    ("name", "language"),
    [*((name, "en") for name in PAGES), ("home", "ar"), ("table", "ar"), ("question", "ar")],
)
def test_pages_shut_nobody_out(judged: Visit, name: str, language: str) -> None:
    """Judged by axe-core with its rules for WCAG 2.2, A and AA, and its best practices."""
    page = judged.to(with_language(PAGES[name], language))
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    assert [
        (each["id"], each["help"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in found
    ] == []


@pytest.mark.parametrize("query", [NASTY, WRONG])
def test_markup_in_data_does_nothing(visit: Visit, query: str) -> None:
    page = visit.to(f"/sparql?query={quote(query)}&format=html")
    assert page.locator("main script, main iframe, main img").count() == 0
    hrefs = page.eval_on_selector_all("a", "links => links.map(link => link.protocol)")
    assert set(hrefs) <= {"http:", "https:"}
    assert page.evaluate("window.pwned") is None
    assert "window.pwned" in page.locator("main").inner_text()


def test_a_question_is_asked_without_scripts(scriptless: Visit) -> None:
    page = scriptless.to("/sparql")
    page.get_by_label("SPARQL query").fill("SELECT ?b ?a { VALUES (?b ?a) { (1 'x') (2 'y') } }")
    page.get_by_role("button", name="Ask").click()
    assert page.get_by_role("columnheader").all_inner_texts() == ["b", "a"]
    assert page.get_by_role("cell").all_inner_texts() == ["1", "x", "2", "y"]
    assert "/sparql?query=SELECT" in page.url
    page.get_by_role("link", name="Link to this query").click()
    assert page.get_by_role("cell").all_inner_texts() == ["1", "x", "2", "y"]


def test_a_mistake_is_shown_beside_the_query(scriptless: Visit) -> None:
    page = scriptless.to("/sparql")
    page.get_by_label("SPARQL query").fill("SELECT * WHERE {")
    page.get_by_role("button", name="Ask").press("Enter")
    assert "line 1" in page.get_by_role("alert").inner_text()
    field = page.get_by_label("SPARQL query")
    assert field.input_value() == "SELECT * WHERE {"
    assert field.get_attribute("aria-invalid") == "true"


def test_the_examples_can_be_run(scriptless: Visit) -> None:
    page = scriptless.to("/sparql")
    example = page.locator(".examples a").first
    example.click()
    assert page.locator("dl.facts").count() == 1
    assert page.get_by_role("alert").count() == 0


def test_an_answer_can_be_downloaded(visit: Visit) -> None:
    page = visit.to(PAGES["table"])
    with page.expect_download() as waiting:
        page.get_by_role("link", name="SPARQL Results CSV").click()
    assert waiting.value.suggested_filename == "answer.csv"
    text = waiting.value.path().read_text(encoding="utf-8")
    assert text.splitlines()[0] == "s,p,o"
    assert len(text.splitlines()) == page.locator("tbody tr").count() + 1


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit.to("/sparql")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    # A link to the first lesson comes before the form; the editor, where it is bundled, has the
    # place of the field.
    page.keyboard.press("Tab")
    assert "first-queries" in page.evaluate("document.activeElement.href")
    page.keyboard.press("Tab")
    field = "[document.activeElement.id, document.activeElement.className]"
    assert page.evaluate(field) in (["query", ""], ["", "editor"])


def test_nothing_overflows_a_narrow_screen(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 320, "height": 640})
    for path in PAGES.values():
        page = visit.to(path)
        wide, there = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= there, path
