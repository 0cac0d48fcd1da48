"""A payment: what is earned by component, what is released of it, guarantee, draw, what is carried, and the amount
in the currency of payment.

The steps follow docs/plan-language.md, "Settlement", in its order; every sum is worked out from the terms of the
payee's period.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attain.engine.trace.arithmetic import Applied, Figure, Formula, Operation, Rounded, total
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Name, Said, Source, Step, Term, Word
from attain.engine.trace.reading import read
from attain.engine.trace.spots import PayeeSpot, rows
from attain.kernel.money import currency
from attain.plans.expressions import Expr
from attain.plans.model import Plan

Row = Mapping[str, Any]
ZERO = Figure(Fraction(0), "money")


class Payment:
    """Builds the steps of one payment."""

    def __init__(self, derivation: Derivation, plan: Plan, row: Row) -> None:
        self.derivation = derivation
        self.plan = plan
        self.row = row
        self.payee, self.period = str(row["payee"]), str(row["pay_period"])
        compilation = derivation.compilation
        keys = {"payee": self.payee, "pay_period": self.period}
        # The terms are joined without renaming, so the payee and period of a row without terms are missing there.
        self.sums: Row = rows(compilation, compilation.name("sums"), keys)[0]
        self.spot = PayeeSpot(compilation, plan, self.payee, plan.period, self.period)

    def money(self, column: str) -> Figure:
        return self.derivation.minor(int(self.row[column]))

    def term(self, column: str) -> Figure | None:
        value = self.sums[column]
        return None if value is None else self.derivation.minor(int(value))

    def steps(self) -> list[Step]:
        found = [self.earned(), self.released()]
        released = self.money("released")
        guarantee = self.term("guarantee_amount")
        if guarantee is not None:
            found.append(self.guarantee(released, guarantee))
        draw = self.draw(self.derivation.minor(int(self.row["released"]) + int(self.row["guarantee"])))
        return [*found, *draw, *self.payable()]

    # -- earned and released --

    def earned(self) -> Step:
        """By component, from the lines of the period."""
        compilation = self.derivation.compilation
        lines = rows(compilation, compilation.name("booked"), {"payee": self.payee, "pay_period": self.period})
        by_component: dict[str, list[Row]] = {}
        for line in lines:
            by_component.setdefault(line["component"], []).append(line)
        parts = []
        for name, of_name in sorted(by_component.items()):
            listed = tuple(
                Step(
                    "payment.line" if line["kind"] == "line" else "payment.line.kind",
                    {"source": str(line["source"]), "kind": Term(f"kind.{line['kind']}")},
                    None,
                    self.derivation.minor(int(line["amount"])),
                )
                for line in sorted(
                    of_name, key=lambda line: (str(line["credited_on"]), str(line["source"]), str(line["kind"]))
                )
            )
            figures = [step.result for step in listed if step.result is not None]
            amount = self.derivation.minor(sum(int(line["amount"]) for line in of_name))
            words: dict[str, Word] = {"name": self.derivation.component(name), "count": str(len(of_name))}
            parts.append(
                Step("payment.component", words, total(figures) if len(figures) > 1 else None, amount, inside=listed)
            )
        figures = [part.result for part in parts if part.result is not None and part.result.value]
        return Step(
            "payment.earned", {}, total(figures) if figures else None, self.money("earned"), inside=tuple(parts)
        )

    def released(self) -> Step:
        """Parts that become payable in the period; and what waits."""
        compilation = self.derivation.compilation
        found = [
            item
            for item in rows(compilation, compilation.name("releases"), {"payee": self.payee})
            if item["state"] == "released" and item["pay_period"] == self.period
        ]
        by_component: dict[str, int] = {}
        for item in found:
            by_component[item["component"]] = by_component.get(item["component"], 0) + int(item["amount"])
        parts = tuple(
            Step(
                "payment.released.component",
                {"name": self.derivation.component(name)},
                None,
                self.derivation.minor(amount),
            )
            for name, amount in sorted(by_component.items())
        )
        figures = [part.result for part in parts if part.result is not None and part.result.value]
        return Step("payment.released", {}, total(figures) if figures else None, self.money("released"), inside=parts)

    # -- guarantee and draw --

    def _amount(self, kind: str, formula: Expr, path: tuple[str, ...], prorated: bool, shown: Figure) -> Step:
        found = read(self.derivation, self.spot, formula, "money")
        value: Formula = found.formula
        if prorated:
            active, days = self.spot.ask(_days)
            value = Operation("/", Operation("*", found.result, Figure(active)), Figure(days))
        worth = value.worth()
        if isinstance(worth, Fraction) and worth < 0:
            value = Applied("greatest", (value, ZERO))
        if value.worth() != shown.value:
            value = Rounded(value, self.derivation.places)
        where = self.derivation.where(self.plan, "settlement", *path)
        return Step(kind, {}, None if isinstance(value, Figure) else value, shown, where, inside=found.steps)

    def _while(self, condition: Expr | None, *path: str) -> tuple[Step, ...]:
        if condition is None:
            return ()
        found = read(self.derivation, self.spot, condition)
        where = self.derivation.where(self.plan, "settlement", *path, "while")
        return (found.as_step("payment.while", where, condition=Said(condition, self.plan, condition=True)),)

    def guarantee(self, released: Figure, amount: Figure) -> Step:
        said = self.plan.settlement.guarantee
        where = self.derivation.where(self.plan, "settlement", "guarantee")
        inside: tuple[Step, ...] = ()
        if said is not None:
            step = self._amount(
                "payment.guarantee.amount", said.amount, ("guarantee", "amount"), said.prorate is not None, amount
            )
            inside = (step, *self._while(said.while_, "guarantee"))
        formula = Applied("greatest", (Operation("-", amount, released), ZERO))
        return Step("payment.guarantee", {}, formula, self.money("guarantee"), where, inside=inside)

    def draw(self, earned: Figure) -> list[Step]:
        """What is paid in advance of earnings, what is recovered of it, and what stays open."""
        said = self.plan.settlement.draw
        brought, source = self._brought("draw_balance", "draw.balance")
        found: list[Step] = []
        if said is None:
            return found
        where = self.derivation.where(self.plan, "settlement", "draw")
        amount = self.term("draw_amount")
        if amount is not None:
            step = self._amount(
                "payment.draw.amount", said.amount, ("draw", "amount"), said.prorate is not None, amount
            )
            inside = (step, *self._while(said.while_, "draw"))
            formula: Formula = (
                Applied("greatest", (Operation("-", amount, earned), ZERO)) if said.pays == "top_up" else amount
            )
            found.append(Step(f"payment.draw.{said.pays}", {}, formula, self.money("draw_paid"), where, inside=inside))
        paid, recovered = self.money("draw_paid"), self.money("draw_recovered")
        before = (Step("payment.draw.brought", {}, None, brought, source=source),) if brought.value else ()
        recovery = self._recovery(earned, paid, brought)
        if recovery is not None:
            kind, formula = recovery
            found.append(
                Step(
                    kind,
                    {},
                    formula,
                    recovered,
                    self.derivation.where(self.plan, "settlement", "draw", "recover"),
                    inside=before,
                )
            )
        if said.pays == "in_advance" or said.recover is not None:
            balance = Operation("-", Operation("+", brought, paid), recovered)
            found.append(
                Step(
                    "payment.draw.balance",
                    {},
                    balance,
                    self.money("draw_balance"),
                    inside=() if recovery is not None else before,
                )
            )
        return found

    def _recovery(self, earned: Figure, paid: Figure, brought: Figure) -> tuple[str, Formula] | None:
        said = self.plan.settlement.draw
        if said is None:
            return None
        if said.pays == "in_advance":
            return "payment.draw.covered", Applied(
                "greatest", (Applied("least", (earned, Operation("+", paid, brought))), ZERO)
            )
        if said.recover is None or self.sums["ordinal"] is None or int(self.sums["ordinal"]) < said.recover.from_:
            return None
        if self.sums["recover_share"] is None or self.sums["recover_keeps"] is None:
            return None  # nothing is taken back, as the exceptions say
        share = Figure(Fraction(int(self.sums["recover_share"]), int(self.sums["recover_over"])), "rate")
        keeps = self.derivation.minor(int(self.sums["recover_keeps"] or 0))
        above: Formula = (
            Applied("greatest", (Operation("-", earned, keeps), ZERO))
            if keeps.value
            else Applied("greatest", (earned, ZERO))
        )
        taken: Formula = above if share.value == 1 else Rounded(Operation("*", above, share), self.derivation.places)
        return "payment.draw.recovered", Applied("least", (brought, taken))

    def _brought(self, column: str, balance: str) -> tuple[Figure, Source | None]:
        """The balance of the payee's period before: of this run, or of the last closed one."""
        compilation = self.derivation.compilation
        settled = rows(compilation, compilation.name("settled"), {"payee": self.payee})
        earlier = [row for row in settled if row["place"] < self.sums["place"]]
        if earlier:
            return self.derivation.minor(int(max(earlier, key=lambda row: int(row["place"]))[column])), None
        balances = [row for row in compilation.snapshot.rows("ledger_balances") if row["plan"] == compilation.id]
        last = max((row["pay_period"] for row in balances), default=None)
        own = [row for row in balances if (row["pay_period"], row["payee"], row["name"]) == (last, self.payee, balance)]
        amount = sum(int(row["amount"]) for row in own)
        return self.derivation.minor(amount), Source(
            "ledger_balances", f"{self.payee}/{balance}/{last}"
        ) if own else None

    # -- payable and paid --

    def payable(self) -> list[Step]:
        """Everything together; below zero as the policy says; then into the currency of payment."""
        draw = self.plan.settlement.draw
        parts: list[tuple[str, str]] = [("+", "released")]
        parts += [("+", "guarantee")] if self.row["guarantee"] else []
        parts += [("+", "draw_paid")] if self.row["draw_paid"] and (draw is None or draw.pays != "in_advance") else []
        parts += [("-", "draw_recovered")] if self.row["draw_recovered"] else []
        carried = self.money("carried_in")
        formula: Formula = carried if carried.value else self.money("released")
        for sign, column in parts if carried.value else parts[1:]:
            formula = Operation(sign, formula, self.money(column))
        _, source = self._brought("carried_out", "carried")
        before = (Step("payment.carried_in", {}, None, carried, source=source),) if carried.value else ()
        found = []
        if self.row["carried_out"]:
            where = self.derivation.where(self.plan, "policies", "negative_pay")
            found.append(Step("payment.carried_out", {}, formula, self.money("carried_out"), where, inside=before))
            found.append(Step("payment.payable.nothing", {}, None, self.money("payable")))
        else:
            found.append(Step("payment.payable", {}, formula, self.money("payable"), inside=before))
        if self.row["pay_currency"] != self.plan.currency:
            found.append(self.converted())
        return found

    def converted(self) -> Step:
        code = str(self.row["pay_currency"])
        places = currency(code).places
        paid = None if self.row["paid"] is None else Fraction(int(self.row["paid"]), 10**places)
        rate = Figure(None if self.row["pay_rate"] is None else Fraction(int(self.row["pay_rate"]), 10**12))
        said = self.plan.settlement.pay_in
        words: dict[str, Word] = {
            "kind": Name(said.rate if said is not None else ""),
            "base": self.plan.currency,
            "quote": code,
        }
        formula = Rounded(Operation("*", self.money("payable"), rate), places)
        return Step(
            "payment.converted",
            words,
            formula,
            Figure(paid, "money", code),
            self.derivation.where(self.plan, "settlement", "pay_in"),
        )


def _days(scope: object) -> list[Any]:
    from attain.engine.frame import col

    return [col("active_days"), col("days")]
