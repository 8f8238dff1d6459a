"""What is sent to a collector of traces, and when nothing is."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from pledgegraph_api.ops.traces import traces
from tests.running_service import PROGRAM, environment_of, make_store, running_service

BASE = "https://data.example.org"
Received = Queue[tuple[str, bytes]]
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def received() -> Received:
    return Queue()


@pytest.fixture
def collector(received: Received) -> Iterator[str]:
    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.put((self.path, self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_request_is_a_span_without_what_was_asked(
    collector: str, received: Received, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENDPOINT, collector)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    make_store(tmp_path / "data", base=BASE)
    trace = "0af7651916cd43dd8448eb211c80319c"
    with running_service(tmp_path / "data", tmp_path / "log") as service:
        answer = httpx.get(
            service.sparql,
            params={"query": "ASK { ?private ?p 'words of a reader' }"},
            headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"},
        )
        assert answer.status_code == 200
        spans: list[Span] = []
        while not spans:
            path, body = received.get(timeout=60)
            assert path == "/v1/traces"
            assert b"private" not in body
            assert b"words" not in body
            message = ExportTraceServiceRequest.FromString(body)
            spans = [
                span
                for part in message.resource_spans
                for scope in part.scope_spans
                for span in scope.spans
                if span.trace_id.hex() == trace
            ]
    (span,) = spans
    told = {each.key: each.value.string_value or each.value.int_value for each in span.attributes}
    assert told["http.request.method"] == "GET"
    assert told["url.path"] == "/sparql"
    assert told["url.query"] == "REDACTED"
    assert told["http.response.status_code"] == 200
    assert not [name for name in told if name.startswith(("client.", "network.peer."))]


def test_nothing_is_sent_unless_it_is_asked_for(
    collector: str, received: Received, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENDPOINT, collector)
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    make_store(tmp_path / "data", base=BASE)
    with running_service(tmp_path / "data", tmp_path / "log") as service:
        assert service.ask("ASK {}").status_code == 200
    with pytest.raises(Empty):  # a service that ends sends first what it has
        received.get_nowait()
    for environment in ({}, {ENDPOINT: ""}, {ENDPOINT: collector, "OTEL_SDK_DISABLED": "true"}):
        assert traces(environment) == {"tracing": False, "metrics": False, "logs": False}


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
)
def test_what_cannot_be_done_is_said_before_the_service_answers(
    name: str, value: str, tmp_path: Path
) -> None:
    make_store(tmp_path / "data", base=BASE)
    asked = {ENDPOINT: "http://127.0.0.1:4318", name: value}
    environment = environment_of(data_dir=tmp_path / "data", port=0, http_workers=2) | asked
    done = subprocess.run(
        [*PROGRAM, "serve"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Traces cannot be sent" in done.stderr
    assert value in done.stderr
    assert name in done.stderr
    assert done.stdout == ""
