"""No float and no decimal of a fixed scale on the way: a look at every table that queries made."""

from __future__ import annotations

from attain.engine import Calculation

INEXACT = ("DOUBLE", "FLOAT", "REAL", "DECIMAL")


def inexact(calculation: Calculation) -> list[str]:
    """Each column of such a type, also inside a struct or a list, and each query that casts to one or divides."""
    found = []
    for query in calculation.database.queries:
        for column, kind in calculation.database.columns(query.table).items():
            if any(word in kind for word in INEXACT):
                found.append(f"{query.table}.{column} is {kind}: {query.meaning}")
        if "DOUBLE" in query.sql or " / " in query.sql:
            found.append(f"{query.table} divides: {query.meaning}")
    return found
