"""Checking data against the shapes: one interface, two engines, one kind of report."""

from __future__ import annotations

from pledgegraph.validation.affected_nodes import Lookup
from pledgegraph.validation.beyond_shapes import BeyondShapes
from pledgegraph.validation.change_validator import ChangeValidator
from pledgegraph.validation.report import Severity, ValidationReport, Violation
from pledgegraph.validation.report_text import describe, report_json
from pledgegraph.validation.shapes import Shapes
from pledgegraph.validation.validator import Validator, validator_named

__all__ = [
    "BeyondShapes",
    "ChangeValidator",
    "Lookup",
    "Severity",
    "Shapes",
    "ValidationReport",
    "Validator",
    "Violation",
    "describe",
    "report_json",
    "validator_named",
]
