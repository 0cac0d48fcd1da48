"""A lookup table or grid at one row: which row or field was taken, and by which keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from attain.engine import tables
from attain.engine.formulas import Scope, Sql
from attain.engine.trace.arithmetic import Figure
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Name, Step, Term, Word
from attain.engine.trace.spots import Spot
from attain.kernel.errors import Where
from attain.plans import expressions as tree
from attain.plans.model import Grid, LookupTable
from attain.plans.parser import parse

Path = tuple[str | int, ...]
Keys = Callable[[Scope], Sequence[Sql]]
_ANY = "place"


def numbered(table: LookupTable) -> LookupTable:
    """The same keys, with the place of each row as its result."""
    found = tuple(
        {**{key: row[key] for key in table.keys if key in row}, _ANY: str(place)}
        for place, row in enumerate(table.rows)
    )
    return LookupTable(keys=table.keys, match=table.match, rows=found)


def row_taken(spot: Spot, table: LookupTable, keys: Keys) -> int | None:
    """The place of the row that matches; None when none does."""
    (place,) = spot.ask(
        lambda scope: [tables.lookup(numbered(table), list(keys(scope)), scope, _ANY)] if table.rows else [None]
    )
    return int(place) if isinstance(place, Fraction) else None


def lookup_step(
    derivation: Derivation,
    spot: Spot,
    table: LookupTable,
    path: Path,
    keys: Keys,
    shown: Sequence[Figure],
    column: str | None = None,
    steps: Sequence[Step] = (),
) -> Step:
    from attain.engine.trace.reading import operand

    (result,) = spot.ask(lambda scope: [tables.lookup(table, list(keys(scope)), scope, column)])
    place = row_taken(spot, table, keys)
    known = tuple(
        Step("lookup.key", {"key": Name(key)}, None, value) for key, value in zip(table.keys, shown, strict=False)
    )
    found = figure(result, derivation.units(spot).of_table(table, column))
    if place is None:
        where = derivation.where(spot.plan, *path, "otherwise" if table.otherwise is not None else "rows")
        more = (
            operand(derivation, spot, table.otherwise, "lookup.result", where)[1] if table.otherwise is not None else ()
        )
        return Step(
            "lookup.otherwise" if table.otherwise is not None else "lookup.none",
            {},
            None,
            found,
            where,
            inside=(*steps, *known, *more),
        )
    row = table.rows[place]
    where = derivation.where(spot.plan, *path, "rows", place)
    asked = [f"{key} {row[key]}" for key in table.keys if key in row]
    words: dict[str, Word] = {"number": str(place + 1), "keys": ", ".join(asked)}
    kind = "lookup.row" if asked else "lookup.any"
    if table.match == "most_specific":
        words["why"] = Term("lookup.most_specific")
        kind += ".why"
    return Step(
        kind,
        words,
        None,
        found,
        where,
        inside=(*steps, *known, *_cell_steps(derivation, spot, table, row, column, where)),
    )


def _cell_steps(
    derivation: Derivation, spot: Spot, table: LookupTable, row: dict[str, str], column: str | None, where: Where
) -> tuple[Step, ...]:
    from attain.engine.trace.reading import operand

    name = column or next((key for key in row if key not in table.keys), None)
    return (
        operand(derivation, spot, parse(row[name]), "lookup.result", where)[1]
        if name is not None and name in row
        else ()
    )


def grid_step(
    derivation: Derivation,
    spot: Spot,
    grid: Grid,
    path: Path,
    keys: Keys,
    shown: Sequence[Figure],
    steps: Sequence[Step] = (),
) -> Step:
    from attain.engine.trace.reading import operand

    width = len(grid.values[0])
    places = tuple(
        tuple(tree.Number(Fraction(row * width + column)) for column in range(width)) for row in range(len(grid.values))
    )
    copy = Grid(by=grid.by, values=places, border=grid.border)
    place, result = spot.ask(
        lambda scope: [tables.lookup(copy, list(keys(scope)), scope), tables.lookup(grid, list(keys(scope)), scope)]
    )
    units = derivation.units(spot)
    looked_up = [
        Figure(value.value, units.common(marks)) if value.unit == "number" else value
        for value, marks in zip(shown, grid.by.values(), strict=True)
    ]
    known = tuple(
        Step("lookup.key", {"key": Name(key)}, None, value) for key, value in zip(grid.by, looked_up, strict=True)
    )
    where = derivation.where(spot.plan, *path, "values")
    if not isinstance(place, Fraction):
        return Step("lookup.none", {}, None, Figure(None), where, inside=(*steps, *known))
    row, column = divmod(int(place), width)
    where = derivation.where(spot.plan, *path, "values", row)
    inside = (*steps, *known, *operand(derivation, spot, grid.values[row][column], "lookup.result", where)[1])
    return Step(
        "grid",
        {"row": str(row + 1), "column": str(column + 1)},
        None,
        figure(result, units.of_table(grid)),
        where,
        inside=inside,
    )
