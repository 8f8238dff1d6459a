"""Pledgegraph: public commitments, what became of them, and who says so.

What stands here is for everybody who uses the package; what is not here may change with any
release. Ask a data directory or a service:

    >>> import pledgegraph
    >>> graph = pledgegraph.connect("var/pledgegraph")  # or "http://localhost:8000"
    >>> answer = graph.question("commitments-for-a-group", group="persons-with-disabilities")
    >>> answer.columns[:2], answer.snapshot > 0
    (('group', 'commitment'), True)
    >>> rows = graph.select('''
    ...     PREFIX pg: <https://w3id.org/pledgegraph/def#>
    ...     SELECT (COUNT(*) AS ?n) { ?c a pg:Commitment }
    ... ''')
    >>> rows[0].n > 200
    True

Each name is imported when it is first used: ``import pledgegraph`` itself takes no time.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
