"""Every setting, its type, its default and what it is for.

A setting comes from (first wins) a command line option, an environment variable with the
prefix ``PLEDGEGRAPH_``, or its default. ``docs/settings.md`` lists them; a test compares.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pledgegraph.setting_types import Base, Endpoints, Networks, Origins

ValidatorName = Literal["turbo", "pyshacl"]


class Settings(BaseSettings):
    """One typed object with all settings; see the module's text for where values come from."""

    model_config = SettingsConfigDict(env_prefix="PLEDGEGRAPH_", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default=Path("var/pledgegraph"),
        description="The data directory: changes log, store and snapshots.",
    )
    base: Base = Field(
        default="http://localhost:8000",
        description="The base IRI of every identifier that this service mints. Fixed when the data "
        "directory is made; unless it is set, it then has the `port` that is set.",
    )
    host: str = Field(default="127.0.0.1", description="The address that the service listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port that it listens on.")
    validator: ValidatorName = Field(
        default="turbo",
        description="The SHACL engine: `turbo` (pyshacl-turbo, fast) or `pyshacl` (the reference).",
    )
    lock_wait: float = Field(
        default=60.0,
        ge=0,
        description="Seconds to wait while another process writes to the data directory.",
    )
    log: str = Field(
        default="",
        description="The shared changes log of several nodes: a stream of NATS JetStream, such as "
        "`nats://one.example.org:4222,two.example.org:4222/pledgegraph`. `init --log` writes it "
        "into the data directory; set it later where the servers have moved.",
    )
    log_credentials: Path | None = Field(
        default=None,
        description="The file with the credentials for the servers of the shared log, as the NATS "
        "tool `nsc` writes it.",
    )
    engine: Literal["embedded", "remote"] = Field(
        default="embedded",
        description="What answers queries: the store in the data directory (`embedded`), or "
        "another program's store that is kept in step with it (`remote`); see "
        "`docs/remote-engine.md`.",
    )
    remote_query: str = Field(
        default="", description="The address at which the remote engine takes queries."
    )
    remote_update: str = Field(default="", description="The address at which it takes updates.")
    remote_graphs: str = Field(
        default="",
        description="The address at which it takes graphs by the Graph Store HTTP Protocol; "
        "without one it is loaded by updates.",
    )
    remote_dialect: Literal["fuseki", "generic"] = Field(
        default="generic", description="Which program it is."
    )
    remote_credentials: Path | None = Field(
        default=None,
        description="The file with `user:password` for it, in one line.",
    )
    at_least_wait: float = Field(
        default=5.0,
        ge=0,
        le=60,
        description="Seconds that a request waits for the snapshot that its header "
        "`Pledgegraph-At-Least` asks for.",
    )
    http_workers: int = Field(
        default=1,
        ge=0,
        le=64,
        description="Number of processes that serve HTTP, all on the same port; 0: one for each "
        "core that the service may use. The workers, places and bytes in other settings are "
        "divided among them.",
    )
    query_workers: int = Field(
        default=4,
        ge=1,
        le=64,
        description="How many queries are evaluated at the same time, each in a process.",
    )
    query_queue: int = Field(
        default=64,
        ge=0,
        description="How many queries may wait for a worker; any more get 503.",
    )
    usage_half_life: float = Field(
        default=30.0,
        gt=0,
        description="Seconds after which half of the worker time that a client has used is "
        "forgotten. "
        "While queries wait, those of clients that have used least go first.",
    )
    aside_timeout: float = Field(
        default=60.0,
        gt=0,
        description="Seconds in all that a query may be paused for clients that have used less; "
        "then 503. Paused time does not count towards its own time limit.",
    )
    query_timeout: float = Field(
        default=30.0,
        gt=0,
        description="Seconds that a query may take, from its start to the last byte; then 504.",
    )
    query_memory: int = Field(
        default=1_000_000_000,
        ge=50_000_000,
        description="Memory, in bytes, that a query may use; if it needs more, 507.",
    )
    copies_memory: int | None = Field(
        default=None,
        ge=0,
        description="Memory, in bytes, that all copies of the data in query workers may take. "
        "A store for which that is too little is answered from the disk; 0: every store is. "
        "By default half of the memory that is free when the service starts.",
    )
    max_rows: int = Field(
        default=1_000_000,
        ge=1,
        description="Maximum number of rows, or of statements of a graph, in an answer; it is cut "
        "off there.",
    )
    max_answer_bytes: int = Field(
        default=1_000_000_000,
        ge=1,
        description="Bytes after which an answer is cut, at the next row or statement.",
    )
    max_query_bytes: int = Field(
        default=1_000_000, ge=1, description="The longest query text accepted, in bytes."
    )
    write_workers: int = Field(
        default=2,
        ge=1,
        le=16,
        description="How many writes over HTTP are worked out at the same time.",
    )
    write_timeout: float = Field(
        default=60.0,
        gt=0,
        description="Seconds that a write over HTTP may take until it is made; then 504, and "
        "nothing is changed.",
    )
    workbook_timeout: float = Field(
        default=240.0,
        gt=0,
        description="Seconds that the check or the load of a workbook over HTTP may take; then "
        "504, and nothing is changed. A proxy before the service has to wait longer.",
    )
    write_memory: int = Field(
        default=1_000_000_000,
        ge=50_000_000,
        description="Bytes of memory that working a write out may use; beyond it 507.",
    )
    max_update_bytes: int = Field(
        default=10_000_000,
        ge=1,
        description="The longest update, and the largest graph, accepted over HTTP, in bytes.",
    )
    max_workbook_bytes: int = Field(
        default=20_000_000,
        ge=1,
        le=50_000_000,
        description="The largest workbook of a register accepted over HTTP, in bytes.",
    )
    max_change_quads: int = Field(
        default=200_000,
        ge=1,
        description="The most quads that one write over HTTP may add and remove.",
    )
    cache_bytes: int = Field(
        default=64_000_000,
        ge=0,
        description="Bytes of answers that are kept in memory while the data stay the same; "
        "0 keeps none.",
    )
    cache_answer_bytes: int = Field(
        default=256_000, ge=0, description="The longest answer that is kept in memory, in bytes."
    )
    stall_timeout: float = Field(
        default=60.0,
        gt=0,
        description="Seconds that a client may stop reading an answer before it is disconnected.",
    )
    dump_interval: float = Field(
        default=3600.0,
        ge=0,
        description="Seconds between checks for whether `/dumps/` needs the dump of a newer "
        "snapshot; "
        "0 turns dumps off.",
    )
    check_interval: float = Field(
        default=21600.0,
        ge=0,
        description="Seconds between checks of all files of the data directory against their "
        "checksums; 0: the service makes none.",
    )
    past_keep: int = Field(
        default=8,
        ge=1,
        le=1000,
        description="How many earlier versions are kept on the disk, for `?version=`.",
    )
    dump_keep: int = Field(
        default=2, ge=1, le=1000, description="How many dumps are kept under `/dumps/`."
    )
    backup_dir: Path | None = Field(
        default=None,
        description="The folder in which the service keeps backups of its data directory, best on "
        "another disk. Without one it makes none.",
    )
    backup_interval: float = Field(
        default=86400.0,
        ge=0,
        description="Seconds between backups, if `backup_dir` is set; 0 turns them off.",
    )
    backup_keep: int = Field(
        default=7, ge=1, le=1000, description="How many backups are kept in `backup_dir`."
    )
    contact: str = Field(
        default="",
        max_length=300,
        description="How people reach whoever runs the service: an e-mail address, or the address "
        "of a page. `/contribute` shows it.",
    )
    correction_rate: int = Field(
        default=10,
        ge=0,
        description="Errors that one client may report in an hour, on the form that each page "
        "leads to; 0 turns the form off.",
    )
    correction_days: float = Field(
        default=180.0,
        gt=0,
        description="Days after which what a reader wrote in a report is erased.",
    )
    review_days: float = Field(
        default=90.0,
        gt=0,
        description="Days after which what was sent for review is erased: undecided, or decided "
        "so long ago.",
    )
    session_hours: float = Field(
        default=8.0,
        gt=0,
        le=720,
        description="Hours after which a steward has to sign in to `/steward` again.",
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        default="info", description="How much the service writes to its log."
    )

    log_format: Literal["text", "json"] = Field(
        default="text", description="The form of the log: `text`, or `json`, one object a line."
    )
    log_requests: bool = Field(
        default=True, description="Whether every request is logged, one line each."
    )
    log_queries: bool = Field(
        default=False,
        description="Whether that line also has the text of the query, which may contain personal "
        "data.",
    )
    metrics: bool = Field(
        default=True, description="Whether `/metrics` tells Prometheus what the service does."
    )
    budget_seconds: float = Field(
        default=60.0,
        ge=0,
        description="Seconds of query time that one client may use per minute; then 429. "
        "0 means no limit.",
    )
    budget_errors: int = Field(
        default=30,
        ge=0,
        description="Queries of one client that may fail per minute; then 429. 0 means no limit.",
    )
    budget_exempt: Networks = Field(
        default="127.0.0.0/8,::1/128",
        description="Addresses and networks, separated by commas, whose clients have no such "
        "limit. "
        "By default this machine.",
    )
    trusted_proxies: Networks = Field(
        default="",
        description="Addresses and networks of reverse proxies, separated by commas. Only these "
        "are trusted to state a client's address.",
    )
    proxy_header: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for",
        description="The header in which trusted proxies name the client.",
    )
    receive_timeout: float = Field(
        default=20.0,
        gt=0,
        description="Seconds that the head of a request may take to arrive, and as many again "
        "that its body may; then the connection is closed.",
    )
    max_connections: int = Field(
        default=1000,
        ge=1,
        description="Connections that may be open at the same time; any more get 503.",
    )
    client_connections: int = Field(
        default=250,
        ge=1,
        description="Connections, and requests without an answer, that one client address may have "
        "at the same time; any more get 503. Never all of `max_connections`: a tenth is out "
        "of reach. Connections of `trusted_proxies` are not counted, but their clients' requests.",
    )
    receive_rate: int = Field(
        default=500,
        ge=0,
        description="Bytes a second that the body of a request has to come with, on average, from "
        "its fifth second on; a slower request is dropped. 0 means no minimum.",
    )

    assistant_origins: Origins = Field(
        default="",
        description="Origins of web pages, with spaces between them, whose scripts may ask `/mcp`, "
        "beside those of this service and of the reader's own machine.",
    )

    service_allow: Endpoints = Field(
        default="",
        description="The SPARQL endpoints that a SERVICE clause may name, by their exact IRIs, "
        "with spaces between them. None by default: then every SERVICE clause is refused.",
    )
    service_timeout: float = Field(
        default=10.0,
        gt=0,
        description="Seconds that another endpoint may take to answer a SERVICE clause.",
    )
    service_rows: int = Field(
        default=10_000, ge=0, description="Maximum number of rows in its answer."
    )
    service_bytes: int = Field(
        default=5_000_000, ge=1, description="Maximum size of its answer, in bytes."
    )

    @model_validator(mode="after")
    def _base_of_port(self) -> Self:
        """On a port that somebody chose, the links of new data lead to that port."""
        if "base" not in self.model_fields_set and self.port:
            self.__dict__["base"] = f"http://localhost:{self.port}"
        return self

    @property
    def asked_base(self) -> str | None:
        """The base IRI where somebody set one; None stands for the data directory's own."""
        return self.base if "base" in self.model_fields_set else None
