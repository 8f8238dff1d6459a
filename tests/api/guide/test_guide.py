"""The guide: its pages hang together, its queries and its notebook give what they say."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest

from pledgegraph_api.http.languages import LANGUAGES
from tests.api.outline import Outline
from tests.running_service import ROOT, running_service
from tests.shipped_store import copy_shipped

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html"}
DOCS = ROOT / "docs"
NOTEBOOK = "reporting-by-register.ipynb"
COUNT = "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a <https://w3id.org/pledgegraph/def#Commitment> }"
# What the lesson says that no source states so far.
NOT_STATED = {"pg:addresses", "pg:continues", "pg:replaces"}
EXAMPLE = re.compile(r"```sparql\n((?:(?!```).)*)```\n+(\|.*?\n)(?=(\n.*)|\Z)", re.DOTALL)


async def pages(client: httpx.AsyncClient) -> dict[str, str]:
    index = await client.get("/guide", headers=BROWSER)
    assert index.status_code == 200
    found = {"/guide": index.text}
    for address in re.findall(r'href="(/guide/[^"#]+)"', index.text):
        if "/notebooks/" not in address:
            page = await client.get(address, headers=BROWSER)
            assert page.status_code == 200, address
            found[address] = page.text
    return found


async def test_every_link_and_anchor_of_the_guide_leads_somewhere(
    shipped: httpx.AsyncClient,
) -> None:
    texts = await pages(shipped)
    assert len(texts) > 15
    asked: dict[str, str] = dict(texts)
    for page, text in texts.items():
        body = text[text.index("<main") : text.index("</main>")]
        assert ".md" not in "".join(re.findall(r'href="([^"]*)"', body)), page
        for address in set(re.findall(r'href="([^"]*)"', body)):
            path, _, anchor = address.replace("&amp;", "&").partition("#")
            path = path or page
            if "://" in path:
                continue
            if path not in asked:
                answer = await shipped.get(path, headers=BROWSER, follow_redirects=True)
                assert answer.status_code == 200, f"{page} leads to {path}"
                asked[path] = answer.text
            assert not anchor or f'id="{anchor}"' in asked[path], f"{page} leads to {address}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_text_says_that_it_is_english(shipped: httpx.AsyncClient, language: str) -> None:
    page = (await shipped.get(f"/guide/first-queries?lang={language}", headers=BROWSER)).text
    assert f'<html lang="{language}"' in page
    other = language != "en"
    assert ('<div class="prose" lang="en" dir="ltr">' in page) == other
    assert f'href="/guide/sparql?lang={language}"' in page
    (tried, *_) = re.findall(r'href="(/sparql\?query[^"]*)"', page)
    assert f"lang={language}" in tried


async def test_a_page_asks_the_service_that_shows_it(client: httpx.AsyncClient) -> None:
    page = (await client.get("/guide/sparql", headers=BROWSER)).text
    assert "curl -G https://data.example.org/sparql" in page
    assert "http://localhost:8000" not in page
    file = await client.get(f"/guide/notebooks/{NOTEBOOK}")
    assert file.headers["content-disposition"] == f'attachment; filename="{NOTEBOOK}"'
    assert "https://data.example.org" in file.text


async def test_no_page_names_a_file_as_if_it_were_here(shipped: httpx.AsyncClient) -> None:
    page = (await shipped.get("/guide/sparql", headers=BROWSER)).text
    outline = Outline(page)
    said = outline.text_of("a")
    assert "First queries" in said
    assert not any(text.endswith(".md") for text in said)
    assert "Decision 13 (in the source code) lists" in page
    registers = (await shipped.get("/guide/registers", headers=BROWSER)).text
    assert "those of the source code, which is not served here" in registers
    assert "those of the source code" not in page


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/guide/sparkl", "/guide/sparql"),
        ("/guide/development", ""),
        ("/guide/notebooks/reporting-by-register.r", "/guide/notebooks/reporting-by-register.R"),
        ("/guide/notebooks/..%2f..%2fpyproject.toml", ""),
    ],
)
async def test_what_is_not_in_the_guide_is_told(
    client: httpx.AsyncClient, path: str, near: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert not near or near in answer.json()["near"]


async def test_the_examples_of_the_first_lesson_give_the_rows_below_them(
    shipped: httpx.AsyncClient,
) -> None:
    examples = EXAMPLE.findall((DOCS / "first-queries.md").read_text(encoding="utf-8"))
    assert len(examples) == 21
    for query, table, after in examples:
        answer = await shipped.post(
            "/sparql", data={"query": query}, headers={"Accept": "text/csv"}
        )
        assert answer.status_code == 200, answer.text
        rows = list(csv.reader(io.StringIO(answer.text)))
        printed = [
            [cell.strip() for cell in line.strip("|").split(" | ")]
            for line in table.splitlines()
            if not line.startswith("|---")
        ]
        assert printed == [[cell.strip() for cell in row] for row in rows[: len(printed)]]
        shown, total = len(printed) - 1, len(rows) - 1
        cut = re.match(r"\nThe first (\d+) of (\d+) rows", after)
        assert [int(each) for each in cut.groups()] == [shown, total] if cut else shown == total


async def test_the_first_lesson_names_nothing_that_does_not_occur(
    shipped: httpx.AsyncClient,
) -> None:
    text = (DOCS / "first-queries.md").read_text(encoding="utf-8")
    terms = set(re.findall(r"\b((?:pg|org|skos|schema|dcterms):\w+)", text)) - {"pg:Comitment"}
    assert len(terms) > 40
    prefixes = "\n".join(re.findall(r"^ +(PREFIX .*)$", text, re.MULTILINE))
    for term in terms:
        query = f"{prefixes} ASK {{ {{ ?s {term} ?o }} UNION {{ ?s a/rdfs:subClassOf* {term} }} }}"
        answer = await shipped.get("/sparql", params={"query": query})
        assert answer.json()["boolean"] == (term not in NOT_STATED), term


def test_the_notebook_draws_its_chart(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It takes seconds to import, which every process that collects tests would spend.
    import nbformat  # noqa: PLC0415
    from nbclient import NotebookClient  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("notebook")
    store = copy_shipped(tmp_path_factory, folder / "data", "http://localhost:8000")
    notebook = nbformat.read(DOCS / "notebooks" / NOTEBOOK, 4)  # type: ignore[no-untyped-call]
    assert not any(cell.get("outputs") for cell in notebook.cells), "it is kept without outputs"
    with running_service(store, folder / "log") as service:
        monkeypatch.setenv("PLEDGEGRAPH_ADDRESS", service.address)
        monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'graph'}:{ROOT / 'api'}")
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
        (row,) = service.ask(COUNT).json()["results"]["bindings"]
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    said = "".join(output.get("text", "") for output in outputs)
    assert f"{row['n']['value']} commitments, {service.address}, 2026-11-22, snapshot" in said
