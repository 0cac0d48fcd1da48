"""Tables that leave a gap, overlap, or hold rows which nobody can reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations, islice, pairwise, product

from attain.kernel.errors import Finding
from attain.plans.expressions import Expr
from attain.plans.linter.rules import PlanRule, Reading
from attain.plans.mistakes import Path
from attain.plans.model import Curve, Grid, LookupTable, TierTable

MOST_COMBINATIONS = 5_000
Row = dict[str, str]


def tier_tables(reading: Reading) -> Iterator[tuple[Path, TierTable]]:
    for name, component in reading.plan.components.items():
        if isinstance(component.inline_table, TierTable):
            yield ("components", name), component.inline_table
    for name, table in reading.plan.tables.items():
        if isinstance(table, TierTable):
            yield ("tables", name), table


def curves(reading: Reading) -> Iterator[tuple[Path, Curve]]:
    for name, component in reading.plan.components.items():
        if isinstance(component.inline_table, Curve):
            yield ("components", name), component.inline_table
    for name, table in reading.plan.tables.items():
        if isinstance(table, Curve):
            yield ("tables", name), table


def lookups(reading: Reading) -> Iterator[tuple[Path, LookupTable]]:
    for name, table in reading.plan.tables.items():
        if isinstance(table, LookupTable):
            yield ("tables", name), table


class BordersRise(PlanRule):
    """The borders of tiers, grids and curves rise: each is above the one before it. A border that does not rise
    leaves a tier without any value in it, or two tiers for the same value."""

    code = "plan.border-order"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, borders in _marks(reading):
            known = [
                (place, number) for place, part in borders if (number := reading.constants.number(part)) is not None
            ]
            for (_, before), (place, after) in pairwise(known):
                if after <= before:
                    yield self.finding(
                        reading,
                        (*path, *place),
                        f"The border {_plain(after)} does not rise above {_plain(before)}, the one before it.",
                        witness=f"The value {_plain(before)} would belong to two places of the table.",
                        hint="List the borders from the smallest to the largest, each once.",
                    )


def _marks(reading: Reading) -> Iterator[tuple[Path, list[tuple[Path, Expr]]]]:
    zero: list[tuple[Path, Expr]]
    for path, table in tier_tables(reading):
        zero = [(("tiers", number, "to"), tier.to) for number, tier in enumerate(table.tiers) if tier.to is not None]
        yield path, zero
    for path, curve in curves(reading):
        yield path, [(("segments", number, "from"), segment.from_) for number, segment in enumerate(curve.segments)]
        yield path, [(("points", number, "at"), point.at) for number, point in enumerate(curve.points)]
    for name, grid in reading.plan.tables.items():
        if isinstance(grid, Grid):
            for key, borders in grid.by.items():
                yield ("tables", name), [(("by", key, number), border) for number, border in enumerate(borders)]


def _plain(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else str(float(number))


class FirstBorderAboveZero(PlanRule):
    """The first tier of a marginal or whole-amount table starts at zero, so its border lies above zero."""

    code = "plan.border-not-above-zero"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, table in tier_tables(reading):
            first = reading.constants.number(table.tiers[0].to)
            if first is not None and first <= 0:
                yield self.finding(
                    reading,
                    (*path, "tiers", 0, "to"),
                    f"The first tier ends at {_plain(first)}, but tiers start at 0: nothing lies in it.",
                    witness="No value from 0 on is paid by the first tier.",
                    hint="Leave the first tier out, or give it a border above zero.",
                )


class ClosedLastTier(PlanRule):
    """A table that ends with a border says nothing about what lies above it: a whole-amount table has no result
    there, a marginal one adds nothing."""

    code = "plan.tier-closed"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            if not isinstance(use.table, TierTable) or use.table.tiers[-1].to is None:
                continue
            last = reading.constants.number(use.table.tiers[-1].to)
            border = "its last border" if last is None else reading.shown(last, use.driver.unit)
            above = (
                "more than that"
                if last is None
                else reading.shown(last + reading.step(use.driver.unit), use.driver.unit)
            )
            marginal = use.mode == "marginal"
            yield self.finding(
                reading,
                (*use.table_path, "tiers", len(use.table.tiers) - 1),
                f"The last tier of {use.name} ends at {border}; above it "
                + ("nothing more is added." if marginal else "there is no result, and the line is not paid."),
                witness=f"{above} pays {'no more than ' + border if marginal else 'nothing'}.",
                hint="Leave out `to` in the last tier"
                + (
                    ", or say the most that is paid with `limit`."
                    if marginal
                    else ", or add a tier for everything above."
                ),
                level="note" if marginal else "warning",
            )


class OpenTierOfAmounts(PlanRule):
    """A marginal tier of amounts pays its amount when it is full, so it needs an end: an open one can never be full."""

    code = "plan.tier-without-width"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            if use.mode != "marginal" or not isinstance(use.table, TierTable) or use.table.column != "amount":
                continue
            if use.table.tiers[-1].to is None:
                place = len(use.table.tiers) - 1
                yield self.finding(
                    reading,
                    (*use.table_path, "tiers", place),
                    f"The last tier of {use.name} pays an amount for being full, but it is open and never full.",
                    witness="No value, however large, says which part of the amount has been reached.",
                    hint="Give the tier `to`, or pay a `rate` or `per_unit` in it.",
                )


class OverlappingRows(PlanRule):
    """In a lookup table with `match: unique` no two rows may match the same keys; with `most_specific` no two rows
    may have the same keys."""

    code = "plan.lookup-overlap"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, table in lookups(reading):
            if table.match == "first":
                continue
            keyed = [(number, _keys(row, table)) for number, row in enumerate(table.rows)]
            for (first, one), (second, other) in islice(_clashes(keyed, same=table.match == "most_specific"), 20):
                yield self.finding(
                    reading,
                    (*path, "rows", second),
                    f"Rows {first + 1} and {second + 1} both match {_said({**one, **other})}.",
                    witness=_said({**one, **other}),
                    hint="Make the rows exclude each other, or choose `match: first` or `match: most_specific`.",
                )


def _keys(row: Row, table: LookupTable) -> Row:
    return {key: row[key] for key in table.keys if key in row}


def _clashes(keyed: list[tuple[int, Row]], *, same: bool) -> Iterator[tuple[tuple[int, Row], tuple[int, Row]]]:
    for (first, one), (second, other) in combinations(keyed, 2):
        clash = one == other if same else all(other.get(key, value) == value for key, value in one.items())
        if clash:
            yield (first, one), (second, other)


def _said(keys: Row) -> str:
    return " and ".join(f"{key} '{value}'" for key, value in keys.items()) or "every combination of keys"


class ShadowedRow(PlanRule):
    """With `match: first` a row below a more general one is never reached."""

    code = "plan.lookup-shadowed"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, table in lookups(reading):
            if table.match != "first":
                continue
            keyed = [_keys(row, table) for row in table.rows]
            for number, row in enumerate(keyed):
                earlier = next(
                    (place for place, above in enumerate(keyed[:number]) if above.items() <= row.items()), None
                )
                if earlier is not None:
                    yield self.finding(
                        reading,
                        (*path, "rows", number),
                        f"Row {number + 1} is never reached: row {earlier + 1} matches everything that it matches.",
                        witness=f"{_said(row)} gets row {earlier + 1}",
                        hint="Put the special row above the general one.",
                    )


class UnmatchedKeys(PlanRule):
    """A lookup table without `otherwise` and without a row for everything else has keys that match nothing: their
    line is missing."""

    code = "plan.lookup-gap"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, table in lookups(reading):
            keyed = [_keys(row, table) for row in table.rows]
            if table.otherwise is not None or {} in keyed:
                continue
            missing = _unmatched(table, keyed)
            yield self.finding(
                reading,
                path,
                f"{_said(missing)} matches no row." if missing else "A key that no row names matches nothing.",
                witness=_said(missing) if missing else f"any other {table.keys[0]} has no result",
                hint="Add the row, or say with `otherwise` what holds for everything else.",
                level="warning" if missing else "note",
            )


def _unmatched(table: LookupTable, keyed: Iterable[Row]) -> Row | None:
    """A combination of values, each of which some row names, that no row matches."""
    rows = list(keyed)
    named = {key: list(dict.fromkeys(row[key] for row in rows if key in row)) for key in table.keys}
    used = [key for key in table.keys if named[key]]
    for values in islice(product(*(named[key] for key in used)), MOST_COMBINATIONS):
        combination = dict(zip(used, values, strict=True))
        if not any(row.items() <= combination.items() for row in rows):
            return combination
    return None


RULES = (
    BordersRise,
    FirstBorderAboveZero,
    ClosedLastTier,
    OpenTierOfAmounts,
    OverlappingRows,
    ShadowedRow,
    UnmatchedKeys,
)
