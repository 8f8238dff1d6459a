"""A kind of problem: what a row of the tables of problems says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem: ``name`` ends its IRI, ``about`` explains it to whoever looks it up."""

    name: str
    status: int
    title: str
    about: str
    raised_by: tuple[type[Exception], ...] = ()
    remedy: str = ""
    """What to do, where the error itself does not say."""
    discreet: bool = False
    """True where the error's own words are for the operator's log, not for the client."""
