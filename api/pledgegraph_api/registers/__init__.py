"""Registers as workbooks: ``/registers/{id}.xlsx`` and ``/submissions``."""
