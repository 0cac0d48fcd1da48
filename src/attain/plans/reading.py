"""Which names a part of a plan reads: for column pruning, lineage and the checker of plans."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel

from attain.plans.expressions import Expr, names_in


@lru_cache(maxsize=256)
def _texts(part: Expr) -> frozenset[str]:
    return frozenset(name.parts[0] for name in names_in(part))


def names_read(part: object) -> frozenset[str]:
    """The first parts of all names in all expressions in a part of a document, and texts that may name a column."""
    if isinstance(part, Expr):
        return _texts(part)
    if isinstance(part, str):
        return frozenset([part])
    if isinstance(part, BaseModel):
        return names_read([value for name, value in part if name != "tests"])
    if isinstance(part, dict):
        return names_read(list(part.values()))
    if isinstance(part, list | tuple):
        return frozenset().union(*(names_read(item) for item in part))
    return frozenset()
