"""A data directory on this machine, or a service somewhere, behind the same three methods."""

from __future__ import annotations

import io
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

import httpx
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from pledgegraph.catalogue.known_values import KnownValues
from pledgegraph.catalogue.portions import MORE_AFTER
from pledgegraph.catalogue.questions import Question, catalogue
from pledgegraph.catalogue.questions import question as question_named
from pledgegraph.client.answer import Answer, Row, rows_of
from pledgegraph.errors import InputError, PledgegraphError, QueryError
from pledgegraph.media_types import JSON, TURTLE
from pledgegraph.release import release
from pledgegraph.results.truncation import CUT
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.engine import QueryResult, ResultKind, Snapshot

ATTEMPTS: Final = 4
"""How often a service that is busy is asked."""
LONGEST_WAIT: Final = 30.0
"""Seconds that a service may ask to wait before it is asked again."""
_TIMEOUT: Final = httpx.Timeout(90.0, connect=10.0)

_CUT_PROBLEM: Final = "/problems/answer-cut"

Given = str | int | date
"""A parameter of a question."""


class AnswerCut(UserWarning):
    """The service cut an answer at one of its limits; ``complete`` is False."""


class _Busy(QueryError):
    """The service is busy, or has answered this client too often; it says how long to wait."""

    def __init__(self, detail: str, remedy: str, wait: str) -> None:
        super().__init__(detail, remedy=remedy)
        self.wait: Final = min(float(wait), LONGEST_WAIT) if wait.isdecimal() else 1.0


class NoService(PledgegraphError):
    """What answers at the address is no Pledgegraph, or nothing does."""


class Graph(ABC):
    """A graph that can be asked; `connect` makes one. It may be used in a ``with`` block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Give back files and connections; nothing can be asked any more."""

    @property
    @abstractmethod
    def source(self) -> str:
        """The data directory or the address."""

    @abstractmethod
    def select(self, query: str) -> Answer:
        """The rows of a SPARQL SELECT.

        Raises:
            QueryError: the query cannot be answered, with the reason.
        """

    @abstractmethod
    def construct(self, query: str) -> str:
        """What a CONSTRUCT or DESCRIBE makes, as Turtle.

        Raises:
            QueryError: the query cannot be answered, with the reason.
        """

    @abstractmethod
    def question(self, name: str, /, **parameters: Given) -> Answer:
        """The answer to a question of the catalogue.

        Raises:
            InputError: there is no such question, or a parameter cannot be used.
            QueryError: it cannot be answered now, with the reason.
        """

    @abstractmethod
    def questions(self) -> Mapping[str, str]:
        """The questions of the catalogue in English, by name."""


class LocalGraph(Graph):
    """A data directory on this machine."""

    def __init__(self, directory: Path) -> None:
        """Open the directory.

        Raises:
            DirectoryError: it is none, or cannot be opened.
        """
        self._engine = open_engine(Settings(data_dir=directory))
        self._directory = directory

    def close(self) -> None:
        """See `Graph.close`."""
        self._engine.close()

    @property
    def source(self) -> str:
        """The data directory."""
        return str(self._directory)

    def select(self, query: str) -> Answer:
        """See `Graph.select`."""
        with self._engine.snapshot() as snapshot:
            return self._answer(snapshot, snapshot.query(query), query)

    def construct(self, query: str) -> str:
        """See `Graph.construct`."""
        with self._engine.snapshot() as snapshot:
            result = snapshot.query(query)
            if result.kind is not ResultKind.GRAPH:
                raise _not("CONSTRUCT or DESCRIBE", "select")
            held = io.BytesIO()
            result.serialise(held, TURTLE)
            return held.getvalue().decode()

    def question(self, name: str, /, **parameters: Given) -> Answer:
        """See `Graph.question`."""
        asked = question_named(name)
        base = self._engine.directory.base
        given = {key: _text(value) for key, value in parameters.items()}
        with self._engine.snapshot() as snapshot:
            found = KnownValues(base).of(asked, given, snapshot)
            result = snapshot.query(asked.query, substitutions=asked.bind(found, base=base))
            return self._answer(snapshot, result, asked.query, asked, given)

    def questions(self) -> Mapping[str, str]:
        """See `Graph.questions`."""
        return {each.id: each.question["en"] for each in catalogue()}

    def _answer(
        self,
        snapshot: Snapshot,
        result: QueryResult,
        query: str,
        asked: Question | None = None,
        given: Mapping[str, str] | None = None,
    ) -> Answer:
        if result.kind is not ResultKind.SOLUTIONS:
            raise _not("SELECT", "construct")
        held = io.BytesIO()
        result.serialise(held, JSON)
        columns, rows = _read(held.getvalue())
        if asked is not None:
            columns = tuple(name for name in asked.columns if name in columns)
        return Answer(
            columns,
            rows,
            self.source,
            snapshot.sequence,
            query,
            complete=True,
            limits="" if asked is None else asked.limits.get("en", ""),
            parameters=dict(given or {}),
        )


class RemoteGraph(Graph):
    """A service, over HTTP."""

    def __init__(self, address: str, *, token: str | None = None) -> None:
        """Find the service.

        Raises:
            NoService: nothing answers there, or something else does.
        """
        headers = {"user-agent": f"pledgegraph-python/{release()}"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self._client = httpx.Client(base_url=address.rstrip("/"), headers=headers, timeout=_TIMEOUT)
        self._address = address.rstrip("/")
        try:
            listed = self._client.get("/queries", headers={"accept": "application/json"})
            listed.raise_for_status()
            self._questions: dict[str, dict[str, Any]] = {
                each["id"]: each for each in listed.json()["questions"]
            }
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            self._client.close()
            raise NoService(
                f"No Pledgegraph answers at {address}: {error}",
                remedy="Give the address of its home page, such as http://localhost:8000.",
            ) from error

    def close(self) -> None:
        """See `Graph.close`."""
        self._client.close()

    @property
    def source(self) -> str:
        """The address."""
        return self._address

    def select(self, query: str) -> Answer:
        """See `Graph.select`."""
        response = self._post(query, JSON.media_type)
        return self._answer(response, query)

    def construct(self, query: str) -> str:
        """See `Graph.construct`."""
        return self._post(query, TURTLE.media_type).text

    def question(self, name: str, /, **parameters: Given) -> Answer:
        """See `Graph.question`."""
        given = {key: _text(value) for key, value in parameters.items()}
        response = self._sent(
            "GET", f"/queries/{name}", params=given, headers={"accept": JSON.media_type}
        )
        card = self._questions.get(name, {})
        limits = card.get("limits") or {}
        first = self._answer(
            response,
            str(card.get("query", "")),
            limits=limits.get("en", "") if isinstance(limits, dict) else "",
            parameters=given,
        )
        return self._with_further(first, response)

    def _with_further(self, first: Answer, response: httpx.Response) -> Answer:
        """The answer with all portions that follow its first."""
        rows, complete = [*first.rows], first.complete
        while "next" in response.links:
            address = httpx.URL(response.links["next"]["url"])
            response = self._sent(
                "GET",
                address.raw_path.decode("ascii"),
                headers={"accept": JSON.media_type},
            )
            further = self._answer(response, first.query)
            rows.extend(further.rows)
            complete = complete and further.complete
        if len(rows) == len(first.rows):
            return first
        # What leads from one portion to the next says nothing of the whole.
        whole = tuple(Row({**row, MORE_AFTER: None}) for row in rows)
        return replace(first, rows=whole, complete=complete)

    def questions(self) -> Mapping[str, str]:
        """See `Graph.questions`."""
        return {name: _english(each["question"]) for name, each in self._questions.items()}

    def _answer(
        self,
        response: httpx.Response,
        query: str,
        limits: str = "",
        parameters: Mapping[str, str] | None = None,
    ) -> Answer:
        content = response.content
        whole = not is_cut(response)
        if not whole:
            warnings.warn(
                "The service cut the answer at one of its limits: it is not whole.",
                AnswerCut,
                stacklevel=4,
            )
        columns, rows = _read(content)
        return Answer(
            columns,
            rows,
            self._address,
            int(response.headers.get("pledgegraph-snapshot", "-1")),
            query,
            complete=whole,
            limits=limits,
            parameters=dict(parameters or {}),
        )

    def _post(self, query: str, accept: str) -> httpx.Response:
        return self._sent("POST", "/sparql", data={"query": query}, headers={"accept": accept})

    def _sent(self, method: str, path: str, **parts: Any) -> httpx.Response:
        for attempt in Retrying(
            retry=retry_if_exception_type(_Busy),
            stop=stop_after_attempt(ATTEMPTS),
            wait=lambda state: _wait_of(state.outcome.exception() if state.outcome else None),
            reraise=True,
        ):
            with attempt:
                return self._once(method, path, **parts)
        raise AssertionError("the loop above returns or raises")

    def _once(self, method: str, path: str, **parts: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **parts)
        except httpx.HTTPError as error:
            raise QueryError(
                f"{self._address} did not answer: {error}", remedy="Ask again later."
            ) from error
        if response.is_success:
            return response
        problem: dict[str, Any] = {}
        with suppress(ValueError):
            problem = response.json()
        detail = str(problem.get("detail") or f"{self._address} answered {response.status_code}.")
        remedy = str(problem.get("remedy") or "")
        if problem.get("near"):
            detail += f" Did you mean {', '.join(problem['near'])}?"
        if response.status_code in (429, 503):
            raise _Busy(detail, remedy, response.headers.get("retry-after", ""))
        if response.status_code in (400, 404) and path != "/sparql":
            raise InputError(detail, remedy=remedy)
        raise QueryError(detail, remedy=remedy)


def connect(target: str | Path, *, token: str | None = None) -> Graph:
    """The graph in a data directory, or of a service by its address.

    ``token`` is for a service that gives more to those it knows.

    Raises:
        DirectoryError: the directory is none, or cannot be opened.
        NoService: nothing answers at the address, or something else does.
    """
    if isinstance(target, str) and target.lower().startswith(("http://", "https://")):
        return RemoteGraph(target, token=token)
    return LocalGraph(Path(target))


def _read(content: bytes) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    found = parse_query_results(content, format=QueryResultsFormat.JSON)
    if not isinstance(found, QuerySolutions):
        raise _not("SELECT", "construct")
    return rows_of(found)


def is_cut(response: httpx.Response) -> bool:
    """Whether rows are missing: a header says so, or the end of the answer where it is long."""
    if "pledgegraph-cut" in response.headers:
        return True
    answer = response.json()
    links = answer.get("head", {}).get("link", [])
    return CUT in answer or any(link.endswith(_CUT_PROBLEM) for link in links)


def _not(form: str, other: str) -> QueryError:
    return QueryError(
        f"This method takes a {form} query.", remedy=f"For others there is `{other}`."
    )


def _text(value: Given) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _english(words: object) -> str:
    return str(words.get("en", "")) if isinstance(words, dict) else str(words)


def _wait_of(error: BaseException | None) -> float:
    return error.wait if isinstance(error, _Busy) else 1.0
