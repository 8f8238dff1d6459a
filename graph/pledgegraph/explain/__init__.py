"""What a query means and which of its parts are slow, told without running it."""

from pledgegraph.explain.explanation import Explanation, Operator, Pattern, SlowShape

__all__ = ["Explanation", "Operator", "Pattern", "SlowShape"]
