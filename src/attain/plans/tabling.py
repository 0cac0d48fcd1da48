"""Tables and their use: which types a table takes and gives, and what its cells are.

The cells of a table are read where the table is used: a border may be a parameter or a value. A lookup row holds text
that is neither quoted nor an expression (`category: Desks`), so its cells are read here: a key cell in the type of what
is looked up, a result cell as an expression over parameters and values, or as a bare word that stands for itself.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from attain.kernel.errors import PlanError, suggest
from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.mistakes import Path
from attain.plans.model import Curve, Grid, LookupTable, Plan, Table, TierTable
from attain.plans.names import Refusal
from attain.plans.parser import parse
from attain.plans.references import MISSING, NUMBER, PLAIN, UNKNOWN, Place, Type, common

if TYPE_CHECKING:
    from attain.plans.inference import Inference

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?%?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def key_fits(cell: str, key: Type) -> bool:
    """Whether the cell of a key column can be read in the type of what is looked up; any cell is a text."""
    if key.is_numeric and key.kind not in ("unknown", "missing"):
        return _NUMBER.fullmatch(cell) is not None
    if key.kind == "date":
        return _is_day(cell)
    return key.kind != "yes_no" or cell in ("yes", "no", "true", "false")


def _is_day(cell: str) -> bool:
    if _DAY.fullmatch(cell) is None:
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:  # a day that its month does not have
        return False
    return True


def result_cell(text: str, plan: Plan) -> Expr:
    """The cell of a result column: an expression over parameters and values, or a bare word that stands for itself.

    A `PlanError` when it is neither.
    """
    formula = parse(text)
    if isinstance(formula, tree.Name) and formula.parts[0] not in {*plan.parameters, *plan.values}:
        return tree.Text(text)
    return formula


def result_columns(table: LookupTable) -> list[str]:
    """The columns that are no keys, in the order in which they first stand."""
    return list(dict.fromkeys(column for row in table.rows for column in row if column not in table.keys))


class Tables:
    """Checks tables with the types of an `Inference`."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self._types: dict[tuple[Path, Place, str | None], tuple[tuple[Type, ...], Type]] = {}

    def called(self, call: tree.Call, place: Place) -> Type:
        """`lookup(t, k, …)`, `whole(t, x)`, `marginal(t, a, b)`, `curve(t, x)`."""
        table, name, column = self._named(call)
        wanted = {"whole": TierTable, "marginal": TierTable, "curve": Curve}.get(call.function)
        if wanted is not None and not isinstance(table, wanted):
            raise self._other_kind(call.function, name, table)
        if call.function == "lookup" and isinstance(table, TierTable | Curve):
            raise self._other_kind(call.function, name, table)
        arguments = [self.inference.type_of(argument, place) for argument in call.arguments[1:]]
        if call.function == "marginal":
            first, second = arguments
            arguments = [self.inference.joined([first, second], "the two ends of marginal")]
        return self.used(table, ("tables", name), arguments, place, column=column, marginal=call.function == "marginal")

    @staticmethod
    def _other_kind(function: str, name: str, table: Table) -> Refusal:
        message = f"`{function}` cannot read `{name}`, which is {_kind(table)}."
        return Refusal("plan.table-kind", message, _reader(table))

    def _named(self, call: tree.Call) -> tuple[Table, str, str | None]:
        argument = call.arguments[0]
        plan = self.inference.plan
        if not isinstance(argument, tree.Name) or argument.parts[0] not in plan.tables:
            said = argument.text if isinstance(argument, tree.Name) else "this"
            near = suggest(said, plan.tables)
            raise Refusal(
                "plan.unknown-table",
                f"The first argument of `{call.function}` is the name of a table; `{said}` is none.",
                f"Did you mean `{near}`?" if near else f"Tables of this plan: {', '.join(plan.tables) or 'none'}.",
            )
        name, *columns = argument.parts
        self.inference.read(("tables", name))
        return plan.tables[name], name, columns[0] if columns else None

    def used(
        self, table: Table, path: Path, arguments: list[Type], place: Place, *, column: str | None = None,
        marginal: bool = False,
    ) -> Type:  # fmt: skip
        """The type of the result, for arguments of these types; what does not fit is told."""
        keys, result = self.types(table, path, place, column)
        if len(arguments) != len(keys):
            raise Refusal(
                "plan.argument",
                f"`{path[-1]}` is looked up with {len(keys)} value{'s' * (len(keys) != 1)}, not {len(arguments)}.",
                f"Its keys are {', '.join(table.keys)}." if isinstance(table, LookupTable) else None,
            )
        if isinstance(table, LookupTable):
            self._key_cells(table, path, arguments)
        for number, (given, key) in enumerate(zip(arguments, keys, strict=True)):
            if common(given, key) is None:
                named = f"key `{_key_names(table)[number]}`" if _key_names(table) else "scale"
                raise Refusal(
                    "plan.type-mismatch", f"The {named} of `{path[-1]}` is {key}; here it is read with {given}."
                )
        if marginal and isinstance(table, TierTable):
            return self._integral(table, arguments[0], result)
        return result

    @staticmethod
    def require_closed(table: TierTable) -> None:
        """An amount is paid in proportion, so its tier has an end."""
        if table.column == "amount" and table.tiers[-1].to is None:
            raise Refusal(
                "plan.open-amount-tier",
                "The last tier pays an amount and has no `to`; a part of it could not be paid in proportion.",
                "Give it `to`.",
            )

    @classmethod
    def _integral(cls, table: TierTable, along: Type, result: Type) -> Type:
        """The type of what a tier table adds up to."""
        cls.require_closed(table)
        if table.column == "amount":
            return result
        if table.column == "per_unit":
            if along.kind == "money":
                raise Refusal(
                    "plan.type-mismatch", "`per_unit` pays for units; money is counted here.", "Use `rate` for money."
                )
            return result
        return along if along.kind == "money" else result if along == PLAIN else NUMBER

    def types(self, table: Table, path: Path, place: Place, column: str | None = None) -> tuple[tuple[Type, ...], Type]:
        """Types of the keys and of the result, with every cell read at a place."""
        if (path, place, column) not in self._types:
            node = ("tables", str(path[1])) if path[0] == "tables" else None
            with self.inference.at(path, node):
                self._types[path, place, column] = self._read(table, path, place, column)
        return self._types[path, place, column]

    def _read(self, table: Table, path: Path, place: Place, column: str | None) -> tuple[tuple[Type, ...], Type]:
        match table:
            case TierTable():
                return self._tiers(table, path, place)
            case LookupTable():
                return self._lookup(table, path, place, column)
            case Grid():
                return self._grid(table, path, place)
            case Curve():
                return self._curve(table, path, place)
        raise AssertionError(f"unknown table {table!r}")

    def _tiers(self, table: TierTable, path: Path, place: Place) -> tuple[tuple[Type, ...], Type]:
        check = self.inference.check
        borders = [
            check((*path, "tiers", number, "to"), place, tier.to, self.inference.money, NUMBER)
            for number, tier in enumerate(table.tiers)
            if tier.to is not None
        ]
        kinds = (NUMBER,) if table.column in ("rate", "factor") else (self.inference.money, NUMBER)
        results = [
            check((*path, "tiers", number, tier.column), place, tier.result, *kinds)
            for number, tier in enumerate(table.tiers)
        ]
        result = NUMBER if table.column in ("rate", "factor") else self._one(results, "the results of the tiers")
        return (self._one(borders, "the borders of the tiers", PLAIN),), result

    def _lookup(
        self, table: LookupTable, path: Path, place: Place, column: str | None
    ) -> tuple[tuple[Type, ...], Type]:
        columns = result_columns(table)
        if column is None and len(columns) > 1:
            raise Refusal(
                "plan.table-column",
                f"`{path[-1]}` has the result columns {', '.join(columns)}; which one is meant?",
                f"Write {path[-1]}.{columns[0]}.",
            )
        if column is not None and column not in columns:
            near = suggest(column, columns)
            raise Refusal("plan.table-column", f"`{path[-1]}` has no result column `{column}`.",
                          f"Did you mean `{near}`?" if near else f"It has {', '.join(columns) or 'none'}.")  # fmt: skip
        wanted = column or (columns[0] if columns else None)
        results = []
        for number, row in enumerate(table.rows):
            if wanted in row:
                results.append(self._result((*path, "rows", number, wanted), row[wanted], place))
        if table.otherwise is not None:
            results.append(self.inference.check((*path, "otherwise"), place, table.otherwise))
        return (UNKNOWN,) * len(table.keys), self._one(results, f"the cells of column {wanted}")

    def _result(self, path: Path, text: str, place: Place) -> Type:
        try:
            return self.inference.check(path, place, result_cell(text, self.inference.plan))
        except PlanError as fault:
            self.inference.tell(fault.code, fault.message, fault.hint, path)
            return UNKNOWN

    def _key_cells(self, table: LookupTable, path: Path, arguments: list[Type]) -> None:
        for key, given in zip(table.keys, arguments, strict=True):
            for number, row in enumerate(table.rows):
                if key in row and not key_fits(row[key], given):
                    message = f"Key `{key}` is looked up with {given}; '{row[key]}' is none."
                    self.inference.tell("plan.type-mismatch", message, None, (*path, "rows", number, key))

    def _grid(self, table: Grid, path: Path, place: Place) -> tuple[tuple[Type, ...], Type]:
        keys = []
        for key, borders in table.by.items():
            found = [
                self.inference.check((*path, "by", key, number), place, border, self.inference.money, NUMBER)
                for number, border in enumerate(borders)
            ]
            keys.append(self._one(found, f"the borders of {key}", PLAIN))
        cells = [
            self.inference.check((*path, "values", number, place_in_row), place, cell)
            for number, row in enumerate(table.values)
            for place_in_row, cell in enumerate(row)
        ]
        return tuple(keys), self._one(cells, "the values of the grid")

    def _curve(self, table: Curve, path: Path, place: Place) -> tuple[tuple[Type, ...], Type]:
        check, money = self.inference.check, self.inference.money
        marks, pays = [], []
        for number, segment in enumerate(table.segments):
            here = (*path, "segments", number)
            marks.append(check((*here, "from"), place, segment.from_, money, NUMBER))
            pays.append(check((*here, "pays"), place, segment.pays, money, NUMBER))
            check((*here, "slope"), place, segment.slope, money, NUMBER)
        for number, point in enumerate(table.points):
            marks.append(check((*path, "points", number, "at"), place, point.at, money, NUMBER))
            pays.append(check((*path, "points", number, "pays"), place, point.pays, money, NUMBER))
        for key in ("below", "above"):
            beyond = getattr(table, key)
            if isinstance(beyond, Expr):
                pays.append(check((*path, key), place, beyond, money, NUMBER))
        return (self._one(marks, "the marks of the curve"),), self._one(pays, "what the curve pays")

    def _one(self, types: list[Type], what: str, otherwise: Type = UNKNOWN) -> Type:
        if not types:
            return otherwise
        found = self.inference.joined(types, what)
        return UNKNOWN if found == MISSING else found


def _key_names(table: Table) -> list[str]:
    return list(table.keys) if isinstance(table, LookupTable) else list(table.by) if isinstance(table, Grid) else []


def _kind(table: Table) -> str:
    return {TierTable: "a table of tiers", LookupTable: "a lookup table", Grid: "a grid", Curve: "a curve"}[type(table)]


def _reader(table: Table) -> str:
    readers = {
        TierTable: "whole(t, x) or marginal(t, a, b)",
        LookupTable: "lookup(t, k)",
        Grid: "lookup(t, a, b)",
        Curve: "curve(t, x)",
    }
    return f"Use {readers[type(table)]}."
