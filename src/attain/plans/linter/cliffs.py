"""Where a little more sold pays less, or jumps."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attain.kernel.errors import Finding
from attain.plans.linter.rules import QUOTA, PlanRule, Reading, TableUse
from attain.plans.model import Curve, TierTable
from attain.plans.shapes import Step, bends_of, steps_of


def scale(use: TableUse) -> Fraction:
    """What one unit of the driver is worth: the example's quota for an attainment, otherwise itself."""
    return QUOTA if use.driver.unit == "attainment" else Fraction(1)


def base(reading: Reading, use: TableUse) -> Fraction | None:
    """What a table that does not grow is multiplied with, where it is a known amount of money."""
    if use.column == "amount" and (use.component is None or use.component.of is None):
        return Fraction(1)
    return None if use.component is None else reading.constants.number(use.component.of)


def paid(reading: Reading, use: TableUse, result: Fraction, at: Fraction) -> str:
    """What a whole result pays at a value of the driver, in money where that is known."""
    if use.grows:
        return reading.money(result * at * scale(use))
    of = base(reading, use)
    return f"{reading.shown(result, 'attainment')} of the base" if of is None else reading.money(result * of)


def subject(reading: Reading, use: TableUse, value: Fraction) -> str:
    shown = reading.shown(value, use.driver.unit)
    if use.driver.kind == "credit":
        return f"a deal of {shown}"
    if use.driver.unit == "attainment":
        return f"an attainment of {shown}"
    return f"{use.driver.name or 'a value'} of {shown}"


def sides(reading: Reading, use: TableUse, border: Fraction) -> tuple[Fraction, Fraction]:
    """The last value of the tier below and the first one of the tier above."""
    step = reading.step(use.driver.unit)
    own = use.table.border if isinstance(use.table, TierTable) else None
    upper = (own or reading.plan.policies.border or "upper") == "upper"
    return (border - step, border) if upper else (border, border + step)


class WholeTable(PlanRule):
    """A whole-amount table pays everything at the rate of the tier that is reached, so pay jumps at each border. A jump
    up is a choice worth knowing; a fall means that selling a little more pays less."""

    code = "plan.cliff"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            if use.mode != "whole" or not isinstance(use.table, TierTable):
                continue
            steps = steps_of(use.table, reading.constants)
            for number, (lower, upper) in enumerate(zip(steps or (), (steps or ())[1:], strict=False)):
                if lower.upper is not None and lower.result != upper.result and lower.upper > 0:
                    yield from self._at_border(reading, use, number, lower, upper)

    def _at_border(self, reading: Reading, use: TableUse, number: int, lower: Step, upper: Step) -> Iterator[Finding]:
        last, first = sides(reading, use, lower.upper or Fraction(0))
        one_deal = use.driver.kind == "measure" and use.component is not None and use.component.each is not None
        if one_deal and use.component is not None and not use.component.retroactive:
            found = self._later_deal(reading, use, lower, upper)
        else:
            found = self._same_thing(reading, use, lower, upper, last, first)
        if found is not None:
            message, witness, falls = found
            worse = "warning" if use.driver.is_sales else "note"
            yield self.finding(
                reading,
                (*use.table_path, "tiers", number + 1),
                message,
                witness=witness,
                hint="Pay each slice at its own rate (`pays: marginal`), or let results rise with the tiers."
                if falls
                else None,
                level=worse if falls else "note",  # type: ignore[arg-type]
            )

    def _same_thing(
        self, reading: Reading, use: TableUse, lower: Step, upper: Step, last: Fraction, first: Fraction
    ) -> tuple[str, str, bool]:
        """Pay right below and right at the border."""
        of = base(reading, use)
        before, after = (
            (lower.result * last * scale(use), upper.result * first * scale(use))
            if use.grows
            else (lower.result, upper.result)
        )
        falls = after < before
        border = reading.shown(lower.upper or Fraction(0), use.driver.unit)
        verb = "falls" if falls else "jumps"
        if use.grows or of is not None:
            factor = Fraction(1) if use.grows else of or Fraction(1)
            gap = reading.money(abs(after - before) * factor)
            more = "less" if falls else "more"
            last_shown = reading.shown(last, use.driver.unit)
            witness = f"{subject(reading, use, first)} pays {gap} {more} than {last_shown}"
        else:
            witness = (
                f"{subject(reading, use, last)} pays {paid(reading, use, lower.result, last)}, "
                f"{reading.shown(first, use.driver.unit)} pays {paid(reading, use, upper.result, first)}"
            )
        if use.grows and use.driver.unit == "attainment":
            witness += " with a quota of 100000.00"
        return f"At {border} the pay of {use.name} {verb}.", witness, falls

    def _later_deal(self, reading: Reading, use: TableUse, lower: Step, upper: Step) -> tuple[str, str, bool] | None:
        """Each deal is paid once, at the rate where it stands: a deal that crosses the border gets the new rate as a
        whole."""
        position = (use.component.position if use.component else None) or reading.plan.policies.position
        if position == "before" or not use.grows or lower.upper is None:
            return None
        size = lower.upper * scale(use) / 2
        gap = abs(upper.result - lower.result) * size
        falls = upper.result < lower.result
        border = reading.shown(lower.upper, use.driver.unit)
        half = reading.shown(lower.upper / 2, use.driver.unit)
        witness = (
            f"from {half} on, a deal that just reaches {border} is paid {reading.money(gap)} "
            f"{'less' if falls else 'more'} "
            "than one that just does not" + (" (quota 100000.00)" if use.driver.unit == "attainment" else "")
        )
        return (
            f"A deal that crosses {border} is paid as a whole at the {'lower' if falls else 'higher'} rate of "
            f"{use.name}.",
            witness,
            falls,
        )


class CurveBreaks(PlanRule):
    """A pay curve that jumps at a mark is a choice worth knowing; one that falls pays less for more."""

    code = "plan.curve-break"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            bends = bends_of(use.table, reading.constants) if isinstance(use.table, Curve) else None
            for number, mark in enumerate(bends.marks if bends else ()):
                before = bends.just_below(number) if bends else None
                if before is not None and before != mark.pays:
                    yield self._break(reading, use, number, mark.at, before, mark.pays)
            if bends is not None and bends.above is not None and bends.above != bends.marks[-1].pays:
                last = bends.marks[-1]
                yield self._break(reading, use, len(bends.marks) - 1, last.at, last.pays, bends.above)

    def _break(
        self, reading: Reading, use: TableUse, number: int, at: Fraction, before: Fraction, after: Fraction
    ) -> Finding:
        falls = after < before
        border = reading.shown(at, use.driver.unit)
        kind = "segments" if isinstance(use.table, Curve) and use.table.segments else "points"
        level = "warning" if falls and use.driver.is_sales else "note"
        return self.finding(
            reading,
            (*use.table_path, kind, number),
            f"At {border} the curve of {use.name} {'falls' if falls else 'jumps'} from "
            f"{_percent(reading, before)} to {_percent(reading, after)}.",
            witness=f"right below {border} it pays {paid(reading, use, before, at)}, from there "
            f"{paid(reading, use, after, at)}",
            hint="Let the curve go on where the stretch before it ends." if falls else None,
            level=level,  # type: ignore[arg-type]
        )


def _percent(reading: Reading, value: Fraction) -> str:
    return reading.shown(value, "attainment")


class FallingPay(PlanRule):
    """Pay must not fall while sales grow: no negative rate in a tier, no falling stretch of a curve."""

    code = "plan.falling-pay"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            if isinstance(use.table, TierTable):
                yield from self._tiers(reading, use)
            elif isinstance(use.table, Curve):
                yield from self._curve(reading, use)
        for name, component in reading.plan.components.items():
            rate = reading.constants.number(component.rate)
            if component.pays == "percent" and rate is not None and rate < 0:
                yield self.finding(
                    reading,
                    ("components", name, "rate"),
                    f"The rate of {name} is below zero: every deal takes pay away.",
                    witness=f"a deal of 1000.00 pays {reading.money(rate * 1000)}",
                    hint="A reversal is a negative deal at the same rate; it needs no negative rate.",
                )

    def _tiers(self, reading: Reading, use: TableUse) -> Iterator[Finding]:
        steps = steps_of(use.table, reading.constants) if isinstance(use.table, TierTable) else None
        for number, step in enumerate(steps or ()):
            if step.result < 0 and use.mode in ("marginal", "whole"):
                start = reading.shown(step.lower, use.driver.unit)
                more = (1000 * step.result) if use.column == "rate" else step.result
                unit = "1000.00" if use.column == "rate" else "unit"
                yield self.finding(
                    reading,
                    (*use.table_path, "tiers", number),
                    f"From {start} on the result of {use.name} is below zero.",
                    witness=f"above {start} each further {unit} pays {reading.money(more)}",
                    hint="Use 0 where nothing more shall be paid.",
                )

    def _curve(self, reading: Reading, use: TableUse) -> Iterator[Finding]:
        bends = bends_of(use.table, reading.constants) if isinstance(use.table, Curve) else None
        for number, mark in enumerate(bends.marks if bends else ()):
            if mark.slope >= 0 or use.grows:
                continue
            kind = "segments" if isinstance(use.table, Curve) and use.table.segments else "points"
            after = mark.at + Fraction(1, 100 if use.driver.unit == "attainment" else 1)
            if bends is not None and number + 1 < len(bends.marks):
                after = bends.marks[number + 1].at
            end = mark.pays + (after - mark.at) * mark.slope
            yield self.finding(
                reading,
                (*use.table_path, kind, number),
                f"From {reading.shown(mark.at, use.driver.unit)} on the curve of {use.name} falls.",
                witness=f"{reading.shown(mark.at, use.driver.unit)} pays {paid(reading, use, mark.pays, mark.at)}, "
                f"{reading.shown(after, use.driver.unit)} pays {paid(reading, use, end, after)}",
                hint="Use a slope of 0 where nothing more shall be paid.",
                level="warning" if use.driver.is_sales else "note",
            )


RULES = (WholeTable, CurveBreaks, FallingPay)
