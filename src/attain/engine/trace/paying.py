"""What a component pays on one row by its table or formula, before anything shapes it: a step for each way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine import tables as rates
from attain.engine.formulas import Scope, Sql
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col
from attain.engine.stages import measure as measures
from attain.engine.stages import worth
from attain.engine.trace import tables
from attain.engine.trace.arithmetic import Figure, Formula, Operation, total
from attain.engine.trace.curves import curve_step
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Step, Term, Word
from attain.engine.trace.lookups import grid_step, lookup_step
from attain.engine.trace.names import named
from attain.engine.trace.reading import operand, read
from attain.engine.trace.spots import CreditSpot, Spot, where
from attain.kernel.errors import Where
from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.model import Component, Curve, Grid, LookupTable, Plan, TierTable
from attain.plans.tabling import result_columns
from attain.plans.vantage import running_of

Steps = tuple[Step, ...]


class Paying:
    """A component at a row."""

    def __init__(self, derivation: Derivation, spot: Spot, name: str) -> None:
        self.derivation = derivation
        self.spot = spot
        self.plan: Plan = spot.plan
        self.name = name
        self.said: Component = spot.plan.components[name]
        self.path: tables.Path = ("components", name) if self.said.table is None else ("tables", self.said.table)
        self.where = derivation.where(self.plan, "components", name)

    def step(self) -> Step:
        """The step that gives the exact amount, with all that it reads."""
        found = _WAYS[self.said.pays](self)
        words = {"pays": Term(f"pays.{self.said.pays}"), **found.words}
        return replace(found, words=words, where=found.where or self.where)

    def exact(self) -> Fraction | None:
        """The amount as the component's own query has it."""
        if self.said.retroactive and worth.running_measure(self.plan, self.said):
            return None
        (value,) = self.spot.ask(lambda scope: [worth.exact_value(self.plan, self.said, scope)])
        return value if isinstance(value, Fraction) else None

    def place(self, *path: str | int) -> Where:
        return self.derivation.where(self.plan, "components", self.name, *path)

    def paid(self, formula: Formula | None, inside: Steps, **words: Word) -> Step:
        shown = None if isinstance(formula, Figure) else formula
        value = self.exact()
        return Step("pay", words, shown, Figure(value, "money"), inside=inside)

    def base(self) -> tuple[Figure, Steps]:
        """`of`: what a rate is applied to."""
        if self.said.of is not None:
            return operand(self.derivation, self.spot, self.said.of, "of", self.place("of"))
        if isinstance(self.spot, CreditSpot):
            return figure(
                self.spot.number(tree.Name(("credit", "amount"))),
                self.derivation.units(self.spot).of_name(("credit", "amount")),
            ), ()
        return Figure(Fraction(1)), ()

    # -- ways of paying --

    def percent(self) -> Step:
        rate, first = operand(self.derivation, self.spot, _some(self.said.rate), "rate", self.place("rate"))
        base, second = self.base()
        return self.paid(Operation("*", base, rate), (*second, *first))

    def per_unit(self) -> Step:
        amount, first = operand(
            self.derivation, self.spot, _some(self.said.amount), "amount", self.place("amount"), "money"
        )
        base, second = self.base()
        return self.paid(Operation("*", base, amount), (*second, *first))

    def fixed(self) -> Step:
        found = read(self.derivation, self.spot, _some(self.said.amount), "money")
        return self.paid(found.formula, found.steps)

    def formula(self) -> Step:
        found = read(self.derivation, self.spot, _some(self.said.formula), "money")
        return self.paid(found.formula, found.steps)

    def marginal(self) -> Step:
        tiers = worth.table_of(self.plan, self.said)
        if not isinstance(tiers, TierTable):
            raise TypeError(tiers)

        def operands(scope: Scope) -> tuple[Num, Num, Num | None]:
            return worth.marginal_operands(self.plan, self.said, scope)  # type: ignore[arg-type]

        by = self.by()
        unit = by[0].unit if by[0].unit != "rate" or not self.running_attainment else "money"
        slices = tables.slice_steps(self.derivation, self.spot, tiers, self.path, operands, unit)
        formula: Formula = total([step.result for step in slices if step.result is not None])
        more: list[Step] = []

        def question(scope: Scope) -> list[Sql | None]:
            _, _, quota = operands(scope)
            return [worth.marginal_times(self.plan, self.said, tiers, quota, scope), quota]  # type: ignore[arg-type]

        times, quota = self.spot.ask(question)
        if times != 1:
            base, of_steps = self.base()
            more += of_steps
            formula = Operation("*", formula, base)
            if quota is not None and tiers.column != "amount":
                formula = Operation("/", formula, Figure(quota, unit))
        return self.paid(formula, (*slices, *by[1], *more))

    def whole(self) -> Step:
        tiers = worth.table_of(self.plan, self.said)
        if not isinstance(tiers, TierTable):
            raise TypeError(tiers)
        if self.said.retroactive and isinstance(self.spot, CreditSpot) and worth.running_measure(self.plan, self.said):
            from attain.engine.trace.retroactive import retroactive

            return retroactive(self, self.spot, tiers)
        value, steps = self.by()
        tier = tables.tier_step(self.derivation, self.spot, tiers, self.path, self.at_position, value)
        result = tier.result or Figure(None)
        if tiers.column == "amount":
            return self.paid(result, (tier, *steps))
        base, more = self.base()
        return self.paid(Operation("*", base, result), (tier, *steps, *more))

    def curve(self) -> Step:
        curve = worth.table_of(self.plan, self.said)
        if not isinstance(curve, Curve):
            raise TypeError(curve)

        def value(scope: Scope) -> Num:
            found, unit = self.at_position(scope)
            return found if unit is None else scope.pin(frac.positive_quotient(found, unit))

        shown, steps = self.by()
        step = curve_step(self.derivation, self.spot, curve, self.path, value, shown)
        base, more = self.base()
        return self.paid(Operation("*", base, step.result or Figure(None)), (step, *steps, *more))

    def lookup(self) -> Step:
        """The row by its keys; an amount is paid as it is, anything else times `of`."""
        table = worth.table_of(self.plan, self.said)
        by = self.said.by or ()
        read_keys = [self.key(key, "by" if len(by) == 1 else "key") for key in by]
        keys, steps = [key for key, _ in read_keys], tuple(step for _, inner in read_keys for step in inner)

        def question(scope: Scope) -> list[Sql]:
            return worth.lookup_keys(self.plan, self.said, scope)  # type: ignore[arg-type]

        if isinstance(table, Grid):
            step = grid_step(self.derivation, self.spot, table, self.path, question, keys)
        elif isinstance(table, TierTable):
            step = tables.tier_step(self.derivation, self.spot, table, self.path, self.at_position, keys[0])
        elif isinstance(table, LookupTable):
            columns = result_columns(table)
            column = self._column(table, columns, question)
            step = lookup_step(self.derivation, self.spot, table, self.path, question, keys, column)
            if column == "amount":
                return self.paid(step.result, (step, *steps))
        else:
            raise TypeError(table)
        base, more = self.base()
        return self.paid(Operation("*", base, step.result or Figure(None)), (step, *steps, *more))

    def _column(self, table: LookupTable, columns: list[str], question: Callable[[Scope], list[Sql]]) -> str | None:
        """`amount` where the row has one, else the other result column."""
        if "amount" not in columns:
            return None
        (paid,) = self.spot.ask(lambda scope: [rates.lookup(table, question(scope), scope, "amount")])
        other = next((column for column in columns if column != "amount"), None)
        return "amount" if paid is not None or other is None else other

    # -- by --

    @property
    def running_attainment(self) -> bool:
        running = worth.running_measure(self.plan, self.said)
        return running is not None and running[1]

    def at_position(self, scope: Scope) -> tuple[Num, Num | None]:
        return worth._at_position(self.plan, self.said, scope)  # type: ignore[arg-type]

    def by(self) -> tuple[Figure, Steps]:
        """The value that chooses the rate, and where it comes from."""
        return self.key(_some((self.said.by or (None,))[0]), "by")

    def key(self, by: Expr, kind: str) -> tuple[Figure, Steps]:
        """A measure of the credit's own set is read where the policy `position` says; anything else as it stands."""
        meant = running_of(self.plan, by)
        if meant is None or not isinstance(self.spot, CreditSpot) or not self._is_own(meant.measure):
            return operand(self.derivation, self.spot, by, kind, self.place("by"))
        position = self.said.position or self.plan.policies.position or "after"
        field = "after" if self.said.pays == "marginal" else position
        asked = (meant.measure, f"attainment_{field}" if meant.field == "attainment" else field)
        value = self.spot.value(tree.Name(asked))
        step = named(self.derivation, self.spot, asked, value)
        return figure(value, self.derivation.units(self.spot).of_name(asked)), () if step is None else (step,)

    def _is_own(self, measure: str) -> bool:
        return self.plan.measures[measure].credits == self.said.each


def _some(expression: Expr | None) -> Expr:
    if expression is None:
        raise TypeError("The plan leaves out what its kind needs.")
    return expression


def window_frame(spot: CreditSpot, measure: str) -> tuple[Frame, exp.Expr]:
    """All credits in the measure's window that holds this one, and the condition that chooses this one."""
    subject, window = spot.ask(lambda scope: [col(f"{measure}.s"), col(f"{measure}.w")])
    source = measures.measured(spot.compilation, spot.plan, spot.credit_set).table
    frame = Frame(where(source, {f"{measure}.s": subject, f"{measure}.w": window}))
    keep = exp.and_(
        exp.EQ(this=col("@credit"), expression=exp.Literal.string(spot.credit)),
        exp.EQ(this=col("@payee"), expression=exp.Literal.string(spot.payee)),
    )
    return frame, keep


_WAYS: dict[str, Callable[[Paying], Step]] = {
    "percent": Paying.percent,
    "per_unit": Paying.per_unit,
    "fixed": Paying.fixed,
    "formula": Paying.formula,
    "marginal": Paying.marginal,
    "whole": Paying.whole,
    "curve": Paying.curve,
    "lookup": Paying.lookup,
}

__all__ = ["Paying", "window_frame"]
