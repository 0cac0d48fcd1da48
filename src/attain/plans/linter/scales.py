"""Numbers of the wrong size, and divisions that data may break."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attain.kernel.errors import Finding, PlanError
from attain.kernel.numbers import rate_as_text
from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.linter.rules import PlanRule, Reading
from attain.plans.mistakes import Path
from attain.plans.model import LookupTable, TierTable
from attain.plans.parser import parse

_MOST_ATTAINMENT = Fraction(10)


class RateAboveAll(PlanRule):
    """A rate above 100 % pays more than was sold. Outside factors it is most often a percentage typed without its
    sign."""

    code = "plan.rate-above-100"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, formula in _rates(reading):
            rate = reading.constants.number(formula)
            if rate is not None and abs(rate) > 1:
                sign = f"Write {_plain(rate)}%" if rate <= 100 else "Write the percentage with its sign"
                yield self.finding(
                    reading,
                    path,
                    f"The rate is {rate_as_text(rate)}.",
                    witness=f"a deal of 1000.00 pays {reading.money(rate * 1000)}",
                    hint=f"{sign} if a percentage was meant.",
                )


def _plain(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else str(float(number))


def _rates(reading: Reading) -> Iterator[tuple[Path, Expr]]:
    for name, component in reading.plan.components.items():
        if component.rate is not None:
            yield ("components", name, "rate"), component.rate
        for number, tier in enumerate(component.tiers):
            if tier.rate is not None:
                yield ("components", name, "tiers", number, "rate"), tier.rate
    for name, table in reading.plan.tables.items():
        if isinstance(table, TierTable):
            for number, tier in enumerate(table.tiers):
                if tier.rate is not None:
                    yield ("tables", name, "tiers", number, "rate"), tier.rate
        elif isinstance(table, LookupTable) and "rate" not in table.keys:
            for number, row in enumerate(table.rows):
                if "rate" in row and (cell := _cell(row["rate"])) is not None:
                    yield ("tables", name, "rows", number, "rate"), cell
    for name, source in reading.plan.credits.items():
        for place, rule in enumerate(source.to):
            for share in rule.share if isinstance(rule.share, tuple) else ():
                yield ("credits", name, "to", place, "share"), share
    draw = reading.plan.settlement.draw
    if draw is not None and draw.recover is not None:
        yield ("settlement", "draw", "recover", "share"), draw.recover.share


def _cell(text: str) -> Expr | None:
    try:
        return parse(text)
    except PlanError:
        return None  # whoever checks references and types says so


class BorderOfAttainment(PlanRule):
    """A border of 10 or more on an attainment stands for 1,000 % and more: most often a percentage typed without its
    sign, or an amount where an attainment chooses the tier."""

    code = "plan.border-scale"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            if use.driver.unit != "attainment" or not isinstance(use.table, TierTable):
                continue
            for number, tier in enumerate(use.table.tiers):
                border = reading.constants.number(tier.to)
                if border is not None and border >= _MOST_ATTAINMENT:
                    yield self.finding(
                        reading,
                        (*use.table_path, "tiers", number, "to"),
                        f"The border of an attainment is {rate_as_text(border)}.",
                        witness=f"an attainment of 100% lies far below {rate_as_text(border)}",
                        hint=f"Write {_plain(border)}% if a percentage was meant.",
                    )
                    break


class Division(PlanRule):
    """Division by zero is missing. Where the divisor is data, say with `coalesce` what holds then; a divisor that is
    always zero is an error."""

    code = "plan.division"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, formula in reading.formulas:
            for division in _bare_divisions(formula):
                divisor = reading.constants.number(division.right)
                if divisor is not None and divisor != 0:
                    continue
                name = division.right.text if isinstance(division.right, tree.Name) else "the divisor"
                yield self.finding(
                    reading,
                    path,
                    "This divides by zero: the result is always missing."
                    if divisor == 0
                    else f"This divides by {name}, which may be zero or missing.",
                    witness=f"with {name} 0 there is no result, and what needs it is not paid",
                    hint="Wrap it: coalesce(a / b, 0) says that 0 holds then.",
                    level="error" if divisor == 0 else None,
                )


def _bare_divisions(expression: Expr, *, caught: bool = False) -> Iterator[tree.Calculation]:
    """Divisions outside the arguments of `coalesce` that another argument stands in for."""
    if isinstance(expression, tree.Calculation) and expression.operator == "/" and not caught:
        yield expression
    match expression:
        case tree.Call(function="coalesce", arguments=(*tried, last)):
            for part in tried:
                yield from _bare_divisions(part, caught=True)
            yield from _bare_divisions(last, caught=caught)
        case tree.Call(arguments=arguments):
            for part in arguments:
                yield from _bare_divisions(part, caught=caught)
        case tree.Case(branches=branches, otherwise=otherwise):
            for condition, result in branches:
                yield from _bare_divisions(condition, caught=caught)
                yield from _bare_divisions(result, caught=caught)
            if otherwise is not None:
                yield from _bare_divisions(otherwise, caught=caught)
        case (
            tree.Calculation(left=left, right=right)
            | tree.Compare(left=left, right=right)
            | tree.Logic(left=left, right=right)
        ):
            yield from _bare_divisions(left, caught=caught)
            yield from _bare_divisions(right, caught=caught)
        case tree.Negative(value=inner) | tree.Not(value=inner) | tree.Within(value=inner):
            yield from _bare_divisions(inner, caught=caught)
        case tree.Between(value=inner, low=low, high=high):
            for part in (inner, low, high):
                yield from _bare_divisions(part, caught=caught)


RULES = (RateAboveAll, BorderOfAttainment, Division)
