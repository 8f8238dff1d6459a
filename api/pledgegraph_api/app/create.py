"""Puts the service together."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI

from pledgegraph.catalogue import KnownValues, RememberedNames, catalogue
from pledgegraph.descriptions import DescribedData, Statistics, take_statistics
from pledgegraph.release import release
from pledgegraph.settings import Settings
from pledgegraph.store import Engine, OnceASnapshot
from pledgegraph.writes import Tokens
from pledgegraph_api.app.contributing import Contributing
from pledgegraph_api.app.desk import install_desk
from pledgegraph_api.app.history import Copies
from pledgegraph_api.app.openapi import Description
from pledgegraph_api.app.records import install_documents
from pledgegraph_api.app.write import Writing
from pledgegraph_api.assistants.answers import Answers
from pledgegraph_api.assistants.endpoint import AssistantEndpoint
from pledgegraph_api.cache.response_cache import KeptAnswers
from pledgegraph_api.catalogue.choices import RecordLists
from pledgegraph_api.catalogue.endpoint import QuestionEndpoint
from pledgegraph_api.catalogue.index import PATH as QUESTIONS_PATH
from pledgegraph_api.catalogue.index import QuestionList
from pledgegraph_api.catalogue.opened_question import OpenedQuestions
from pledgegraph_api.catalogue.page import QuestionPage
from pledgegraph_api.discovery.descriptions import DatasetDescriptions, DescriptionPages
from pledgegraph_api.discovery.publication_dates import PublishedState
from pledgegraph_api.discovery.sitemap import Finding
from pledgegraph_api.guide.endpoint import Guide
from pledgegraph_api.http.client_address import ClientAddresses, Networks
from pledgegraph_api.http.link_header import Signposts
from pledgegraph_api.middleware.at_least import AtLeast
from pledgegraph_api.middleware.body_timeout import TimelyBodies
from pledgegraph_api.middleware.compression import Compressing
from pledgegraph_api.middleware.cross_origin import CrossOrigin
from pledgegraph_api.middleware.fast_route import DirectRoute
from pledgegraph_api.middleware.few_at_once import FewAtOnce
from pledgegraph_api.middleware.if_match import IfMatch
from pledgegraph_api.middleware.memento import Memento
from pledgegraph_api.middleware.observe import Observer, Observing
from pledgegraph_api.middleware.rate_limit import Budgeting
from pledgegraph_api.middleware.rate_limit_store import Budget
from pledgegraph_api.middleware.security_headers import SecurityHeaders
from pledgegraph_api.middleware.vary_accept import VariesByAccept
from pledgegraph_api.ops.health import HealthCheck
from pledgegraph_api.ops.metrics import Metrics
from pledgegraph_api.ops.request_log import RequestLog
from pledgegraph_api.ops.traces import traces
from pledgegraph_api.ops.warming import Warming
from pledgegraph_api.problems.pages import ProblemPages
from pledgegraph_api.problems.responses import ProblemAnswers, UnexpectedErrors
from pledgegraph_api.progress.standing import in_short
from pledgegraph_api.sparql.endpoint import sparql_endpoint
from pledgegraph_api.sparql.inline_lookup import QuickAnswers
from pledgegraph_api.sparql.page import PATH as QUERY_PATH
from pledgegraph_api.sparql.response import Representations
from pledgegraph_api.sparql.runner import QueryRunner
from pledgegraph_api.vocabulary.methodology import MethodologyPage
from pledgegraph_api.vocabulary.ontology import OntologyPages
from pledgegraph_api.vocabulary.schemes import SchemePages
from pledgegraph_api.web.featured import examples_among
from pledgegraph_api.web.home import HomePage
from pledgegraph_api.web.labels import Labels
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.swagger import ApiDocs
from pledgegraph_api.workbench.terms import Terms
from pledgegraph_api.workbench.terms_page import TermsPage

_DOCUMENTS: Final = "/doc/"
_OF_RECORDS: Final = (_DOCUMENTS, "/id/")
_ABOUT: Final = """\
A knowledge graph of public commitments: who promised what, what they did, what came of it, and
who says so. Every statement stands in the named graph of the source that says it.

Errors are problem documents ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)); their types
are explained under `/problems`.
"""


def create_app(settings: Settings, engine: Engine) -> FastAPI:
    """The service over a store, as an ASGI application.

    ``app.state.runner`` is its `QueryRunner`, which whoever does not start and end the
    application has to stop.
    """
    runner = QueryRunner(engine, settings)
    writing = Writing(settings, engine, runner)
    contributing = Contributing(settings)
    pages = contributing.pages
    copies = Copies(settings, pages)
    numbers = OnceASnapshot(engine, take_statistics)
    described = DescribedData(engine, numbers)
    app = FastAPI(
        title="Pledgegraph",
        version=release(),
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        # A redirect would repeat the Host header, which anybody can set.
        redirect_slashes=False,
        telemetry=traces(),
        lifespan=_lifespan(runner, copies, writing, Warming(engine), described),
    )
    app.state.runner = runner

    questions = catalogue()
    records = RecordLists(engine, settings.base)
    known = KnownValues(settings.base, RememberedNames(engine))
    terms = Terms(numbers, Labels(engine), settings.base)
    problems = ProblemAnswers(pages, settings.base)
    problems.install(app)
    ProblemPages(pages, settings.base).install(app)
    signposts = Signposts(settings.base)
    representations = Representations(settings, engine.version)
    sparql = sparql_endpoint(
        settings,
        engine,
        runner,
        representations,
        pages=pages,
        examples=examples_among(questions),
        past=copies.past,
        described=described,
        terms=terms,
        questions=OpenedQuestions(questions, engine, known, records, settings.base),
    )
    sparql.install(app)
    writing.install(app, representations)
    QuestionList(questions, pages, settings.base).install(app)
    QuestionEndpoint(
        questions,
        settings,
        runner,
        representations,
        engine=engine,
        page=QuestionPage(pages, records, settings.base),
        known=known,
    ).install(app)
    AssistantEndpoint(Answers(questions), settings).install(app)
    copies.install(app)
    ledgers = install_documents(app, engine, pages, settings.base, copies)
    HomePage(
        pages,
        engine,
        examples_among(questions),
        signposts,
        settings.base,
        progress=lambda: in_short(ledgers.current(), datetime.now(UTC).date()),
    ).install(app)
    descriptions = _descriptions(settings, engine, numbers)
    DescriptionPages(descriptions, pages, signposts, settings.base).install(app)
    _install_words(app, engine, pages, signposts, terms)
    HealthCheck(engine, runner, settings.data_dir).install(app)
    ApiDocs(pages).install(app)
    contributing.install(app, engine)
    install_desk(
        app,
        settings,
        engine,
        ledgers=ledgers,
        runner=writing.runner,
        corrections=contributing.corrections,
        pages=pages,
    )
    pages.assets.install(app)

    budget = Budget(settings.budget_seconds, settings.budget_errors, time.monotonic)
    observers = _observers(app, settings, engine, runner, budget)

    Description(app, questions).install()

    app.add_middleware(
        DirectRoute,
        path=QUERY_PATH,
        methods=frozenset({"GET", "HEAD", "POST", "QUERY"}),
        endpoint=sparql.answer,
        problems=problems,
    )
    app.add_middleware(
        Memento,
        log=copies.log,
        base=settings.base,
        covers=_has_versions,
        problems=problems,
    )
    _add_layers(app, settings, problems, budget, observers)
    app.add_middleware(
        AtLeast, newest=engine.version, patience=settings.at_least_wait, answers=problems
    )
    quick = QuickAnswers(engine, representations.tags, settings)
    _keep_answers(app, settings, engine, observers, quick, beside=contributing.outcomes.stamp)
    return app


def _lifespan(
    runner: QueryRunner,
    copies: Copies,
    writing: Writing,
    warming: Warming,
    described: DescribedData,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What goes on beside the answers, from the start of the service to its end."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await runner.start()
        copies.start()
        warming.start()
        yield
        await warming.stop()
        await writing.runner.stop()
        await copies.stop()
        await runner.stop()
        described.close()

    return lifespan


def _observers(
    app: FastAPI, settings: Settings, engine: Engine, runner: QueryRunner, budget: Budget
) -> list[Observer]:
    """Who is told of every answer: the metrics, and the log of requests."""
    observers: list[Observer] = []
    if settings.metrics:
        metrics = Metrics(
            engine, runner, lambda: len(budget), settings.data_dir, settings.backup_dir
        )
        metrics.install(app)
        observers.append(metrics)
    if settings.log_requests:
        observers.append(RequestLog(queries=settings.log_queries))
    return observers


def _add_layers(
    app: FastAPI,
    settings: Settings,
    problems: ProblemAnswers,
    budget: Budget,
    observers: Sequence[Observer],
) -> None:
    """Put around the application what every request passes through."""
    # The last one added is the outermost.
    app.add_middleware(TimelyBodies, seconds=settings.receive_timeout, rate=settings.receive_rate)
    addresses = ClientAddresses(Networks(settings.trusted_proxies), settings.proxy_header)
    app.add_middleware(
        Budgeting,
        budget=budget,
        addresses=addresses,
        exempt=Networks(settings.budget_exempt),
        tokens=Tokens(settings.data_dir),
        answers=problems,
    )
    app.add_middleware(UnexpectedErrors, answers=problems)
    app.add_middleware(Compressing, answers=problems)
    app.add_middleware(IfMatch, answers=problems)
    app.add_middleware(
        FewAtOnce, most=settings.client_connections, addresses=addresses, answers=problems
    )
    app.add_middleware(CrossOrigin, answers=problems)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(VariesByAccept)
    app.add_middleware(Observing, observers=observers)


def _has_versions(path: str) -> bool:
    """Whether what is at the path can be had as it was earlier."""
    return path == QUERY_PATH or path.startswith(_OF_RECORDS)


def _keep_answers(
    app: FastAPI,
    settings: Settings,
    engine: Engine,
    observers: Sequence[Observer],
    quick: QuickAnswers,
    *,
    beside: Callable[[], object],
) -> None:
    """Answer from memory what can be, ahead of all that the framework does.

    From here on no further layer can be added.
    """
    app.state.kept_answers = app.middleware_stack = KeptAnswers(
        app.build_middleware_stack(),
        engine.version,
        paths=(QUERY_PATH, QUESTIONS_PATH, _DOCUMENTS),
        most=settings.cache_bytes,
        largest=settings.cache_answer_bytes,
        observers=observers,
        quick=quick,
        beside=beside,
    )


def _descriptions(
    settings: Settings, engine: Engine, numbers: OnceASnapshot[Statistics]
) -> DatasetDescriptions:
    """What the service says of its data."""
    published = PublishedState(settings.data_dir, settings.base)
    return DatasetDescriptions(
        engine,
        numbers,
        issued=published.issued,
        modified=published.modified,
        copies=published.copies,
    )


def _install_words(
    app: FastAPI, engine: Engine, pages: Pages, signposts: Signposts, terms: Terms
) -> None:
    """Put in place what the service says of its words, and what helps others to find it."""
    base = signposts.base
    TermsPage(terms, pages, base).install(app)
    OntologyPages(pages, signposts, terms).install(app)
    SchemePages(engine, pages, signposts, base).install(app)
    MethodologyPage(pages).install(app)
    Guide(pages, base).install(app)
    Finding(engine, base).install(app)
