"""A validation report for the client whose change breaks a shape, as the client likes it.

As RDF it is the report that SHACL defines; a problem document has it in words, and so has a page.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from pledgegraph.errors import ValidationFailed
from pledgegraph.media_types import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from pledgegraph.results import graph_bytes
from pledgegraph_api.http.negotiation import Accept

_FORMATS: Final = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
MOST_TOLD: Final = 100
"""Results in a problem document and on a page; the RDF has all."""


def report_format(accept: Accept, problem: str) -> Format | None:
    """The RDF format that the client likes better than a problem document; None for no one."""
    if not accept.present:
        return None
    best = max(_FORMATS, key=lambda form: accept.rank(form.media_type, _own(form)))
    rank = accept.rank(best.media_type, _own(best))
    return best if rank[0] > 0 and rank > accept.rank(problem, ("application/json",)) else None


def report_response(error: ValidationFailed, form: Format, *, status: int) -> Response:
    """The report of the error as RDF."""
    from pledgegraph.validation import report_triples  # noqa: PLC0415 - slow to load

    body = graph_bytes(report_triples(error.report), form)
    headers = {"Vary": "Accept", "Cache-Control": "no-store", "Content-Type": form.content_type}
    return Response(body, status, headers=headers)


def results_in_words(error: ValidationFailed) -> list[dict[str, str | list[str]]]:
    """What the report says, a result each, for a problem document: what stops the change first."""
    from pledgegraph.validation import describe  # noqa: PLC0415 - slow to load

    gravest_first = sorted(error.report.results, key=lambda result: -result.severity)
    return [
        {
            name: value
            for name, value in {
                "detail": describe(result, base=error.base),
                "focus": result.focus,
                "path": result.path or "",
                "value": result.value or "",
                "constraint": result.constraint,
                "shape": result.shape,
                "severity": result.severity.name.lower(),
            }.items()
            if value
        }
        for result in gravest_first[:MOST_TOLD]
    ]


def _own(form: Format) -> tuple[str, ...]:
    """The other names of a format, without those that mean any JSON or XML."""
    return tuple(name for name in form.aliases if name.startswith("application/x-"))
