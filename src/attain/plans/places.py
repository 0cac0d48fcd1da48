"""Every expression of a plan with its place: the path of keys and numbers that leads to it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from attain.plans.expressions import Expr
from attain.plans.mistakes import Path
from attain.plans.model import Plan


def formulas_of(plan: Plan) -> Iterator[tuple[Path, Expr]]:
    """Every expression of the plan with its path, in the order of the model; tests hold none."""
    for name in type(plan).model_fields:
        if name != "tests":
            yield from _formulas((name,), getattr(plan, name))


def _formulas(path: Path, part: object) -> Iterator[tuple[Path, Expr]]:
    if isinstance(part, Expr):
        yield path, part
    elif isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            yield from _formulas((*path, field.alias or name), getattr(part, name))
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _formulas((*path, key), value)
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            yield from _formulas((*path, number), value)
