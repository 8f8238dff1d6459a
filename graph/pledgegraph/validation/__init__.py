"""Checking data against the shapes: one interface, two engines, one kind of report."""

from __future__ import annotations

from pledgegraph.validation.report import Severity, ValidationReport, Violation

__all__ = ["Severity", "ValidationReport", "Violation"]
