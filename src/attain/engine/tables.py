"""Rate tables as SQL: tiers, lookups, grids and curves are functions from values to a value.

A tier table with rates r and borders b has the integral C(x) = sum of r * (part of x inside the tier); a marginal
line is
C(after) - C(before), so a return needs no case of its own. Borders may be shares of a quota: then every border is
multiplied
by the quota (`unit`) instead of dividing the amount by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.formulas import Plain, Scope, Sql, choose, compare, compiled, numeric
from attain.engine.fractions import Num
from attain.engine.sql import all_of, any_of, case, cast
from attain.kernel.errors import PlanError
from attain.plans import expressions as tree
from attain.plans.model import Curve, Grid, LookupTable, Table, Tier, TierTable
from attain.plans.parser import parse
from attain.plans.tabling import result_cell

TWO_ROWS = "two rows: "
"""Stands before the sentence of the error that a query raises where two rows match and one may."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?%?")


def call(node: tree.Call, scope: Scope) -> Sql:
    """`lookup`, `whole`, `marginal`, `curve` in a formula; the first argument names the table."""
    named, *arguments = node.arguments
    if not isinstance(named, tree.Name):
        raise PlanError(f"The first argument of `{node.function}` is the name of a table.", code="plan.unknown-table")
    table = scope.table(named.parts[0])
    if node.function == "lookup":
        return lookup(
            table, [compiled(argument, scope) for argument in arguments], scope, ".".join(named.parts[1:]) or None
        )
    values = [scope.pin(numeric(argument, scope)) for argument in arguments]
    if node.function == "curve" and isinstance(table, Curve):
        return curve(table, values[0], scope)
    if isinstance(table, TierTable):
        if node.function == "whole":
            return whole(table, values[0], scope)
        return frac.minus(integral(table.tiers, values[1], None, scope), integral(table.tiers, values[0], None, scope))
    raise PlanError(f"`{node.function}` cannot be used with this kind of table.", code="plan.table-kind")


def borders(tiers: Sequence[Tier], unit: Num | None, scope: Scope) -> list[Num | None]:
    """The upper border of each tier, in units of the value that is looked up."""
    found: list[Num | None] = []
    for tier in tiers:
        border = numeric(tier.to, scope) if tier.to is not None else None
        found.append(scope.pin(frac.product(border, unit)) if border is not None and unit is not None else border)
    return found


def rising(marks: Sequence[Num]) -> exp.Expr | None:
    """True where all marks are there and each is above the one before it; None where no row needs to ask.

    Constants are compared while compiling, so a table that holds nothing else costs no SQL."""
    tests: list[exp.Expr] = []
    if len(marks) == 1 and marks[0].constant is None:
        tests.append(exp.Not(this=exp.Paren(this=marks[0].is_missing)))
    for lower, upper in pairwise(marks):
        if lower.constant is None or upper.constant is None:
            tests.append(frac.compare(exp.GT, upper, lower))
        elif upper.constant <= lower.constant:
            return exp.false()
    return all_of(*tests) if tests else None


def rising_tiers(tiers: Sequence[Tier], scope: Scope) -> exp.Expr | None:
    """The same of the borders of tiers, of which the first lies above zero. They are compared as they are written: the
    quota by which they may be multiplied is above zero or missing."""
    return rising([frac.ZERO, *(scope.pin(numeric(tier.to, scope)) for tier in tiers if tier.to is not None)])


def where(sound: exp.Expr | None, result: Num) -> Num:
    """The result where the borders of its table can be used, else missing."""
    return result if sound is None else frac.choose([(sound, result)])


def integral(tiers: Sequence[Tier], value: Num, unit: Num | None, scope: Scope) -> Num:
    """C(value): everything up to the value, each slice by the result of its tier."""
    return frac.total([frac.product(per_unit, size) for per_unit, size in slices(tiers, value, unit, scope)])


def slices(tiers: Sequence[Tier], value: Num, unit: Num | None, scope: Scope) -> list[tuple[Num, Num]]:
    """For each tier its result per unit and how much of the value lies in it."""
    found = []
    sound = rising_tiers(tiers, scope)
    lower: Num = frac.ZERO
    for place, (tier, upper) in enumerate(zip(tiers, borders(tiers, unit, scope), strict=True)):
        inside = value if upper is None else frac.extreme([value, upper], largest=False)
        if place > 0:
            beyond = frac.minus(inside, lower)
            inside = frac.choose(
                [(frac.compare(exp.LTE, value, lower), frac.ZERO), (frac.compare(exp.GT, value, lower), beyond)]
            )
        result = numeric(tier.result, scope)
        if tier.column == "amount":
            if upper is None:
                raise PlanError(
                    "A tier with an amount needs `to`: a part of it is paid in proportion.",
                    code="plan.open-amount-tier",
                )
            result = frac.quotient(result, frac.minus(upper, lower))
        found.append((result, scope.pin(where(sound, inside))))
        lower = upper if upper is not None else lower
    return found


def whole(table: TierTable, value: Num, scope: Scope, unit: Num | None = None) -> Num:
    """The result of the tier in which the value lies; missing above a closed last tier."""
    operator = exp.LTE if border_policy(table, scope) == "lower" else exp.LT
    branches: list[tuple[exp.Expr, Num]] = []
    unknown = [value.is_missing]
    for tier, upper in zip(table.tiers, borders(table.tiers, unit, scope), strict=True):
        result = scope.pin(numeric(tier.result, scope))
        if tier.to is not None and upper is not None and upper.constant is None:
            unknown.append(upper.is_missing)
        if upper is None:
            branches.append((exp.true(), result))
        else:
            branches.append((frac.compare(operator, value, upper), result))
    # Where a border is missing nobody can say in which tier a value lies.
    found = frac.choose([(exp.Paren(this=any_of(*unknown)), frac.MISSING), *branches])
    return where(rising_tiers(table.tiers, scope), found)


def border_policy(table: TierTable | Grid, scope: Scope) -> str:
    policy: str | None = table.border or getattr(scope, "border", None)
    if policy is None:
        raise PlanError(
            "The table and the policies do not say where a value on a border belongs.", code="plan.policy-missing"
        )
    return policy


def curve(table: Curve, value: Num, scope: Scope) -> Num:
    """The curve's value, piecewise straight."""
    return _segments(table, value, scope) if table.segments else _points(table, value, scope)


def _segments(table: Curve, value: Num, scope: Scope) -> Num:
    branches: list[tuple[exp.Expr, Num]] = []
    marks = [scope.pin(numeric(segment.from_, scope)) for segment in table.segments]
    for segment, start in reversed(list(zip(table.segments, marks, strict=True))):
        pays = numeric(segment.pays, scope)
        if segment.slope is not None:
            pays = frac.plus(pays, frac.product(numeric(segment.slope, scope), frac.minus(value, start)))
        branches.append((frac.compare(exp.GTE, value, start), pays))
    below = numeric(table.below, scope) if isinstance(table.below, tree.Expr) else frac.MISSING
    branches.append((frac.compare(exp.LT, value, marks[0]), below))
    return where(rising(marks), frac.choose(branches))


def _points(table: Curve, value: Num, scope: Scope) -> Num:
    marks = [(scope.pin(numeric(point.at, scope)), numeric(point.pays, scope)) for point in table.points]

    def line(place: int) -> Num:
        (x1, y1), (x2, y2) = marks[place], marks[place + 1]
        slope = frac.quotient(frac.minus(y2, y1), frac.minus(x2, x1))
        return frac.plus(y1, frac.product(slope, frac.minus(value, x1)))

    def outside(said: object, flat: Num, extended: int) -> Num:
        if isinstance(said, tree.Expr):
            return numeric(said, scope)
        return flat if said == "flat" else line(extended)

    last = len(marks) - 1
    branches = [(frac.compare(exp.LT, value, marks[0][0]), outside(table.below, marks[0][1], 0))]
    branches += [(frac.compare(exp.LTE, value, marks[place + 1][0]), line(place)) for place in range(last)]
    branches.append((frac.compare(exp.GT, value, marks[last][0]), outside(table.above, marks[last][1], last - 1)))
    return where(rising([at for at, _ in marks]), frac.choose(branches))


def lookup(table: Table, keys: Sequence[Sql], scope: Scope, column: str | None = None) -> Sql:
    """The row of a lookup table, or the field of a grid, that the keys choose."""
    if isinstance(table, Grid):
        return _grid(table, keys, scope)
    if isinstance(table, TierTable) and len(keys) == 1 and isinstance(keys[0], Num):
        return whole(table, keys[0], scope)
    if not isinstance(table, LookupTable):
        raise PlanError("`lookup` reads lookup tables, grids and tiers.", code="plan.table-kind")
    branches = list(_both(table, keys, scope, column))
    for row in ordered_rows(table):
        tests = [_matches(keys[place], row[key]) for place, key in enumerate(table.keys) if key in row]
        result = _cell(row, table, column, scope)
        branches.append((all_of(*tests) if tests else exp.Boolean(this=True), result))
    otherwise: Sql = compiled(table.otherwise, scope) if table.otherwise is not None else frac.MISSING
    return choose(branches, otherwise, scope) if branches else otherwise


def _both(table: LookupTable, keys: Sequence[Sql], scope: Scope, column: str | None) -> Iterator[tuple[exp.Expr, Sql]]:
    """For rows of which one at most may match: what stops the run where two do, say `4` and `4.0`.

    Whether two rows can match together is known before the run, so that other tables pay nothing for it."""
    if table.match != "unique":
        return
    name = next((name for name, known in scope.plan.tables.items() if known is table), "")
    for (first, one), (second, other) in combinations(enumerate(table.rows, start=1), 2):
        if all(_same_cell(one[key], other[key]) for key in table.keys if key in one and key in other):
            said = f"{TWO_ROWS}Rows {first} and {second} of the table {name} both match."
            stop = exp.Anonymous(this="error", expressions=[exp.Literal.string(said)])
            tests = [
                _matches(keys[place], row[key])
                for row in (one, other)
                for place, key in enumerate(table.keys)
                if key in row
            ]
            both = all_of(*tests) if tests else exp.true()
            # The condition stands in the value, too: as a column of its own it would be computed on every row.
            yield both, _stopping(_cell(one, table, column, scope), case().when(both.copy(), stop, copy=False))


def _stopping(result: Sql, stop: exp.Expr) -> Sql:
    """The error in the type of the results beside which it stands."""
    if isinstance(result, Num):
        return Num(cast(stop, frac.WIDE))
    return Plain(result.kind, cast(stop, {"text": "VARCHAR", "date": "DATE", "yes_no": "BOOLEAN"}[result.kind]))


def _same_cell(one: str, other: str) -> bool:
    """Whether a key could equal both cells: as text, or as numbers."""
    if one == other:
        return True
    numbers = [parse(text) for text in (one, other) if _NUMBER.fullmatch(text)]
    return len(numbers) == 2 and numbers[0] == numbers[1]


def ordered_rows(table: LookupTable) -> list[dict[str, str]]:
    """The rows in the order in which they are tried."""
    if table.match != "most_specific":
        return list(table.rows)

    def weight(row: dict[str, str]) -> int:
        return sum(1 << place for place, key in enumerate(table.keys) if key in row)

    return sorted(table.rows, key=weight, reverse=True)


def _cell(row: dict[str, str], table: LookupTable, column: str | None, scope: Scope) -> Sql:
    name = column or next((key for key in row if key not in table.keys), None)
    if name is None or name not in row:
        return frac.MISSING
    return compiled(result_cell(row[name], scope.plan), scope)


def _matches(key: Sql, text: str) -> exp.Expr:
    """Whether a key equals the text of a table's cell, read in the key's type."""
    if isinstance(key, Plain) and key.kind == "text":
        return compare("=", key, Plain("text", exp.Literal.string(text)))
    if isinstance(key, Plain) and key.kind == "yes_no":
        return compare("=", key, Plain("yes_no", exp.Boolean(this=text in ("yes", "true"))))
    if isinstance(key, Plain):
        return compare("=", key, Plain("date", cast(exp.Literal.string(text), "DATE")))
    wanted = parse(text)
    if not isinstance(wanted, tree.Number | tree.Negative):
        raise PlanError(f"'{text}' is no number, but the key is one.", code="plan.type-mismatch")
    value = wanted.value if isinstance(wanted, tree.Number) else -wanted.value.value  # type: ignore[attr-defined]
    return compare("=", key, frac.number(value))


def _grid(table: Grid, keys: Sequence[Sql], scope: Scope) -> Num:
    operator = exp.LTE if border_policy(table, scope) == "lower" else exp.LT
    row_key, column_key = keys
    row_borders, column_borders = ([scope.pin(numeric(mark, scope)) for mark in marks] for marks in table.by.values())
    if not isinstance(row_key, Num) or not isinstance(column_key, Num):
        raise PlanError("The keys of a grid are numbers.", code="plan.type-mismatch")

    def band(key: Num, marks: Sequence[Num], values: Sequence[Num]) -> Num:
        branches = [(frac.compare(operator, key, mark), value) for mark, value in zip(marks, values, strict=False)]
        return frac.choose([*branches, (exp.Not(this=exp.Paren(this=key.is_missing)), values[-1])])

    rows = [band(column_key, column_borders, [numeric(cell, scope) for cell in row]) for row in table.values]
    return where(rising(row_borders), where(rising(column_borders), band(row_key, row_borders, rows)))
