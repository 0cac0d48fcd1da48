"""Tables that leave as files: what a spreadsheet would take for a formula leaves as text."""

from __future__ import annotations

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """
    >>> safe_cell("=1+1"), safe_cell(-5), safe_cell("Anna")
    ("'=1+1", -5, 'Anna')
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(STARTS) else value
