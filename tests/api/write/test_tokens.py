"""Tokens: who may write, how they are refused who may not, and what is kept of a token."""

from __future__ import annotations

import logging

import pytest

from pledgegraph.writes.tokens import RegisterScope, Scope
from tests.api.conftest import BASE
from tests.api.write.conftest import ONE, Place

pytestmark = pytest.mark.anyio

NOTHING = "DELETE DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } }"


async def test_without_a_token_nothing_is_changed(place: Place) -> None:
    before = place.quads()
    response = await place.client.post("/update", data={"update": "DROP ALL"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="Pledgegraph"'
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"{BASE}/problems/unauthorised"
    assert "pledgegraph token create" in response.json()["remedy"]
    assert place.quads() == before


@pytest.mark.parametrize(
    "header",
    ["Bearer nonsense", "Bearer", "Basic YTpi", "Bearer a b", "bearer pgt_", "TOKEN"],
)
async def test_what_is_no_token_is_none(place: Place, header: str) -> None:
    headers = {"Authorization": header}
    response = await place.client.post("/update", data={"update": "DROP ALL"}, headers=headers)
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_a_token_elsewhere_than_in_the_header_is_none(place: Place) -> None:
    ways = [
        await place.client.post(f"/update?access_token={place.token}", data={"update": NOTHING}),
        await place.client.post("/update", data={"update": NOTHING, "access_token": place.token}),
        await place.client.post(
            "/update", data={"update": NOTHING}, headers={"Cookie": f"token={place.token}"}
        ),
    ]
    assert [each.status_code for each in ways] == [401, 401, 401]


async def test_two_tokens_are_none(place: Place) -> None:
    twice = [("Authorization", f"Bearer {place.token}")] * 2
    response = await place.client.post("/update", data={"update": NOTHING}, headers=twice)
    assert response.status_code == 401


async def test_a_token_to_read_does_not_write(place: Place) -> None:
    _, secret = place.tokens.create(scopes=(Scope.READ,))
    headers = {"Authorization": f"Bearer {secret}"}
    response = await place.client.post("/update", data={"update": "DROP ALL"}, headers=headers)
    assert response.status_code == 403
    challenge = response.headers["www-authenticate"]
    assert challenge == 'Bearer realm="Pledgegraph", error="insufficient_scope", scope="write"'
    assert "--scope write" in response.json()["remedy"]
    _, secret = place.tokens.create(scopes=(Scope.ADMIN,))
    headers = {"Authorization": f"Bearer {secret}"}
    response = await place.client.post("/update", data={"update": NOTHING}, headers=headers)
    assert response.status_code == 200


async def test_a_token_for_a_register_writes_nothing_else(place: Place) -> None:
    before = place.quads()
    token, secret = place.tokens.create(scopes=(RegisterScope("ours"),))
    assert (token.registers, token.allows(Scope.READ)) == (("ours",), True)
    assert token.allows(RegisterScope("ours"))
    assert not token.allows(RegisterScope("theirs"))
    headers = {"Authorization": f"Bearer {secret}"}
    for method, address in (("POST", "/update"), ("PUT", f"/graphs?graph={ONE}")):
        response = await place.client.request(
            method, address, data={"update": "DROP ALL"}, headers=headers
        )
        assert response.status_code == 403, (method, address)
    assert place.quads() == before
    (known,) = (each for each in place.tokens.all() if each.id == token.id)
    assert known == token, "it is read back as it was made"
    editor, _ = place.tokens.create(scopes=(Scope.WRITE,))
    assert editor.allows(RegisterScope("any-register"))


async def test_a_revoked_token_and_one_that_is_over_are_none_at_once(place: Place) -> None:
    short, secret = place.tokens.create(scopes=(Scope.WRITE,), days=-1)
    assert short.expires is not None
    late = {"Authorization": f"Bearer {secret}"}
    response = await place.client.post("/update", data={"update": NOTHING}, headers=late)
    assert response.status_code == 401
    assert (await place.update(NOTHING)).status_code == 200
    (ours,) = (each for each in place.tokens.all() if each.label == "The tests")
    place.tokens.revoke(ours.id)
    assert (await place.update(NOTHING)).status_code == 401


async def test_another_sites_form_cannot_write(place: Place) -> None:
    """A browser sends such a form without asking: with cookies, and never with a token."""
    headers = {"Origin": "https://evil.example", "Cookie": "session=1"}
    response = await place.client.post("/update", data={"update": "DROP ALL"}, headers=headers)
    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    plain = {**headers, "Content-Type": "text/plain"}
    response = await place.client.post("/update", content="update=DROP ALL", headers=plain)
    assert response.status_code == 401


async def test_a_page_that_has_a_token_may_write_from_anywhere(place: Place) -> None:
    asked = {
        "Origin": "https://tool.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, pledgegraph-reason",
    }
    response = await place.client.options("/update", headers=asked)
    assert response.status_code == 200
    assert "Authorization" in response.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in response.headers
    for method in ("PUT", "DELETE", "PATCH"):
        asked["Access-Control-Request-Method"] = method
        assert (await place.client.options("/update", headers=asked)).status_code == 200


async def test_nobody_is_told_the_token(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    texts = [
        (await place.update(f"INSERT DATA {{ GRAPH <{ONE}> {{ <a> <b> 1 }} }}")).text,
        (await place.update("nonsense")).text,
        (await place.update("DROP ALL", accept="text/html", format="x")).text,
    ]
    held = caplog.text + "".join(texts)
    held += "".join(path.read_text() for path in place.engine.directory.changes.iterdir())
    held += (place.engine.directory.path / "tokens.json").read_text(encoding="utf-8")
    assert place.token not in held
    assert place.token.removeprefix("pgt_") not in held


async def test_a_damaged_file_lets_nobody_in(place: Place) -> None:
    (place.engine.directory.path / "tokens.json").write_text('{"tokens": [{}]}', encoding="utf-8")
    response = await place.update(NOTHING)
    assert response.status_code == 503
