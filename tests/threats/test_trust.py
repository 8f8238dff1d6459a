"""Trust: what the service believes, what it lets others believe, and what it keeps to itself.

Each test is a line of the list of threats, by its number.
"""

from __future__ import annotations

import csv
import json
import re
from urllib.parse import quote, urlencode

import httpx

from tests.running_service import RunningService
from tests.threats.attacking import raw, refused
from tests.threats.conftest import BASE, FORMULA, MARKUP, PG, SCRIPT, discreet

EVIL = "forged.example"
HUB = f"DESCRIBE <{BASE}/id/hub>"
LITERALS = (
    f"SELECT ?o {{ <{BASE}/id/hub> ?p ?o FILTER(?p IN (<{PG}see>, <{PG}sum>, "
    "<http://www.w3.org/2000/01/rdf-schema#label>)) }"
)
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def addresses(service: RunningService) -> list[str]:
    """Every address that the service tells of, and some where nothing is."""
    described = httpx.get(f"{service.address}/openapi.json").json()["paths"]
    given = {"name": "query-timeout", "path": "source/ring", "sequence": "1"}
    plain = [re.sub(r"\{(\w+)\}", lambda m: given.get(m[1], "x"), each) for each in described]
    query = urlencode({"query": HUB})
    more = [f"/sparql?{query}", "/dumps", "/nothing", "/static/nothing", "/queries/", "/id/hub"]
    return sorted({*plain, *more, "/", "/docs", "/graphs", "/.well-known/void", "/def"})


def told(response: httpx.Response) -> str:
    """All that a response says, headers and body."""
    return f"{response.headers.multi_items()} {response.text}"


def test_25_host_header(service: RunningService) -> None:
    forged = {
        "Host": EVIL,
        "X-Forwarded-Host": EVIL,
        "X-Forwarded-Proto": "gopher",
        "Forwarded": f"host={EVIL};proto=gopher",
        "X-Original-URL": f"http://{EVIL}/",
        "Origin": f"http://{EVIL}",
        "Referer": f"http://{EVIL}/",
    }
    with httpx.Client(base_url=service.address, timeout=30) as client:
        for address in addresses(service):
            for accept in ("text/html", "text/turtle", "application/json", "*/*"):
                response = client.get(address, headers={**forged, "Accept": accept})
                said = told(response)
                assert EVIL not in said, address
                assert "gopher" not in said, address
                if "location" in response.headers:
                    assert response.headers["location"].startswith((BASE, "/")), address
            for method in ("POST", "PUT", "DELETE", "PATCH"):
                assert EVIL not in told(client.request(method, address, headers=forged)), address


def test_26_crlf_in_redirect_targets(service: RunningService) -> None:
    for broken in (
        "%0d%0aSet-Cookie:%20a=b",
        "%0aSet-Cookie:a=b",
        "%E5%98%8D%E5%98%8ASet-Cookie:a",
    ):
        for begin in (
            "/",
            "/queries/",
            "/problems/",
            "/id/",
            "/dumps/latest/",
            "/graphs/",
            "/def/",
        ):
            for end in ("", "/", "?graph=http://x/" + broken, "?lang=" + broken):
                line = f"GET {begin}{broken}{end} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                head = raw(service, line.encode()).partition(b"\r\n\r\n")[0].lower()
                assert b"\r\nset-cookie" not in head
                assert b"\nset-cookie" not in head


def test_27_markup_in_literals_and_iris(service: RunningService) -> None:
    for query in (LITERALS, HUB, f"SELECT (<{SCRIPT}> AS ?a) ('{MARKUP}' AS ?b) {{}}", MARKUP):
        for given in ({"query": query}, {"query": query, "format": "html"}):
            response = httpx.get(service.sparql, params=given, headers=BROWSER, timeout=30)
            harmless(response)
    for address in (
        f"/queries?q={quote(MARKUP)}",
        f"/{quote(MARKUP)}",
        f"/queries/{quote(MARKUP)}",
    ):
        harmless(httpx.get(service.address + address, headers=BROWSER))
    listed = httpx.get(f"{service.address}/queries", headers={"Accept": "application/json"})
    for each in re.findall(r'"id":\s*"([a-z-]+)"', listed.text)[:8]:
        for name in ("commitment", "actor", "kind", "date", "lang", "format", MARKUP):
            given = {name: MARKUP}
            harmless(httpx.get(f"{service.address}/queries/{each}", params=given, headers=BROWSER))


def harmless(response: httpx.Response) -> None:
    """A page in which no markup of others' is markup, and no link runs anything."""
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["x-content-type-options"] == "nosniff"
    policy = response.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert MARKUP not in response.text
    assert "<script>alert" not in response.text
    assert not re.search(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", response.text, re.I)


def test_28_csv_formula_injection(service: RunningService) -> None:
    standard = service.ask(LITERALS, format="csv").text
    assert FORMULA in {row["o"] for row in csv.DictReader(standard.splitlines())}
    safe = service.ask(LITERALS, format="csv-safe")
    cells = [row["o"] for row in csv.DictReader(safe.content.decode("utf-8-sig").splitlines())]
    assert any(FORMULA in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


INJECTIONS = [
    "x> ?p ?o } INSERT",
    f"{BASE}/id/hub> ?p ?o }} #",
    '" } UNION { ?s ?p ?o } #',
    "\\u003E ?p ?o } #",
    "?x",
    "_:b",
    "x\n} SELECT * { ?s ?p ?o",
    "SERVICE <http://127.0.0.1:9/> {}",
]


def test_29_sparql_injection_by_path_and_by_catalogue_parameters(service: RunningService) -> None:
    with httpx.Client(base_url=service.address, timeout=60) as client:
        described = client.get("/openapi.json").json()["paths"]
        questions = {
            path: [p["name"] for p in ways["get"].get("parameters", []) if p.get("in") == "query"]
            for path, ways in described.items()
            if path.startswith("/queries/") and "{" not in path
        }
        assert len(questions) > 20
        for path, names in questions.items():
            for name in {*names} - {"format", "lang"}:
                for injection in INJECTIONS[:3]:
                    response = client.get(path, params={name: injection, "format": "json"})
                    assert response.status_code in {200, 400}, (path, name, response.text)
                    discreet(response.text)
                    if response.status_code == 200:
                        assert response.json()["results"]["bindings"] == [], (path, name)
        for begin in ("/id/", "/queries/", "/problems/", "/graphs/", "/def/", "/scheme/"):
            for injection in INJECTIONS:
                response = client.get(begin + quote(injection, safe=""))
                assert response.status_code in {303, 400, 404, 406}, (begin, injection)
                discreet(response.text)


def test_30_cross_site_form_post_to_update(service: RunningService, token: str) -> None:
    origin = {"Origin": f"http://{EVIL}"}
    insert = f"INSERT DATA {{ GRAPH <{BASE}/id/source/x> {{ <x:s> <x:p> <x:o> }} }}"
    ambient = {"Cookie": f"token={token}; Authorization=Bearer {token}"}
    update = f"{service.address}/update"
    for headers in (origin, {**origin, **ambient}):
        response = httpx.post(update, data={"update": insert}, headers=headers)
        refused(response, 401)
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert "set-cookie" not in response.headers
    for given in ({"access_token": token}, {"token": token}):
        refused(httpx.post(update, params=given, data={"update": insert}), (400, 401))
        refused(httpx.post(update, data={"update": insert, **given}), (400, 401))
    preflight = {**origin, "Access-Control-Request-Method": "POST"}
    for address in ("/update", "/graphs", "/sparql", "/"):
        for response in (
            httpx.options(service.address + address, headers=preflight),
            httpx.get(service.address + address, headers=origin),
        ):
            assert "access-control-allow-credentials" not in response.headers
            assert response.headers.get("access-control-allow-origin", "*") == "*"


def test_32_tokens_are_stored_hashed(service: RunningService, token: str) -> None:
    secret = token.partition("_")[2].encode()
    for file in (each for each in service.store.rglob("*") if each.is_file()):
        assert secret not in file.read_bytes(), file.name
    kept = service.store / "tokens.json"
    assert kept.stat().st_mode & 0o077 == 0
    for wrong in (token[:-1], token + "x", token.upper(), "x", "pgt_", "Bearer", "ü"):
        card = {b"Authorization": f"Bearer {wrong}".encode()}
        response = httpx.post(f"{service.address}/update", data={"update": "x"}, headers=card)
        refused(response, (400, 401))


def test_36_vary_accept_everywhere(service: RunningService) -> None:
    for address in addresses(service):
        response = httpx.get(service.address + address, headers=BROWSER, timeout=30)
        varies = {each.strip().lower() for each in response.headers.get("vary", "").split(",")}
        is_fixed = address in {"/openapi.json", "/health", "/metrics", "/dumps"}
        if not is_fixed and not address.startswith("/static/"):
            assert "accept" in varies, (address, response.status_code)
        if response.headers.get("content-type", "").startswith("text/html"):
            assert "accept-language" in varies, address


def test_37_one_etag_per_format(service: RunningService) -> None:
    tags = []
    for form in ("json", "xml", "csv", "tsv"):
        for coding in ("identity", "gzip"):
            response = httpx.get(
                service.sparql,
                params={"query": f"SELECT * {{ <{BASE}/id/hub> ?p ?o }}", "format": form},
                headers={"Accept-Encoding": coding},
                timeout=30,
            )
            tags.append((response.headers["etag"], response.headers.get("content-encoding")))
    assert len({tag for tag, _ in tags}) == len(tags)


def test_38_log_injection_by_query_text(service: RunningService) -> None:
    forged = "2026-01-01T00:00:00.000Z ERROR pledgegraph.service: everything is lost"
    lines = f"ASK {{}} #\r\n{forged}\n\x1b[2J\x1b]0;x\x07\u2028{forged}\x85{forged}"
    service.ask(lines)
    httpx.get(service.address + "/" + quote(lines, safe=""))
    httpx.get(service.address + "/queries/" + quote(lines, safe=""))
    httpx.get(service.address, params={lines: lines})
    httpx.get(service.address, headers={"User-Agent": forged, "Referer": forged})
    httpx.post(f"{service.address}/update", data={"update": lines})
    method = b"GET\x1b[2J"
    raw(service, method + b" / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    log = service.log.read_text(encoding="utf-8")
    assert "everything is lost" not in log
    assert "\x1b" not in log


def test_39_no_personal_data_and_no_tokens_in_logs(service: RunningService, token: str) -> None:
    person = "ana.person@example.org"
    card = {"Authorization": f"Bearer {token}", "User-Agent": person, "Cookie": person}
    service.ask(f'ASK {{ ?s ?p "{person}" }}', x=person)
    httpx.get(f"{service.address}/{person}", headers=card)
    insert = f'INSERT DATA {{ GRAPH <{BASE}/id/source/x> {{ <x:s> <x:p> "{person}" }} }}'
    for reason in ("", person):
        more = {**card, "Pledgegraph-Reason": reason}
        httpx.post(f"{service.address}/update", data={"update": insert}, headers=more, timeout=60)
    httpx.post(f"{service.address}/update", params={"access_token": token}, headers=card)
    httpx.post(f"{service.address}/update", data={"update": f"CLEAR <{token}>"}, headers=card)
    log = service.log.read_text(encoding="utf-8")
    assert "/update" in log, "the log tells of requests"
    assert person not in log
    assert token not in log
    assert token.partition("_")[2] not in log


def test_43_no_path_or_stack_in_an_error(service: RunningService, token: str) -> None:
    card = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=service.address, timeout=30) as client:
        for address in addresses(service):
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "HEAD"):
                for accept in ("application/json", "text/html"):
                    headers = {**card, "Accept": accept, "Content-Type": "text/turtle"}
                    response = client.request(method, address, headers=headers, content=b"\x00<")
                    assert response.status_code < 500, (method, address, response.text)
                    if response.status_code >= 400 and method != "HEAD":
                        discreet(told(response))
                        assert "/problems/" in response.text, (method, address, response.text)


def test_43_every_type_of_problem_leads_to_its_page(service: RunningService) -> None:
    document = service.ask("nonsense").json()
    assert document["type"].startswith(BASE)
    page = httpx.get(service.address + document["type"].removeprefix(BASE), headers=BROWSER)
    assert page.status_code == 200
    assert json.dumps(document).count(service.address) == 0
