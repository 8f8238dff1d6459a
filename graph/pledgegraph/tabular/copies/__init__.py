"""Which state of a register a workbook is a copy of, and what was changed since then."""
