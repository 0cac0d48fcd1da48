"""The line of a component: what it pays, what shapes it, how it is rounded, and what of it is new in this period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlglot import exp

from attain.engine.frame import Frame, col, table
from attain.engine.stages import common, reward
from attain.engine.stages.credit import ORDER
from attain.engine.trace import clawbacks, sharing
from attain.engine.trace.arithmetic import Applied, Figure, Formula, Operation, Rounded
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Said, Step, Word
from attain.engine.trace.paying import Paying
from attain.engine.trace.reading import operand, read
from attain.engine.trace.spots import CreditSpot, PayeeSpot, Spot, every_answer, rows
from attain.kernel.errors import NotFound, Where
from attain.plans.expressions import Expr
from attain.plans.model import BudgetLimit, Component, Plan


class ComponentLine:
    """Builds the steps of one line of a component, as its own table has it."""

    def __init__(self, derivation: Derivation, plan: Plan, name: str, payee: str, source: str) -> None:
        self.derivation = derivation
        self.compilation = derivation.compilation
        self.plan = plan
        self.name = name
        self.said: Component = plan.components[name]
        self.table = self.compilation.name(self.compilation.index(plan), "component", name)
        found = rows(self.compilation, self.table, {"payee": payee, "source": source})
        if not found:
            raise NotFound(f"`{name}` has no line of {payee} for {source}.", code="trace.no-line")
        self.row: Mapping[str, Any] = found[0]
        self.spot = self._spot(payee, source)
        self.steps: list[Step] = []

    def _spot(self, payee: str, source: str) -> Spot:
        if self.said.each is not None:
            return CreditSpot(self.compilation, self.plan, self.said.each, source, payee)
        return PayeeSpot(
            self.compilation, self.plan, payee, self.said.per.kind if self.said.per else self.plan.period, source
        )

    def where(self, *path: str | int) -> Where:
        return self.derivation.where(self.plan, "components", self.name, *path)

    def stored(self, column: str) -> Fraction | None:
        top, below = self.row[column], self.row[f"{column}/"]
        return None if top is None or below is None else Fraction(int(top), int(below))

    def build(self) -> list[Step]:
        """All steps; the last one has the amount of the component's table."""
        if self.said.when is not None and self.row["kind"] != "clawback":
            found = read(self.derivation, self.spot, self.said.when)
            self.steps.append(
                found.as_step("when", self.where("when"), condition=Said(self.said.when, self.plan, condition=True))
            )
        if self.row["kind"] == "clawback" and isinstance(self.spot, CreditSpot):
            self.steps += clawbacks.steps(self.derivation, self.spot, self.name, self.row)
        elif self.said.pays in ("pool", "prizes") and isinstance(self.spot, PayeeSpot):
            self.steps += sharing.steps(self.derivation, self.spot, self.name)
        else:
            self.steps.append(Paying(self.derivation, self.spot, self.name).step())
            self._shape()
        self._settle_exact()
        self._round()
        self._change()
        self._budget()
        return self.steps

    @property
    def current(self) -> Figure:
        return self.steps[-1].result or Figure(None, "money")

    def add(self, kind: str, formula: Formula, where: Where, inside: tuple[Step, ...] = (), **words: Word) -> None:
        value = formula.worth()
        self.steps.append(Step(kind, words, formula, Figure(value, "money"), where, inside=inside))

    # -- shaping, in the order of the language --

    def _shape(self) -> None:
        for place, factor in enumerate(self.said.times):
            value, inside = operand(self.derivation, self.spot, factor, "factor", self.where("times", place))
            self.add("times", Operation("*", self.current, value), self.where("times", place), inside)
        if self.said.prorate is not None and isinstance(self.spot, PayeeSpot):
            active, days = self.spot.ask(lambda scope: [col("active_days"), col("days")])
            share = Operation("/", Operation("*", self.current, Figure(active)), Figure(days))
            self.add("prorate", share, self.where("prorate"))
        if self.said.gate is not None:
            self._gate(self.said.gate)
        if isinstance(self.said.limit, Expr):
            value, inside = operand(
                self.derivation, self.spot, self.said.limit, "limit.formula", self.where("limit"), "money"
            )
            before = self.current
            if isinstance(before.value, Fraction):
                kind = (
                    "limit.cut"
                    if isinstance(value.value, Fraction) and abs(before.value) > value.value
                    else "limit.below"
                )
                self.add(kind, Applied("limited", (before, value)), self.where("limit"), inside)
        if self.plan.policies.missing == "zero" and self.current.value is None:
            where = self.derivation.where(self.plan, "policies", "missing")
            self.steps.append(Step("missing_zero", {}, None, Figure(Fraction(0), "money"), where))

    def _gate(self, gate: Expr) -> None:
        found = read(self.derivation, self.spot, gate)
        met = found.result.value is True
        before = self.current
        words = {"condition": Said(gate, self.plan, condition=True)}
        inner = found.as_step("gate.condition", None)
        result = before if met else Figure(Fraction(0), "money")
        self.steps.append(
            Step("gate.met" if met else "gate.not_met", words, None, result, self.where("gate"), inside=(inner,))
        )

    def _settle_exact(self) -> None:
        """The last step must give what the component's table holds before rounding: its result is taken from there."""
        last = self.steps[-1]
        self.steps[-1] = replace(last, result=Figure(self.stored("exact"), "money"))

    # -- rounding --

    def _round(self) -> None:
        mode = self.derivation.mode(self.plan)
        places = reward.line_places(self.compilation, self.said)
        where = (
            self.derivation.where(self.plan, "policies", "rounding") if self.said.round is None else self.where("round")
        )
        if (
            self.said.each is not None
            and self.plan.policies.rounding is not None
            and self.plan.policies.rounding.scope == "running"
            and self.row["kind"] == "line"
        ):
            self._running(places, where)
            return
        exact = self.current.value
        if self.row["kind"] == "clawback" and isinstance(self.spot, CreditSpot):
            before, own, paid = clawbacks.taken_before(self.spot, self.name, self.row)
            if before or abs(own) > abs(paid):
                self._together(before, own, paid, places, where)
                return
        if isinstance(exact, Fraction) and (exact * 10**places).denominator == 1:
            return
        self.add("rounding", Rounded(self.current, places, mode), where)

    def _running(self, places: int, where: Where) -> None:
        """The rounded sum with this line minus the rounded sum without it."""
        key = {"payee": self.row["payee"], "period": self.row["period"]}
        found = {row["source"]: row for row in rows(self.compilation, self.table, {**key, "kind": "line"})}
        before = Fraction(0)
        for query in common.rounded_before(self.compilation, self.plan, self.name):
            for row in self.compilation.database.rows(query):
                if (row["payee"], row["period"]) == (key["payee"], key["period"]):
                    before += Fraction(int(row["exact"]), int(row["exact/"]))
        for row in [row for row in self._ordered() if row["@credit"] in found]:
            if row["@credit"] == self.row["source"]:
                break
            line = found[row["@credit"]]
            if line["exact"] is not None:
                before += Fraction(int(line["exact"]), int(line["exact/"]))
        mode = self.derivation.mode(self.plan)
        own, without = self.current, Figure(before, "money")
        together = Operation("+", without, own)
        if all(part.worth() == Rounded(part, places, mode).worth() for part in (without, together)):
            return
        both = [Rounded(part, places, mode) for part in (together, without)]
        results = [Figure(part.worth(), "money") for part in both]
        words: dict[str, Word] = {"period": str(self.row["period"])}
        kinds = ("rounding.with", "rounding.without")
        inside = tuple(Step(kind, words, part, found) for kind, part, found in zip(kinds, both, results, strict=True))
        self.add("rounding.running", Operation("-", results[0], results[1]), where, inside, **words)

    def _together(self, before: Fraction, own: Fraction, paid: Fraction, places: int, where: Where) -> None:
        """What the reversals of one original have taken with this one, minus that without it; at most its line."""
        mode = self.derivation.mode(self.plan)
        parts: list[Formula] = []
        for exact in (before + own, before):
            rounded = Rounded(Figure(exact, "money"), places, mode)
            worth = rounded.worth()
            beyond = isinstance(worth, Fraction) and (worth < -paid if paid >= 0 else worth > -paid)
            parts.append(Applied("limited", (rounded, Figure(abs(paid), "money"))) if beyond else rounded)
        results = [Figure(part.worth(), "money") for part in parts]
        kinds = ("rounding.taken.with", "rounding.taken.without")
        inside = tuple(Step(kind, {}, part, found) for kind, part, found in zip(kinds, parts, results, strict=True))
        self.add("rounding.taken", Operation("-", results[0], results[1]), where, inside)

    def _ordered(self) -> list[dict[str, Any]]:
        if not isinstance(self.spot, CreditSpot):
            return []
        found = self.compilation.database.rows(self.spot.of_payee())
        return sorted(found, key=lambda row: [row[column] for column in ORDER])

    # -- the change of an entitlement --

    def _change(self) -> None:
        """A `per` component over a longer window: due to date minus what the window's earlier periods have earned."""
        if self.said.per is None or not isinstance(self.spot, PayeeSpot):
            return
        over = self.said.over.kind if self.said.over is not None else self.said.per.kind
        last = self.row["credited_on"]
        window = None if over == "plan" else self.compilation.calendar.period(over, last)
        earlier = sorted(
            (row for row in self._earlier() if row["credited_on"] < last and row["amount"] is not None),
            key=lambda row: row["credited_on"],
        )
        inside = [row for row in earlier if window is None or window.start <= row["credited_on"]]
        if not inside and over == self.said.per.kind:
            return
        earned = sum(int(row["amount"]) for row in inside)
        formula = Operation("-", self.current, self.derivation.minor(earned))
        name = "plan" if window is None else window.id
        before = str(inside[-1]["source"]) if inside else ""
        self.add("change", formula, self.where("over"), window=name, before=before)

    def _earlier(self) -> Iterator[dict[str, Any]]:
        """The payee's lines of the component under this version and the ones before it."""
        versions = self.compilation.versions[: self.compilation.index(self.plan) + 1]
        for version in versions:
            said = version.components.get(self.name)
            if said is not None and said.per is not None:
                source = reward.component(self.compilation, version, self.name)
                yield from rows(self.compilation, source, {"payee": self.row["payee"]})

    # -- a budget for all payees --

    def _budget(self) -> None:
        """The running total of all payees' lines against the budget."""
        limit = self.said.limit
        if not isinstance(limit, BudgetLimit) or self.row["kind"] == "clawback":
            return
        frame = Frame(exp.select(exp.Star()).from_(table(f"{self.table}:budget"), copy=False))
        order = [col(column) for column in ("credited_on", "event", "rule", "level", "payee", "via", "source")]
        asked = [col(column) for column in ("source", "payee", "counted", "budget")]
        found = every_answer(self.compilation, frame, asked, order=order)
        spent_before = common.spent_before(self.compilation, self.plan, self.name)
        before = Fraction(int(self.compilation.database.value(f"SELECT {spent_before}")))
        total = Fraction(0)
        most = Fraction(0)
        for source, payee, amount, budget_value in found:
            own = amount if isinstance(amount, Fraction) else Fraction(0)
            most = budget_value if isinstance(budget_value, Fraction) else most
            if (source, payee) == (self.row["source"], self.row["payee"]):
                total = before + own
                break
            before += own
        spent, after = self.derivation.minor(before), self.derivation.minor(total)
        self._within(limit, spent, after, self.derivation.minor(most))

    def _within(self, limit: BudgetLimit, before: Figure, after: Figure, budget: Figure) -> None:
        where = self.where("limit")
        known = Step("budget.total", {}, Operation("+", before, self.current), after)
        if limit.crossing == "part":
            formula = Operation("-", Applied("least", (after, budget)), Applied("least", (before, budget)))
            self.add("budget.part", formula, where, (known,), budget=budget)
            return
        stays = before.value < budget.value if limit.crossing == "whole" else after.value <= budget.value  # type: ignore[operator]
        result = self.current if stays else Figure(Fraction(0), "money")
        words: dict[str, Word] = {"budget": budget, "before": before}
        kind = f"budget.{limit.crossing}.{'paid' if stays else 'not_paid'}"
        self.steps.append(Step(kind, words, None, result, where, inside=(known,)))
