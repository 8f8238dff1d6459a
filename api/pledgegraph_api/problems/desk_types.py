"""The problems of what people send by forms, and of what waits at the stewards' desk."""

from __future__ import annotations

from typing import Final

from pledgegraph import errors as graph
from pledgegraph_api import errors as api
from pledgegraph_api.problems.problem_type import ProblemType

DESK_PROBLEMS: Final = (
    ProblemType(
        "correction-missing",
        404,
        "There is no such report",
        "No reader has reported an error under this name.",
        (graph.CorrectionMissing,),
    ),
    ProblemType(
        "correction-decided",
        409,
        "The report is decided already",
        "A steward has accepted or declined the report of an error before. A decision is not "
        "changed: readers may have seen it.",
        (graph.CorrectionDecided,),
    ),
    ProblemType(
        "proposal-missing",
        404,
        "Nothing waits under this name",
        "Nothing was sent for review under this name, or it is for others to decide about.",
        (graph.ProposalMissing,),
    ),
    ProblemType(
        "proposal-decided",
        409,
        "It is decided already",
        "Somebody has applied or declined before what was sent for review.",
        (graph.ProposalDecided,),
    ),
    ProblemType(
        "foreign-form",
        403,
        "The form comes from elsewhere",
        "Forms of this service are taken from its own pages only, so that no other site can have "
        "its visitors send one.",
        (api.ForeignForm,),
    ),
)
