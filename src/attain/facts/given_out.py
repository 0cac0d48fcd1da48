"""Files that are given out for repair: no cell of them is a formula, and read again each says what it said before.

What a spreadsheet would take for a formula is written behind an apostrophe. So is a text that looks as if it were, and
therefore the way back is exact.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow.compute as pc

from .source import Source
from .validate import KEPT_ASIDE

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_QUOTED = r"\A'('*[=+\-@\t\r\n])"


def quoted(text: str) -> str:
    """
    >>> quoted("=1+1"), quoted("'=1+1"), quoted("-5.00"), quoted("O'Hara")
    ("'=1+1", "''=1+1", "'-5.00", "O'Hara")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unquoted(source: Source) -> Source:
    """A file as it was before it was given out; one that never was stays as it is."""
    if KEPT_ASIDE[0] not in source.header:
        return source
    header = tuple(re.sub(_QUOTED, r"\1", name) for name in source.header)
    return replace(
        source, header=header, columns=[pc.replace_substring_regex(column, _QUOTED, r"\1") for column in source.columns]
    )
