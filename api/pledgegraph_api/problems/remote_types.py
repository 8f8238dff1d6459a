"""The problems of a service that answers from a remote engine."""

from __future__ import annotations

from typing import Final

from pledgegraph import errors as graph
from pledgegraph_api.problems.problem_type import ProblemType

REMOTE_PROBLEMS: Final = (
    ProblemType(
        "remote-unavailable",
        503,
        "The engine behind the service does not answer",
        "The service keeps its data in a remote engine, which does not answer, or does not show "
        "yet what the service has accepted. A change of which this is said may have been "
        "accepted: look whether it is there before you send it again. The header Retry-After "
        "says when, in seconds.",
        (graph.RemoteUnavailable, graph.RemoteBehind),
    ),
    ProblemType(
        "not-with-remote-engine",
        501,
        "The engine behind the service cannot do that",
        "The service answers from a remote engine, which keeps the newest data only. It has no "
        "earlier versions and no explanations of queries. The Service Description and /health "
        "say what it lacks.",
        (graph.RemoteCannot,),
    ),
)
