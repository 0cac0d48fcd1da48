"""Rate tables, lookups, matrices and curves, each as the plain function that the plan's author had in mind.

A tier table becomes a list of (lower, upper, result); what a tier pays in all is the area below its steps, `climb`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from attain.checker.evaluate import Scope, as_number, evaluate, number
from attain.kernel.errors import CalculationError, PlanError
from attain.plans.expressions import Call, Expr, Name, names_in
from attain.plans.model import Curve, Grid, LookupTable, Table, TierTable
from attain.plans.outcome import Scalar
from attain.plans.parser import parse

_NUMBER = re.compile(r"-?\d+(\.\d+)?%?")


class TableScope(Scope):
    """A place from which tables can be read."""

    border: str | None = None
    """The policy for a value on a border, where a table does not say."""
    ladders: dict[int, list[Step]]
    """Tiers that consist of plain numbers, by the table's identity: the plans outlive the calculation."""

    def name_of(self, table: Table) -> str:
        """The name by which an error speaks of a table."""
        return ""

    def table(self, name: str) -> Table:
        raise PlanError(f"There is no table `{name}` here.", code="plan.unknown-name")


class Step(NamedTuple):
    """One tier with its numbers. `upper` is None where it is open."""

    lower: Fraction
    upper: Fraction | None
    result: Fraction | None

    def slope(self, column: str) -> Fraction:
        """What one unit within the tier pays: an amount is spread over the tier's width."""
        if self.result is None:
            raise CalculationError("A tier without a result was climbed.", code="calculation.tiers")
        if column != "amount":
            return self.result
        return Fraction(0) if self.upper is None else self.result / (self.upper - self.lower)


def tier_table(table: Table) -> TierTable:
    if not isinstance(table, TierTable):
        raise PlanError("A table of tiers was expected.", code="plan.table-kind")
    return table


def steps(table: Table, scope: TableScope) -> list[Step] | None:
    """The tiers with their numbers, or None when a border is missing or not above the one before it."""
    tiers = tier_table(table)
    if id(tiers) in scope.ladders:
        return scope.ladders[id(tiers)]
    resolved: list[Step] = []
    lower = Fraction(0)
    for tier in tiers.tiers:
        upper = None if tier.to is None else number(tier.to, scope)
        result = number(tier.result, scope)
        if tier.to is not None and (upper is None or upper <= lower):
            return None
        resolved.append(Step(lower, upper, result))
        lower = upper if upper is not None else lower
    if not any(names_in(part) for tier in tiers.tiers for part in (tier.to, tier.result) if part is not None):
        scope.ladders[id(tiers)] = resolved
    return resolved


def whole(table: Table, at: Fraction, scope: TableScope) -> Fraction | None:
    """The result of the tier in which a value lies."""
    ladder = steps(table, scope)
    if ladder is None:
        return None
    belongs_above = _border(tier_table(table).border, scope)
    for step in ladder:
        if step.upper is None or at < step.upper or (at == step.upper and not belongs_above):
            return step.result
    return None


def climbable(table: Table, scope: TableScope) -> list[Step] | None:
    """The tiers where all of them have a result: only then can they be added up."""
    ladder = steps(table, scope)
    return None if ladder is None or any(step.result is None for step in ladder) else ladder


def climb(ladder: Sequence[Step], column: str, to: Fraction) -> Fraction:
    """What everything from 0 up to a value pays; below 0 the first tier goes on."""
    if to < 0:
        return ladder[0].slope(column) * to
    paid = Fraction(0)
    for step in ladder:
        if to <= step.lower:
            break
        top = to if step.upper is None else min(to, step.upper)
        paid += step.slope(column) * (top - step.lower)
    return paid


def marginal(table: Table, start: Fraction, end: Fraction, scope: TableScope) -> Fraction | None:
    ladder = climbable(table, scope)
    if ladder is None:
        return None
    column = tier_table(table).column
    return climb(ladder, column, end) - climb(ladder, column, start)


def pieces(ladder: Sequence[Step], column: str, start: Fraction, end: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    """The slices between two values: how much lies in each tier, and what a unit of it pays."""
    sign = 1 if end >= start else -1
    low, high = min(start, end), max(start, end)
    for place, step in enumerate(ladder):
        bottom = low if place == 0 else max(low, step.lower)
        top = high if step.upper is None else min(high, step.upper)
        if top > bottom:
            yield sign * (top - bottom), step.slope(column)


def read(call: Call, scope: TableScope) -> Scalar:
    """`lookup(…)`, `whole(…)`, `marginal(…)` or `curve(…)` in an expression."""
    named = call.arguments[0]
    if not isinstance(named, Name):
        raise PlanError(f"`{call.function}` takes the name of a table first.", code="plan.table")
    table = scope.table(named.parts[0])
    keys = [evaluate(part, scope) for part in call.arguments[1:]]
    if call.function == "lookup":
        return lookup(table, keys, scope, column=named.parts[1] if len(named.parts) == 2 else None)
    at = [value for value in map(as_number, keys) if value is not None]
    if len(at) < len(keys):
        return None
    if call.function == "curve":
        return curve(table, at[0], scope)
    if call.function == "whole":
        return whole(table, at[0], scope)
    return marginal(table, at[0], at[1], scope)


def row_of(table: LookupTable, keys: Sequence[Scalar], scope: TableScope) -> dict[str, str] | None:
    """The row that matches, as the document writes it."""
    if len(keys) != len(table.keys):
        raise PlanError(f"The table is read by {len(table.keys)} keys, not {len(keys)}.", code="plan.lookup-keys")
    matching = [row for row in table.rows if _matches(row, table.keys, keys)]
    if table.match == "unique" and len(matching) > 1:
        first, second = [number for number, row in enumerate(table.rows, start=1) if row in matching][:2]
        raise CalculationError(
            f"Rows {first} and {second} of the table {scope.name_of(table)} both match {', '.join(map(str, keys))}.",
            code="calculation.lookup-twice",
            hint="Make the rows exclude each other, or choose `match: first` or `match: most_specific`.",
        )
    if table.match == "most_specific":
        matching.sort(key=lambda row: [key in row for key in reversed(table.keys)], reverse=True)
    return matching[0] if matching else None


def _matches(row: dict[str, str], names: Sequence[str], keys: Sequence[Scalar]) -> bool:
    return all(name not in row or _same(row[name], key) for name, key in zip(names, keys, strict=True))


def _same(cell: str, key: Scalar) -> bool:
    if isinstance(key, bool):
        return key is (cell in ("yes", "true"))
    if isinstance(key, Fraction):
        return _NUMBER.fullmatch(cell) is not None and plain_number(cell) == key
    return cell == (key.isoformat() if isinstance(key, date) else key)


def plain_number(text: str) -> Fraction:
    return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)


def cell(text: str, scope: TableScope) -> Scalar:
    """A result of a lookup row: an expression, or a bare word that stands for itself."""
    expression = parse(text)
    try:
        return evaluate(expression, scope)
    except PlanError:
        if isinstance(expression, Name):
            return text
        raise


def lookup(table: Table, keys: Sequence[Scalar], scope: TableScope, column: str | None = None) -> Scalar:
    """The single result of a lookup row, or of the field of a matrix."""
    if isinstance(table, Grid):
        return grid(table, keys, scope)
    if not isinstance(table, LookupTable):
        raise PlanError("`lookup` reads lookup tables and matrices.", code="plan.table-kind")
    row = row_of(table, keys, scope)
    if row is None:
        return None if table.otherwise is None else evaluate(table.otherwise, scope)
    results = [name for name in row if name not in table.keys]
    if column is None and len(results) > 1:
        raise PlanError("The row has several results; name one as `table.column`.", code="plan.lookup-column")
    chosen = column or (results[0] if results else "")
    return cell(row[chosen], scope) if chosen in row else None


def ascending(formulas: Sequence[Expr], scope: TableScope) -> list[Fraction] | None:
    """The numbers of borders or marks, or None unless all are there and each is above the one before it."""
    found: list[Fraction] = []
    for formula in formulas:
        mark = number(formula, scope)
        if mark is None or (found and mark <= found[-1]):
            return None
        found.append(mark)
    return found


def grid(table: Grid, keys: Sequence[Scalar], scope: TableScope) -> Fraction | None:
    belongs_above = _border(table.border, scope)
    places = []
    for borders, key in zip(table.by.values(), keys, strict=True):
        if not isinstance(key, Fraction):
            return None
        known = ascending(borders, scope)
        if known is None:
            return None
        places.append(bisect_right(known, key) if belongs_above else bisect_left(known, key))
    return number(table.values[places[0]][places[1]], scope)


def curve(table: Table, at: Fraction, scope: TableScope) -> Fraction | None:
    if not isinstance(table, Curve):
        raise PlanError("A curve was expected.", code="plan.table-kind")
    return _on_segments(table, at, scope) if table.segments else _on_points(table, at, scope)


def _on_segments(table: Curve, at: Fraction, scope: TableScope) -> Fraction | None:
    marks = ascending([segment.from_ for segment in table.segments], scope)
    if marks is None:
        return None
    place = bisect_right(marks, at) - 1
    if place < 0:
        return _edge(table.below, scope)
    segment = table.segments[place]
    base = number(segment.pays, scope)
    slope = Fraction(0) if segment.slope is None else number(segment.slope, scope)
    return None if base is None or slope is None else base + slope * (at - marks[place])


def _on_points(table: Curve, at: Fraction, scope: TableScope) -> Fraction | None:
    marks = ascending([point.at for point in table.points], scope)
    if marks is None:
        return None
    pays = [number(point.pays, scope) for point in table.points]
    if at < marks[0] and table.below != "extend":
        return pays[0] if table.below == "flat" else _edge(table.below, scope)
    if at > marks[-1] and table.above != "extend":
        return pays[-1] if table.above == "flat" else _edge(table.above, scope)
    place = next((place for place, mark in enumerate(marks[1:-1], start=1) if at <= mark), len(marks) - 1)
    low, high = pays[place - 1], pays[place]
    if low is None or high is None:
        return None
    return low + (high - low) * (at - marks[place - 1]) / (marks[place] - marks[place - 1])


def _edge(said: Any, scope: TableScope) -> Fraction | None:
    return number(said, scope) if isinstance(said, Expr) else None


def _border(said: str | None, scope: TableScope) -> bool:
    """Whether a value on a border belongs to the tier above."""
    return (said or scope.border or "upper") == "upper"
