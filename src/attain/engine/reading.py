"""Rows of result tables as Python values."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any


def with_fractions(row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns `x` and `x_over` become one exact fraction."""
    result = {key: value for key, value in row.items() if not key.endswith("_over")}
    for key in row:
        if key.endswith("_over"):
            name = key.removesuffix("_over")
            result[name] = None if row[name] is None else Fraction(int(row[name]), int(row[key]))
    return result
