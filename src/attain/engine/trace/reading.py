"""From an expression of the plan to a sum in numbers, with a step for every name that it reads.

Names and tables are asked from the database at the spot; what stands between them is kept as signs. A function
inside a longer sum gets a step of its own, so that its result can be written down before going on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attain.engine.trace import tables
from attain.engine.trace.arithmetic import Applied, Figure, Formula, Operation, Rounded, Scalar, Unit
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Name, Said, Step
from attain.engine.trace.spots import Spot
from attain.kernel.errors import Where
from attain.plans import expressions as tree
from attain.plans.expressions import Expr

_TABLES = ("lookup", "whole", "marginal", "curve")
_ASKED = ("previous", "sum", "count", "min", "max")
_WORKED = ("least", "greatest", "abs", "coalesce")


@dataclass(frozen=True)
class Read:
    """A formula in numbers, what it gives, and the steps that say where its numbers come from."""

    formula: Formula
    result: Figure
    steps: tuple[Step, ...]

    def as_step(self, kind: str, where: Where | None = None, **words: Any) -> Step:
        formula = None if isinstance(self.formula, Figure) else self.formula
        return Step(kind, words, formula, self.result, where, inside=self.steps)


def read(derivation: Derivation, spot: Spot, expression: Expr, unit: Unit | None = None) -> Read:
    """The expression in the numbers of the spot. `unit` is what it counts, where the place tells more than the text."""
    reader = _Reader(derivation, spot, expression)
    known = reader.units.of(expression)
    wanted = unit if unit is not None and known == "number" else known
    formula = reader.build(expression, wanted, inside=False)
    return Read(formula, figure(reader.known[expression], wanted), tuple(reader.steps))


def operand(
    derivation: Derivation, spot: Spot, expression: Expr, kind: str, where: Where | None, unit: Unit | None = None
) -> tuple[Figure, tuple[Step, ...]]:
    """A number that stands in a sum: a literal as it is, a name with its step, anything else worked out in a step."""
    found = read(derivation, spot, expression, unit)
    if isinstance(found.formula, Figure):
        return found.result, found.steps
    return found.result, (found.as_step(kind, where),)


class _Reader:
    def __init__(self, derivation: Derivation, spot: Spot, expression: Expr) -> None:
        self.derivation = derivation
        self.spot = spot
        self.units = derivation.units(spot)
        self.steps: list[Step] = []
        asked = list(dict.fromkeys([expression, *_to_ask(expression)]))
        self.known: dict[Expr, Scalar] = dict(zip(asked, spot.values(asked), strict=True))

    def build(self, node: Expr, unit: Unit | None, *, inside: bool) -> Formula:
        found = _BUILDERS.get(type(node))
        if found is not None:
            return found(self, node, unit)
        match node:
            case tree.Call():
                return self.call(node, unit, inside)
            case tree.Case(branches=branches, otherwise=otherwise):
                return self.case(branches, otherwise, unit)
        return self.condition(node)

    def number(self, node: tree.Number, unit: Unit | None) -> Formula:
        own = self.units.of(node)
        return Figure(node.value, unit if own == "number" and unit in ("money", "rate") else own)

    def name(self, node: tree.Name, unit: Unit | None) -> Formula:
        from attain.engine.trace import names

        value = self.known[node]
        step = names.named(self.derivation, self.spot, node.parts, value)
        if step is not None:
            self.steps.append(step)
        own = self.units.of(node)
        return figure(value, unit if own == "number" and unit is not None else own)

    def calculation(self, node: tree.Calculation, unit: Unit | None) -> Formula:
        alike = unit if node.operator in ("+", "-") else None
        if node.operator in ("+", "-") and alike in (None, "number"):
            alike = self.units.of(node)
        return Operation(
            node.operator, self.build(node.left, alike, inside=True), self.build(node.right, alike, inside=True)
        )

    def negative(self, node: tree.Negative, unit: Unit | None) -> Formula:
        inner = self.build(node.value, unit, inside=True)
        if isinstance(node.value, tree.Number) and isinstance(inner, Figure):
            return Figure(-node.value.value, inner.unit)
        return Applied("negative", (inner,))

    def call(self, node: tree.Call, unit: Unit | None, inside: bool) -> Formula:
        if node.function in _TABLES:
            step = tables.called(self.derivation, self.spot, node, self.known[node])
            self.steps.append(step)
            return step.result if step.result is not None else Figure(None)
        if node.function in _ASKED:
            from attain.engine.trace import names

            self.steps.append(names.asked(self.derivation, self.spot, node, self.known[node]))
            return figure(self.known[node], self.units.of(node))
        formula = self._worked(node, unit)
        if not inside or isinstance(formula, Figure):
            return formula
        result = figure(formula.worth(), unit or self.units.of(node))
        self.steps.append(Step("part", {"words": Said(node, self.spot.plan)}, formula, result))
        return result

    def _worked(self, node: tree.Call, unit: Unit | None) -> Formula:
        """A function, each of its parts being one number."""
        if node.function == "round" and isinstance(node.arguments[1], tree.Number):
            return Rounded(self.part(node.arguments[0], unit), int(node.arguments[1].value))
        if node.function in _WORKED:
            alike = unit if unit not in (None, "number") else self.units.common(node.arguments)
            return Applied(node.function, tuple(self.part(argument, alike) for argument in node.arguments))
        return Applied(node.function, tuple(self.part(argument, None) for argument in node.arguments), self.known[node])

    def part(self, node: Expr, unit: Unit | None) -> Formula:
        formula = self.build(node, unit, inside=True)
        if isinstance(formula, Figure):
            return formula
        result = figure(formula.worth(), unit or self.units.of(node))
        self.steps.append(Step("part", {"words": Said(node, self.spot.plan)}, formula, result))
        return result

    def case(self, branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr | None, unit: Unit | None) -> Formula:
        """The value of the first condition that is met, and a step for each that was looked at."""
        for test, value in branches:
            formula = self.build(test, None, inside=True)
            met = formula.worth() is True
            words = {"condition": Said(test, self.spot.plan, condition=True)}
            shown = None if isinstance(formula, Figure) else formula
            self.steps.append(
                Step("case.met" if met else "case.not_met", words, shown, figure(formula.worth(), "truth"))
            )
            if met:
                return self.part(value, unit)
        return Figure(None) if otherwise is None else self.part(otherwise, unit)

    def condition(self, node: Expr) -> Formula:
        match node:
            case tree.Not(value=inner):
                return Applied("not", (self.build(inner, None, inside=True),))
            case tree.Compare(operator=operator, left=left, right=right):
                alike = self.units.common([left, right])
                return Operation(operator, self.build(left, alike, inside=True), self.build(right, alike, inside=True))
            case tree.Logic(operator=operator, left=left, right=right):
                return Operation(operator, self.build(left, None, inside=True), self.build(right, None, inside=True))
            case tree.Between(value=value, low=low, high=high, negated=negated):
                alike = self.units.common([value, low, high])
                found = Applied("between", tuple(self.build(part, alike, inside=True) for part in (value, low, high)))
                return Applied("not", (found,)) if negated else found
            case tree.Within(value=value, options=options, negated=negated):
                alike = self.units.common([value, *options])
                found = Applied("one_of", tuple(self.build(part, alike, inside=True) for part in (value, *options)))
                return Applied("not", (found,)) if negated else found
            case tree.IsMissing(value=value, negated=negated):
                return Applied("given" if negated else "missing", (self.build(value, None, inside=True),))
        raise TypeError(f"{node!r} has no formula.")


def _to_ask(node: Expr) -> list[Expr]:
    """Names, and calls that are looked up; not the name of a table."""
    match node:
        case tree.Name():
            return [node]
        case tree.Call(function=function, arguments=arguments):
            own: list[Expr] = [] if function in _WORKED or function == "round" else [node]
            if function == "previous" or function in _ASKED:
                return own
            inner = arguments[1:] if function in _TABLES else arguments
            return own + [found for argument in inner for found in _to_ask(argument)]
    return [found for part in tree.inside(node) for found in _to_ask(part)]


_BUILDERS: dict[type[Expr], Callable[..., Formula]] = {
    tree.Number: _Reader.number,
    tree.Text: lambda reader, node, unit: Figure(node.value, "text"),
    tree.Day: lambda reader, node, unit: Figure(node.value, "day"),
    tree.Truth: lambda reader, node, unit: Figure(node.value, "truth"),
    tree.Missing: lambda reader, node, unit: Figure(None),
    tree.Name: _Reader.name,
    tree.Calculation: _Reader.calculation,
    tree.Negative: _Reader.negative,
}

__all__ = ["Name", "Read", "operand", "read"]
