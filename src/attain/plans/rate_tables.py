"""The tables of a document: tiers, lookups, grids and curves."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from attain.plans.expressions import Expr
from attain.plans.fields import Formula, Identifier, Plain, PlanPart
from attain.plans.scalars import as_list


class Tier(PlanPart):
    """One slice of a rate table. `to` is its upper border; without `to` it is open."""

    to: Formula | None = None
    rate: Formula | None = None
    factor: Formula | None = None
    per_unit: Formula | None = None
    amount: Formula | None = None

    @model_validator(mode="after")
    def one_result(self) -> Self:
        if sum(value is not None for value in (self.rate, self.factor, self.per_unit, self.amount)) != 1:
            raise ValueError("a tier needs exactly one of rate, factor, per_unit, amount")
        return self

    @property
    def column(self) -> str:
        return next(name for name in ("rate", "factor", "per_unit", "amount") if getattr(self, name) is not None)

    @property
    def result(self) -> Expr:
        result: Expr = getattr(self, self.column)
        return result


class TierTable(PlanPart):
    tiers: tuple[Tier, ...] = Field(min_length=1, max_length=100)
    border: Literal["upper", "lower"] | None = None

    @model_validator(mode="after")
    def in_one_column(self) -> Self:
        if len({tier.column for tier in self.tiers}) != 1:
            raise ValueError("all tiers of a table have the same result column")
        if any(tier.to is None for tier in self.tiers[:-1]):
            raise ValueError("only the last tier may be open; give the others `to`")
        return self

    @property
    def column(self) -> str:
        return self.tiers[0].column


class LookupTable(PlanPart):
    keys: Annotated[tuple[Identifier, ...], BeforeValidator(as_list)] = Field(min_length=1, max_length=8)
    match: Literal["unique", "first", "most_specific"] = "unique"
    rows: tuple[dict[str, Plain], ...] = Field(max_length=2000)
    otherwise: Formula | None = None


class Grid(PlanPart):
    """A matrix over one or two keys with numeric borders."""

    by: dict[Identifier, tuple[Formula, ...]] = Field(min_length=2, max_length=2)
    values: tuple[tuple[Formula, ...], ...]
    border: Literal["upper", "lower"] | None = None

    @model_validator(mode="after")
    def one_more_than_borders(self) -> Self:
        rows, columns = (len(borders) + 1 for borders in self.by.values())
        if len(self.values) != rows or any(len(row) != columns for row in self.values):
            raise ValueError(f"the borders ask for {rows} rows of {columns} values")
        return self


class Segment(PlanPart):
    from_: Formula = Field(alias="from")
    pays: Formula
    slope: Formula | None = None


class Point(PlanPart):
    at: Formula
    pays: Formula


class Curve(PlanPart):
    segments: tuple[Segment, ...] = ()
    points: tuple[Point, ...] = ()
    below: Annotated[Literal["flat", "extend"] | Formula | None, Field(union_mode="left_to_right")] = None
    above: Annotated[Literal["flat", "extend"] | Formula | None, Field(union_mode="left_to_right")] = None

    @model_validator(mode="after")
    def segments_or_points(self) -> Self:
        if bool(self.segments) == bool(self.points):
            raise ValueError("a curve needs either `segments` or `points`")
        if self.below is None:
            raise ValueError("`below` must say what is paid below the first mark")
        if self.points and (self.above is None or len(self.points) < 2):
            raise ValueError("a curve of points needs two points and `above`")
        if self.segments and (self.above is not None or self.below in ("flat", "extend")):
            raise ValueError("a curve of segments has a value for `below`, and no `above`: its last segment goes on")
        return self


def _table_kind(given: Any) -> str:
    keys = given if isinstance(given, dict) else getattr(type(given), "model_fields", {})
    for key, kind in (("tiers", "tiers"), ("keys", "lookup"), ("by", "grid")):
        if key in keys:
            return kind
    return "curve"


Table = Annotated[
    Annotated[TierTable, Tag("tiers")]
    | Annotated[LookupTable, Tag("lookup")]
    | Annotated[Grid, Tag("grid")]
    | Annotated[Curve, Tag("curve")],
    Discriminator(_table_kind),
]
