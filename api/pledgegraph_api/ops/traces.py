"""Traces for OpenTelemetry: none, unless the standard variables name who collects them.

FastAPI makes a span of each request. What is done here is to send them on, without what the log
does not hold either: the text of queries.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from fastapi.telemetry import TelemetryConfig

from pledgegraph.errors import SettingsError
from pledgegraph.release import release

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Span, TracerProvider

_COLLECTORS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_SILENT: Final = {"tracing": False, "metrics": False, "logs": False}


def traces(environment: Mapping[str, str] = os.environ) -> TelemetryConfig:
    """What FastAPI is to tell: spans to the collector that the environment names, or nothing.

    Raises:
        SettingsError: traces are asked for in a way that there is not, or without the packages.
    """
    telemetry: Any = dict(_SILENT)
    if _is_asked_for(environment):
        telemetry |= {"tracing": True, "tracer_provider": _provider(environment)}
        telemetry |= {"auto_configure": False, "operation_spans": False}
    answer: TelemetryConfig = telemetry
    return answer


def check_traces(environment: Mapping[str, str] = os.environ) -> None:
    """Say at once if traces are asked for that cannot be sent.

    Raises:
        SettingsError: as `traces` does.
    """
    if _is_asked_for(environment) and find_spec("opentelemetry.sdk") is None:
        raise _missing()


def _is_asked_for(environment: Mapping[str, str]) -> bool:
    """Whether the variables name a collector, and none of them says no.

    The variables are those of https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.

    Raises:
        SettingsError: they ask for what this service cannot do.
    """
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    if exporter == "none" or not any(environment.get(name) for name in _COLLECTORS):
        return False
    if exporter != "otlp":
        raise SettingsError(
            f"Traces cannot be sent to {exporter!r}, as OTEL_TRACES_EXPORTER has it.",
            remedy="Set OTEL_TRACES_EXPORTER to otlp, or to none.",
        )
    for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        protocol = environment.get(name) or "http/protobuf"
        if protocol != "http/protobuf":
            raise SettingsError(
                f"Traces cannot be sent by {protocol!r}, as {name} has it.",
                remedy="Set it to http/protobuf; collectors take that at port 4318.",
            )
    return True


def _provider(environment: Mapping[str, str]) -> TracerProvider:
    """What makes spans and sends them on in the background.

    Raises:
        SettingsError: the packages are not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import SpanProcessor, TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise _missing() from error

    class Discreet(SpanProcessor):
        """Takes out what people have asked before a span is sent."""

        def on_start(self, span: Span, parent_context: Context | None = None) -> None:
            del parent_context
            if span.attributes and "url.query" in span.attributes:
                span.set_attribute("url.query", "REDACTED")

    named = {"service.version": release()}
    if not environment.get("OTEL_SERVICE_NAME"):
        named["service.name"] = "pledgegraph"
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(Discreet())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _missing() -> SettingsError:
    return SettingsError(
        "Traces are asked for (OTEL_EXPORTER_OTLP_ENDPOINT), but what sends them is not installed.",
        remedy="Run `pip install 'pledgegraph[otel]'`, or set OTEL_TRACES_EXPORTER=none.",
    )
