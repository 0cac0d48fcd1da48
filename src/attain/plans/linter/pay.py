"""What is paid twice, and what may cost any amount."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from attain.kernel.errors import Finding
from attain.plans.expressions import Expr, names_in
from attain.plans.linter.cliffs import base
from attain.plans.linter.ranges import same_deal, told
from attain.plans.linter.rules import QUOTA, PlanRule, Reading, TableUse
from attain.plans.model import Component, CreditRule, CreditSet, Curve, TierTable
from attain.plans.shapes import adds_up, bends_of, steps_of


class PaidTwice(PlanRule):
    """Two components that pay a percentage of the same deal add up. Often that is meant; it should be known."""

    code = "plan.paid-twice"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        paying = [(name, item) for name, item in reading.plan.components.items() if _is_percentage(reading, item)]
        for (first, one), (second, other) in combinations(paying, 2):
            if _source(reading, one) != _source(reading, other):
                continue
            deal = same_deal(reading, one, other)
            if deal is None:
                continue
            example = told(deal)
            yield self.finding(
                reading,
                ("components", second),
                f"{first} and {second} both pay a percentage of the same deal.",
                witness=f"a deal{f' with {example}' if example else ' of 1000.00'} is paid by {first} and by {second}",
                hint="If only one shall pay, let their `when` exclude each other.",
            )


def _source(reading: Reading, component: Component) -> str:
    return (
        reading.plan.credits[component.each].from_ if component.each in reading.plan.credits and component.each else ""
    )


def _is_percentage(reading: Reading, component: Component) -> bool:
    if component.each not in reading.plan.credits or component.pays not in ("percent", "marginal", "whole", "curve"):
        return False
    return component.of is None or reading.driver(component.of, component.each).kind == "credit"


class CreditedTwice(PlanRule):
    """One payee may stand on several paths of the same event: as manager of two sellers, or as seller and specialist.
    `once_per: payee` gives one credit; without it the paths add up."""

    code = "plan.credited-twice"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for name, source in reading.plan.credits.items():
            if source.once_per is not None:
                continue
            direct = [rule for rule in source.to if rule.is_direct]
            several = len(direct) > 1 or any(rule.related for rule in direct)
            for number, rule in enumerate(source.to):
                witness = self._witness(source, rule, direct, several)
                if witness is not None and not _asks_payee(rule):
                    yield self.finding(
                        reading,
                        ("credits", name, "to", number),
                        f"The rule `who: {rule.who}` of {name} may credit a payee who is credited for the same "
                        f"event already.",
                        witness=witness,
                        hint="Add `once_per: payee` to the credit set, or exclude the case in the rule's `when`.",
                        level="warning" if rule.who == "manager" else "note",
                    )

    def _witness(self, source: CreditSet, rule: CreditRule, direct: list[CreditRule], several: bool) -> str | None:
        if rule.who == "manager" and several:
            return (
                "a deal that two reports of one manager share credits the manager twice: "
                "1000.00 with 50% and 50% counts as two roll-ups"
            )
        if rule.relationship is not None and direct:
            return f"a deal of 1000.00 whose {direct[0].who} is also its {rule.relationship} credits that payee twice"
        if rule.who == "manager" and any(other.relationship for other in source.to):
            return "a deal whose overlay recipient is also the manager of its owner credits that payee twice"
        return None


def _asks_payee(rule: CreditRule) -> bool:
    return rule.when is not None and any(name.parts[0] == "payee" for name in names_in(rule.when))


class CreditShares(PlanRule):
    """Literal shares of direct recipients that do not sum to 100 % count a deal more or less than once; `rest` cannot
    be negative."""

    code = "plan.credit-shares"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for name, source in reading.plan.credits.items():
            direct = [rule for rule in source.to if rule.is_direct and rule.when is None]
            shares = [self._share(reading, rule) for rule in direct]
            known = sum((share for share in shares if share is not None), Fraction(0))
            has_rest = any(rule.share == "rest" for rule in source.to)
            path = ("credits", name, "to")
            if has_rest and known > 1:
                yield self.finding(
                    reading,
                    path,
                    f"The direct shares of {name} exceed 100 %, so nothing is left for `rest`.",
                    level="error",
                    witness=f"a deal of 1000.00 leaves {reading.money((1 - known) * 1000)} for the rest",
                    hint="Lower the other shares.",
                )
            elif not has_rest and None not in shares and known != 1 and direct:
                yield self.finding(
                    reading,
                    path,
                    f"The direct shares of {name} sum to {reading.shown(known, 'attainment')}.",
                    witness=f"a deal of 1000.00 counts {reading.money(known * 1000)}",
                    hint="Keep it when double credit is meant; otherwise give one recipient `share: rest`.",
                )

    def _share(self, reading: Reading, rule: CreditRule) -> Fraction | None:
        if rule.share is None:
            return Fraction(1)
        return None if rule.share == "rest" else reading.constants.number(rule.share[0])


class Unbounded(PlanRule):
    """An open table that goes on paying, without a limit of the component or a cap of the plan, has no most. One very
    large deal then pays any amount; worth a note where the rate rises."""

    code = "plan.unbounded"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            component = use.component
            if component is None or component.limit is not None or reading.has_pay_cap:
                continue
            found = self._tiers(reading, use) if isinstance(use.table, TierTable) else self._curve(reading, use)
            if found is not None:
                place, witness = found
                yield self.finding(
                    reading,
                    (*use.table_path, *place),
                    f"{use.name} has no most: its last stretch is open and nothing caps it.",
                    witness=witness,
                    hint="Give the component a `limit`, or the settlement a `cap`, if pay shall end somewhere.",
                )

    def _tiers(self, reading: Reading, use: TableUse) -> tuple[tuple[str | int, ...], str] | None:
        steps = steps_of(use.table, reading.constants) if isinstance(use.table, TierTable) else None
        if not steps or len(steps) < 2 or steps[-1].upper is not None or steps[-1].result <= steps[0].result:
            return None
        if use.mode == "whole" and not use.grows:
            return None
        factor = base(reading, use) if use.column in ("factor", "amount") else Fraction(1)
        attained = use.driver.unit == "attainment"
        value = Fraction(10) if attained else steps[-1].lower * 10
        pay = adds_up(steps, value, column=use.column) if use.mode == "marginal" else steps[-1].result * value
        if factor is None:
            return (
                "tiers",
                len(steps) - 1,
            ), f"{reading.shown(value, use.driver.unit)} pays {reading.shown(pay, 'attainment')} of the base"
        if attained and use.column in ("rate", "per_unit"):
            amount = reading.money(pay * QUOTA)
            return ("tiers", len(steps) - 1), f"an attainment of 1000% pays {amount} with a quota of 100000.00"
        return ("tiers", len(steps) - 1), f"{reading.shown(value, use.driver.unit)} pays {reading.money(pay * factor)}"

    def _curve(self, reading: Reading, use: TableUse) -> tuple[tuple[str | int, ...], str] | None:
        bends = bends_of(use.table, reading.constants) if isinstance(use.table, Curve) else None
        if bends is None or bends.above is not None or bends.marks[-1].slope <= 0:
            return None
        value = bends.marks[-1].at * 10
        pays = reading.shown(bends.at(value), "attainment")
        kind = "segments" if isinstance(use.table, Curve) and use.table.segments else "points"
        return (kind, len(bends.marks) - 1), f"{reading.shown(value, use.driver.unit)} pays {pays} of the base"


class Budgetless(PlanRule):
    """A fixed amount for every deal has no most unless it has a budget or a limit over a window: many small deals
    cost any amount."""

    code = "plan.no-budget"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for name, component in reading.plan.components.items():
            if component.pays != "fixed" or component.each is None or not _is_open(component):
                continue
            amount = reading.constants.number(component.amount)
            cost = "any amount" if amount is None else reading.money(amount * 1000)
            yield self.finding(
                reading,
                ("components", name),
                f"{name} pays a fixed amount for every deal and has no budget.",
                witness=f"1000 deals of 1.00 cost {cost}",
                hint="Add `limit: {budget: …, crossing: part}` or a limit per payee.",
            )


def _is_open(component: Component) -> bool:
    return component.limit is None or isinstance(component.limit, Expr)


class OpenGuarantee(PlanRule):
    """A guarantee or an unrecovered draw without `while` is paid for ever."""

    code = "plan.guarantee-without-end"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        settlement = reading.plan.settlement
        if settlement.guarantee is not None and settlement.guarantee.while_ is None:
            yield self._found(reading, "guarantee", settlement.guarantee.amount)
        draw = settlement.draw
        if draw is not None and draw.while_ is None and draw.recover is None:
            yield self._found(reading, "draw", draw.amount)

    def _found(self, reading: Reading, what: str, formula: Expr) -> Finding:
        amount = reading.constants.number(formula)
        shown = "the full amount" if amount is None else reading.money(amount)
        return self.finding(
            reading,
            ("settlement", what),
            f"The {what} never ends.",
            witness=f"a payee without any deal gets {shown} in every period, also after years",
            hint="Say with `while` for which periods it holds.",
        )


RULES = (PaidTwice, CreditedTwice, CreditShares, Unbounded, Budgetless, OpenGuarantee)
