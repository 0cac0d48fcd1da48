"""Whether a number of a plan is money, a percentage or a plain number: for showing it, never for calculating.

The document says most of it: `4%` is a percentage, a money column is money, an attainment is a percentage. What the
document leaves open is a plain number.
"""

from __future__ import annotations

from collections.abc import Iterable

from attain.engine.compilation import Compilation
from attain.engine.trace.arithmetic import Unit
from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.model import Curve, Grid, LookupTable, Measure, Plan, Table, TierTable
from attain.plans.parser import parse

_TRUTHS = (tree.Not, tree.Compare, tree.Logic, tree.Between, tree.Within, tree.IsMissing, tree.Truth)
_DAYS = ("add_days", "add_months")
_OF_FIRST = ("least", "greatest", "coalesce", "abs", "round", "previous", "sum", "min", "max")
_FIELDS: dict[str, Unit] = {
    "start": "day",
    "end": "day",
    "hired_on": "day",
    "left_on": "day",
    "date": "day",
    "share": "rate",
    "level": "number",
    "number": "number",
    "month": "number",
    "quarter": "number",
    "year": "number",
    "days": "number",
    "active_days": "number",
}


class Units:
    """The units of one plan's expressions. `fact` is the type whose columns are read bare, `credits` the credit set."""

    def __init__(
        self, compilation: Compilation, plan: Plan, credit_set: str | None = None, fact: str | None = None
    ) -> None:
        self.compilation = compilation
        self.plan = plan
        self.credit_set = credit_set
        self.fact = fact or (plan.credits[credit_set].from_ if credit_set else None)
        self._open: set[str] = set()

    def of(self, expression: Expr | None) -> Unit:
        match expression:
            case tree.Number(text=text):
                return "rate" if text.endswith("%") else "number"
            case tree.Text():
                return "text"
            case tree.Day():
                return "day"
            case tree.Name(parts=parts):
                return self.of_name(parts)
            case tree.Negative(value=inner):
                return self.of(inner)
            case tree.Calculation(operator=operator, left=left, right=right):
                return self._calculated(operator, self.of(left), self.of(right))
            case tree.Case(branches=branches, otherwise=otherwise):
                return self.common([*(value for _, value in branches), *([otherwise] if otherwise is not None else [])])
            case tree.Call():
                return self._called(expression)
        return "truth" if isinstance(expression, _TRUTHS) else "number"

    def common(self, expressions: Iterable[Expr]) -> Unit:
        """The one unit of values that are compared or added: a bare literal takes that of the others."""
        found = [self.of(expression) for expression in expressions]
        return next((unit for unit in found if unit != "number"), "number")

    def _calculated(self, operator: str, left: Unit, right: Unit) -> Unit:
        if operator in ("+", "-"):
            return left if left != "number" else right
        if operator == "*":
            return "money" if "money" in (left, right) else ("rate" if (left, right) == ("rate", "rate") else "number")
        return "number" if left == right else left

    def _called(self, call: tree.Call) -> Unit:
        if call.function in ("lookup", "whole", "marginal", "curve"):
            name = call.arguments[0]
            table = self.plan.tables.get(name.parts[0]) if isinstance(name, tree.Name) else None
            column = name.parts[1] if isinstance(name, tree.Name) and len(name.parts) > 1 else None
            if call.function == "marginal":
                return self.of(call.arguments[2])
            return "number" if table is None else self.of_table(table, column)
        if call.function in _DAYS:
            return "day"
        if call.function in ("least", "greatest", "coalesce"):
            return self.common(call.arguments)
        if call.function in _OF_FIRST and call.arguments:
            return self.of(call.arguments[0])
        return {"lower": "text", "starts_with": "truth"}.get(call.function, "number")  # type: ignore[return-value]

    def of_table(self, table: Table, column: str | None = None) -> Unit:
        """The unit of what a table gives."""
        match table:
            case TierTable(tiers=tiers):
                return "money" if table.column == "amount" else self.common(tier.result for tier in tiers)
            case Grid(values=values):
                return self.common(cell for row in values for cell in row)
            case Curve(segments=segments, points=points):
                return self.common([*(segment.pays for segment in segments), *(point.pays for point in points)])
            case LookupTable(rows=rows, keys=keys):
                if column == "amount":
                    return "money"
                cells = [
                    text for row in rows for name, text in row.items() if name not in keys and column in (None, name)
                ]
                return self.common([parse(text) for text in cells[:20]])
        return "number"

    def of_name(self, parts: tuple[str, ...]) -> Unit:
        first, plan = parts[0], self.plan
        if ".".join(parts) in self._open:
            return "number"
        self._open.add(".".join(parts))
        try:
            if len(parts) == 2 and first in ("person", "position", "period", "payee", "credit"):
                return self._field(first, parts[1])
            if first in plan.measures:
                return (
                    "rate"
                    if len(parts) > 1 and parts[1].startswith("attainment")
                    else self.of_measure(plan.measures[first])
                )
            if first in plan.parameters:
                said = plan.parameters[first]
                kinds: dict[str, Unit] = {"money": "money", "text": "text", "date": "day", "yes_no": "truth"}
                return kinds.get(said.type) or self.of(said.value)
            if first in plan.inputs:
                given = plan.inputs[first]
                bounds = [bound for bound in (given.min, given.max, given.missing) if isinstance(bound, Expr)]
                return {"money": "money", "yes_no": "truth"}.get(given.type) or self.common(bounds)  # type: ignore[return-value]
            if first in plan.values:
                value = plan.values[first]
                inner = self if value.each is None else Units(self.compilation, plan, value.each)
                inner._open = self._open
                return inner.of(value.formula)
            if first in plan.components:
                return "money"
            return self._column(parts)
        finally:
            self._open.discard(".".join(parts))

    def _field(self, first: str, name: str) -> Unit:
        if first == "credit" and self.credit_set is not None:
            amounts = self.plan.credits[self.credit_set].named_amounts
            formula = amounts.get(name) if name != "amount" or "amount" in amounts else next(iter(amounts.values()))
            if formula is not None:
                return self.of(formula)
        return _FIELDS.get(name, "text")

    def of_measure(self, measure: Measure) -> Unit:
        if measure.count is not None:
            return "number"
        inner = Units(self.compilation, self.plan, measure.credits)
        return inner.of(measure.of) if measure.of is not None else inner.of_name(("credit", measure.amount or "amount"))

    def _column(self, parts: tuple[str, ...]) -> Unit:
        fact = self.fact if len(parts) == 1 else parts[0]
        if fact is None or fact not in self.compilation.snapshot.facts:
            return "number"
        column = self.compilation.fact(fact).schema.columns.get(parts[-1])
        kind = column.type if column is not None else "number"
        kinds: dict[str, Unit] = {
            "money": "money",
            "rate": "rate",
            "date": "day",
            "yes_no": "truth",
            "text": "text",
            "payee": "text",
        }
        return kinds.get(kind, "number")
