"""The page for those who have something to send, over the shipped registers."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_each_register_is_there_once_with_the_number_of_its_list(
    shipped: httpx.AsyncClient,
) -> None:
    page = (await shipped.get("/contribute", headers={"accept": "text/html"})).text
    registers = re.findall(r'<th scope="row">\s*<a href="([^"]+)"', page)
    assert len(registers) == len(set(registers)) > 10
    numbers = re.findall(r'<td class="number"><a href="([^"]+)"[^>]*>([\d,]+)</a>', page)
    assert len(numbers) >= len(registers) - 1
    for address, number in numbers:
        found = await shipped.get(unescape(address), headers={"accept": "application/ld+json"})
        assert found.json()["totalItems"] == int(number.replace(",", "")), address
