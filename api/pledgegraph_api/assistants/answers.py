"""What each tool answers: rows or a record, with their sources and what the data cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
from pyoxigraph import NamedNode, RdfFormat, parse

from pledgegraph.catalogue import Question
from pledgegraph.client import IRI, Row
from pledgegraph.errors import PledgegraphError
from pledgegraph.media_types import JSON_LD, TURTLE
from pledgegraph_api.assistants.rows import (
    MOST_CHARACTERS,
    SOLUTIONS,
    fitting,
    read_rows,
)
from pledgegraph_api.assistants.service import Refusal, Service
from pledgegraph_api.assistants.sources import sources_of
from pledgegraph_api.assistants.tools import RECORD, ROWS, SEARCH, SPARQL, Tool, tools_of


class ToolMissing(PledgegraphError):
    """There is no tool of that name."""

    remedy = "List the tools with tools/list."


class Answers:
    """Answers calls of tools by asking a service."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.tools: Final = tools_of(questions)
        self._tools = {each.name: each for each in self.tools}
        self._questions = {each.id: each for each in questions}

    async def call(
        self, service: Service, name: str, given: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """What the tool of that name answers, as JSON.

        Raises:
            ToolMissing: there is none; with the names that look like it.
            ParameterError: an argument cannot be used.
            Refusal: the service refused, with its reason.
        """
        tool = self._tools.get(name)
        if tool is None:
            raise self._missing(name)
        read = tool.read(given)
        if name == SEARCH:
            return await _search(service, read)
        if name == RECORD:
            return await _record(service, read["record"])
        if name == SPARQL:
            return await _sparql(service, read["query"], read.get("limit", str(ROWS)))
        return await _question(service, self._questions[name], tool, read)

    def _missing(self, name: str) -> ToolMissing:
        near = get_close_matches(name[:100], self._tools, cutoff=0.5)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        return ToolMissing(f"There is no tool {name[:100]!r}.{hint}")


async def _question(
    service: Service, question: Question, tool: Tool, read: Mapping[str, str]
) -> dict[str, Any]:
    path = f"/queries/{question.id}"
    asked = {name: value for name, value in read.items() if name != "limit"}
    begun: dict[str, Any] = {
        "question": question.question["en"],
        "parameters": asked,
        "limits": question.limits.get("en", "None are known."),
        "address": _address(service, path, asked),
    }
    if question.answers_with_a_graph:
        response = await service.get(path, TURTLE.media_type, asked)
        return begun | await _graph(service, response)
    limit = {"limit": read.get("limit", str(ROWS))} if "limit" in tool.properties else {}
    return begun | await _table(service, await service.get(path, SOLUTIONS, {**asked, **limit}))


async def _sparql(service: Service, query: str, limit: str) -> dict[str, Any]:
    accept = f"{SOLUTIONS}, {TURTLE.media_type};q=0.9"
    response = await service.post("/sparql", accept, {"query": query, "limit": limit})
    begun = {
        "limits": "Nothing found means that no source here says so, not that it is not so.",
        "address": _address(service, "/sparql", {"query": query}),
    }
    if response.headers["content-type"].startswith(TURTLE.media_type):
        return begun | await _graph(service, response)
    return begun | await _table(service, response)


async def _table(service: Service, response: httpx.Response) -> dict[str, Any]:
    rows, whole = read_rows(response)
    shown, all_fit = fitting(rows)
    rests_on = await sources_of(service, _iris(rows[: len(shown)]), response)
    return {"rows": shown, "complete": whole and all_fit, **rests_on}


async def _graph(service: Service, response: httpx.Response) -> dict[str, Any]:
    """A graph as Turtle.

    Raises:
        Refusal: it is too long to be read by an assistant.
    """
    turtle = response.text
    if len(turtle) > MOST_CHARACTERS:
        raise _too_long(len(turtle))
    subjects = (
        IRI(each.subject.value)
        for each in parse(response.content, format=RdfFormat.TURTLE)
        if isinstance(each.subject, NamedNode)
    )
    whole = "pledgegraph-cut" not in response.headers
    rests_on = await sources_of(service, subjects, response)
    return {"turtle": turtle, "complete": whole, **rests_on}


async def _record(service: Service, named: str) -> dict[str, Any]:
    """All statements of a record, found by its IRI or by its path below ``/id/``."""
    path = urlsplit(named).path if "://" in named else named
    short = path.strip("/").removeprefix("id/").removeprefix("doc/")
    address = f"/doc/{quote(short, safe='/:@!$&()*+,;=%')}"
    response = await service.get(address, JSON_LD.media_type)
    if len(response.content) > MOST_CHARACTERS:
        raise _too_long(len(response.content))
    document = response.json()
    return {
        "record": document,
        "limits": "What is not stated here no source has told; it may still be so.",
        "address": document["id"],
        **await sources_of(service, [IRI(document["id"])], response),
    }


async def _search(service: Service, read: Mapping[str, str]) -> dict[str, Any]:
    response = await service.get("/search.jsonld", JSON_LD.media_type, read)
    found = response.json()
    hits = found.get("items", [])
    return {
        "hits": hits,
        "found": found.get("totalItems", len(hits)),
        "complete": "next" not in found,
        "limits": "Names and texts are searched, not what follows from statements.",
        "address": _address(service, "/search", read),
        **await sources_of(service, (IRI(each["id"]) for each in hits), response),
    }


def _iris(rows: Iterable[Row]) -> Iterable[IRI]:
    return (value for row in rows for value in row.values() if isinstance(value, IRI))


def _address(service: Service, path: str, parameters: Mapping[str, str]) -> str:
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"{service.address}{path}{query}"


def _too_long(length: int) -> Refusal:
    return Refusal(
        f"The answer has {length:,} characters; an assistant gets at most {MOST_CHARACTERS:,}.",
        remedy="Ask for less: with `sparql` and LIMIT, or for one of its parts.",
    )
