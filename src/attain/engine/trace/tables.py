"""Rate tables at one row: which tier, segment or row was taken, why, and what it gives.

Which one is taken is asked from the same functions that calculate, over a copy of the table whose results are place
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from attain.engine import fractions as frac
from attain.engine import tables
from attain.engine.formulas import Scope, Sql, compiled, numeric
from attain.engine.fractions import Num
from attain.engine.trace.arithmetic import Figure, Formula, Operation, Scalar, Unit
from attain.engine.trace.curves import curve_step
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Name, Step, Word
from attain.engine.trace.lookups import grid_step, lookup_step
from attain.engine.trace.spots import Spot
from attain.plans import expressions as tree
from attain.plans.model import Curve, Grid, LookupTable, Tier, TierTable

if TYPE_CHECKING:
    from attain.kernel.errors import Where

Path = tuple[str | int, ...]
Operands = Callable[[Scope], tuple[Num, Num | None]]
"""The value that is looked up, and the unit of the borders (a quota) when there is one."""


@dataclass(frozen=True)
class Borders:
    """Lower and upper border of every tier, in the units of the value; and what each upper one is a share of."""

    upper: tuple[Fraction | None, ...]
    unit: Fraction | None

    def lower(self, place: int) -> Fraction | None:
        return self.upper[place - 1] if place else None


def called(derivation: Derivation, spot: Spot, call: tree.Call, value: Scalar) -> Step:
    """`lookup`, `whole`, `marginal` or `curve` in a formula."""
    from attain.engine.trace.reading import operand

    named, *arguments = call.arguments
    parts = named.parts if isinstance(named, tree.Name) else ("",)
    table, path = spot.plan.tables[parts[0]], ("tables", parts[0])
    where = derivation.where(spot.plan, *path)
    read = [operand(derivation, spot, argument, "key", where) for argument in arguments]
    keys, steps = [found for found, _ in read], tuple(step for _, inner in read for step in inner)

    def of_first(scope: Scope) -> tuple[Num, Num | None]:
        return numeric(arguments[0], scope), None

    if isinstance(table, TierTable) and call.function == "marginal":
        low, high = arguments
        slices = slice_steps(
            derivation, spot, table, path, lambda scope: (numeric(low, scope), numeric(high, scope), None)
        )
        words: dict[str, Word] = {"table": Name(parts[0]), "low": keys[0], "high": keys[1]}
        return Step(
            "marginal.called",
            words,
            added(slices),
            figure(value, derivation.units(spot).of(call)),
            where,
            inside=(*steps, *slices),
        )
    if isinstance(table, TierTable):
        return tier_step(derivation, spot, table, path, of_first, keys[0], steps)
    if isinstance(table, Curve):
        return curve_step(derivation, spot, table, path, lambda scope: of_first(scope)[0], keys[0], steps)
    if isinstance(table, Grid):
        return grid_step(
            derivation,
            spot,
            table,
            path,
            lambda scope: [compiled(argument, scope) for argument in arguments],
            keys,
            steps,
        )
    column = ".".join(parts[1:]) or None
    return lookup_step(
        derivation,
        spot,
        table,
        path,
        lambda scope: [compiled(argument, scope) for argument in arguments],
        keys,
        column,
        steps,
    )


def added(steps: Sequence[Step]) -> Formula:
    from attain.engine.trace.arithmetic import total

    return total([step.result for step in steps if step.result is not None])


# -- tiers -------------------------------------------------------------------------------------------------------------


def numbered(table: TierTable) -> TierTable:
    """The same borders, with the place of each tier as its result."""
    tiers = tuple(Tier(to=tier.to, rate=tree.Number(Fraction(place))) for place, tier in enumerate(table.tiers))
    return TierTable(tiers=tiers, border=table.border)


def tier_step(
    derivation: Derivation,
    spot: Spot,
    table: TierTable,
    path: Path,
    operands: Operands,
    value: Figure,
    steps: Sequence[Step] = (),
) -> Step:
    """The tier in which a value lies, and its result."""

    def question(scope: Scope) -> list[Sql | None]:
        looked_up, unit = operands(scope)
        looked_up = scope.pin(looked_up)
        upper = tables.borders(table.tiers, unit, scope)
        return [
            tables.whole(numbered(table), looked_up, scope, unit),
            tables.whole(table, looked_up, scope, unit),
            looked_up,
            unit,
            *upper,
        ]

    place, result, exact, unit, *upper = spot.ask(question)
    borders = Borders(tuple(_fraction(border) for border in upper), _fraction(unit))
    shown = _shown_value(Figure(exact, value.unit), table, derivation, spot, borders)
    if not isinstance(place, Fraction):
        return Step(
            "tier.none",
            {"value": shown},
            None,
            Figure(None),
            derivation.where(spot.plan, *path, "tiers"),
            inside=tuple(steps),
        )
    number = int(place)
    tier = table.tiers[number]
    kind, words = _tier_words("tier", number, borders, shown.unit)
    found = figure(result, derivation.units(spot).of_table(table))
    inside = (
        *steps,
        *_border_steps(derivation, spot, table, path, number, borders, shown.unit),
        *_result_steps(derivation, spot, tier, _tier_where(derivation, spot, path, number)),
    )
    return Step(
        kind, {"value": shown, **words}, None, found, _tier_where(derivation, spot, path, number), inside=inside
    )


def _shown_value(value: Figure, table: TierTable, derivation: Derivation, spot: Spot, borders: Borders) -> Figure:
    """A plain number looks like the borders that it is compared with."""
    if value.unit != "number" or borders.unit is not None:
        return value
    unit = derivation.units(spot).common([tier.to for tier in table.tiers if tier.to is not None])
    return Figure(value.value, unit) if unit in ("rate", "money") else value


def _tier_where(derivation: Derivation, spot: Spot, path: Path, number: int) -> Where:
    return derivation.where(spot.plan, *path, "tiers", number)


def _tier_words(prefix: str, number: int, borders: Borders, unit: Unit) -> tuple[str, dict[str, Word]]:
    lower, upper = borders.lower(number), borders.upper[number]
    words: dict[str, Word] = {"number": str(number + 1)}
    if lower is not None:
        words["lower"] = Figure(lower, unit)
    if upper is not None:
        words["upper"] = Figure(upper, unit)
    kind = (
        "all"
        if lower is None and upper is None
        else "up_to"
        if lower is None
        else "above"
        if upper is None
        else "between"
    )
    return f"{prefix}.{kind}", words


def _result_steps(derivation: Derivation, spot: Spot, tier: Tier, where: Where) -> tuple[Step, ...]:
    from attain.engine.trace.reading import operand

    return operand(derivation, spot, tier.result, "tier.result", where)[1]


def _border_steps(
    derivation: Derivation, spot: Spot, table: TierTable, path: Path, number: int, borders: Borders, unit: Unit
) -> tuple[Step, ...]:
    """Where the borders of a tier come from, when they are not written as they are used."""
    from attain.engine.trace.reading import operand

    found: list[Step] = []
    for place in (number - 1, number):
        to = table.tiers[place].to if place >= 0 else None
        if to is None or not derivation.first("border", spot.key, path, place):
            continue
        where = _tier_where(derivation, spot, path, place)
        share, steps = operand(derivation, spot, to, "border.formula", where, unit if borders.unit is None else None)
        found += steps
        if borders.unit is not None:
            formula = Operation("*", share, Figure(borders.unit, unit))
            found.append(Step("border", {"number": str(place + 1)}, formula, Figure(borders.upper[place], unit), where))
    return tuple(found)


def slice_steps(
    derivation: Derivation,
    spot: Spot,
    table: TierTable,
    path: Path,
    operands: Callable[[Scope], tuple[Num, Num, Num | None]],
    value_unit: Unit = "number",
) -> list[Step]:
    """The part of a value in each tier, at that tier's rate; only tiers with a part."""

    def question(scope: Scope) -> list[Sql | None]:
        before, after, unit = operands(scope)
        before, after = scope.pin(before), scope.pin(after)
        high, low = tables.slices(table.tiers, after, unit, scope), tables.slices(table.tiers, before, unit, scope)
        found: list[Sql | None] = [unit]
        for (rate, upper), (_, lower) in zip(high, low, strict=True):
            part = scope.pin(frac.minus(upper, lower))
            found += [part, rate, frac.product(part, scope.pin(rate))]
        found += [numeric(tier.result, scope) for tier in table.tiers]
        return [*found, *tables.borders(table.tiers, unit, scope)]

    unit, *answers = spot.ask(question)
    count = len(table.tiers)
    results, upper = answers[3 * count : 4 * count], answers[4 * count :]
    borders = Borders(tuple(_fraction(border) for border in upper), _fraction(unit))
    shown: Unit = value_unit
    if shown == "number" and borders.unit is None:
        found_unit = derivation.units(spot).common([tier.to for tier in table.tiers if tier.to is not None])
        shown = found_unit if found_unit in ("money", "rate") else shown
    steps = []
    for place, tier in enumerate(table.tiers):
        part, _, pay = answers[3 * place : 3 * place + 3]
        if not part and not (part is None and place == 0):
            continue
        amount = Figure(_fraction(part), shown)
        result = figure(results[place], derivation.units(spot).of_table(table))
        times: Formula = result
        if table.column == "amount":
            width = Operation(
                "-", Figure(borders.upper[place], shown), Figure(borders.lower(place) or Fraction(0), shown)
            )
            times = Operation("/", result, width if place else Figure(borders.upper[place], shown))
        kind, words = _tier_words("slice", place, borders, shown)
        where = _tier_where(derivation, spot, path, place)
        inside = (
            *_border_steps(derivation, spot, table, path, place, borders, shown),
            *_result_steps(derivation, spot, tier, where),
        )
        paid: Unit = (
            "money"
            if "money" in (shown, result.unit) or (shown == "number" and table.column in ("per_unit", "amount"))
            else shown
        )
        steps.append(Step(kind, words, Operation("*", amount, times), figure(pay, paid), where, inside=inside))
    return steps


def _fraction(value: Scalar) -> Fraction | None:
    return value if isinstance(value, Fraction) else None


__all__ = ["Borders", "LookupTable", "Path", "called", "slice_steps", "tier_step"]
