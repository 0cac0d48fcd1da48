"""What a component pays over attainment, from the numbers that stand in the plan: the draft beside what is published.

Nothing is estimated. A number that people have for themselves is taken from the first test that gives one, and the page
says so; where none is given, or a component's pay hangs on each deal, the page says in words why nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext as _

from attain.charts.values import Curve as Drawn
from attain.charts.values import Jump
from attain.kernel.currencies import ACTIVE
from attain.kernel.errors import AttainError
from attain.kernel.rounding import Rounding, round_fraction
from attain.plans.constants import Constants
from attain.plans.linter.cliffs import base
from attain.plans.linter.rules import QUOTA, Reading, TableUse, in_the_plan
from attain.plans.model import Component, Curve, Plan, TierTable
from attain.plans.parser import parse
from attain.plans.shapes import Step, adds_up, bends_of, steps_of, tier_at
from attain.web.kit import formats
from attain.web.kit.charts import Figure, money_ticks

WIDTHS = (480, 300)
END = Fraction(14, 10)
NEAR = Fraction(1, 10**9)
"""How close to a border its two sides are looked at."""
LEFT_OUT = ("limit", "floor", "gate", "weight", "times", "prorate")


@dataclass(frozen=True)
class Line:
    """Pay in minor units over attainment, exact at its bends; a jump has two points at one place."""

    points: tuple[tuple[Fraction, Fraction], ...]

    def at(self, place: Fraction) -> Fraction:
        """At a point, or between two."""
        for (x, y), (next_x, next_y) in pairwise(self.points):
            if x <= place <= next_x and next_x > x:
                return y + (next_y - y) * (place - x) / (next_x - x)
        return self.points[-1][1]

    @property
    def jumps(self) -> Iterator[tuple[Fraction, Fraction]]:
        """Attainment, and by how much pay jumps there."""
        for (x, y), (next_x, next_y) in pairwise(self.points):
            if next_x == x and next_y != y:
                yield x, next_y - y


@dataclass(frozen=True)
class PayCurve:
    """The lines of one component, by the draft and by what is published, with what was assumed to draw them."""

    name: str
    title: str
    quota: Fraction
    currency: str
    draft: Line
    published: Line | None
    borders: tuple[Fraction, ...]
    assumed: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]

    @property
    def most(self) -> Fraction:
        return max([Fraction(1), *(y for line in (self.draft, self.published) if line for _, y in line.points)])

    @property
    def full(self) -> int:
        """What is paid at 100%."""
        return _minor(self.draft.at(Fraction(1)))

    @property
    def values(self) -> Drawn:
        """What the chart shows."""
        return Drawn(
            now=_points(self.draft),
            earlier=_points(self.published) if self.published else (),
            borders=tuple(_parts(place) for place in self.borders if place < END),
            marks={_parts(place): _percent(place) for place in _apart(self.borders)},
            ticks=money_ticks([_minor(self.most)], self.currency),
            jumps=tuple(self._jumps),
            full=(_parts(Fraction(1)), self.full),
            full_said=_("%(amount)s at 100%%") % {"amount": formats.money(self.full, self.currency)},
        )

    @property
    def _jumps(self) -> Iterator[Jump]:
        for at, by in self.draft.jumps:
            amount = _minor(by)
            falls = amount < 0
            money = formats.money(abs(amount), self.currency, signed=not falls)
            yield Jump(_parts(at), (_("Falls by %(by)s") if falls else _("Jump: %(by)s")) % {"by": money}, falls)

    def figure(self, against: str, *, eager: bool) -> Figure:
        """Beside the version that it is compared with, where there is one."""
        said = {"name": self.title, "quota": formats.money(_minor(self.quota), self.currency),
                "full": formats.money(self.full, self.currency), "v": against}  # fmt: skip
        both = bool(against and self.published)
        earlier = [_("Version %(v)s") % said] if both else []
        rows = tuple((_percent(at), *([before] if both else []), now) for at, before, now in self.rows)
        return Figure(
            f"curve-{self.name}", _("%(name)s at a quota of %(quota)s") % said, _("%(name)s: %(full)s at 100%%") % said,
            self.values, self.currency, (_("Attainment"), *earlier, _("Draft") if against else _("Pays")), rows,
            widths=WIDTHS[:1] if eager else WIDTHS, eager=eager,
        )  # fmt: skip

    @property
    def rows(self) -> list[tuple[Fraction, int | None, int]]:
        """Attainment, what is published, the draft: for the table."""
        places = sorted({Fraction(tenth, 10) for tenth in range(0, 15, 2)} | {one for one in self.borders if one < END})
        return [(at, _minor(self.published.at(at)) if self.published else None, _minor(self.draft.at(at)))
                for at in places]  # fmt: skip


def _points(line: Line) -> tuple[tuple[int, int], ...]:
    return tuple((_parts(place), _minor(amount)) for place, amount in line.points)


def _parts(place: Fraction) -> int:
    """Ten-thousandths of an attainment."""
    return int(round_fraction(place * 10_000, 0, Rounding.HALF_UP))


def _percent(place: Fraction) -> str:
    return formats.percent(place, 0 if (place * 100).denominator == 1 else 1)


def _minor(amount: Fraction) -> int:
    return int(round_fraction(amount, 0, Rounding.HALF_UP))


def _apart(borders: tuple[Fraction, ...]) -> list[Fraction]:
    """Where the axis is written: at the borders, and at every fifth that is not too close to one of these."""
    kept = [one for one in borders if one <= END]
    fifths = (Fraction(tenth, 10) for tenth in range(0, 15, 2))
    return sorted([*kept, *(one for one in fifths if all(abs(one - at) >= Fraction(12, 100) for at in kept))])


def curves_of(plan: Plan, published: Plan | None, language: str) -> tuple[list[PayCurve], list[str]]:
    """The components whose pay can be drawn, and the titles of those where it cannot."""
    assumed = dict(_assumed(plan))
    drawn: list[PayCurve] = []
    for use in _uses(plan, assumed):
        component = use[1].component
        line = _line(*use, _quota(plan, use[1]))
        if component is None or line is None:
            continue
        before = None if published is None else _counterpart(published, use[1].name, component, assumed)
        quota = _quota(plan, use[1])
        drawn.append(PayCurve(
            name=use[1].name, title=_title(use[1].name, component, language), quota=quota * _unit(plan),
            currency=plan.currency, draft=line, published=before and _line(*before, quota), borders=_borders(*use),
            assumed=tuple((name, said) for name, (said, _) in assumed.items() if name in plan.parameters),
            left_out=tuple(key for key in LEFT_OUT if getattr(component, key)),
        ))  # fmt: skip
    titles = {name: _title(name, one, language) for name, one in plan.components.items()}
    return drawn, [title for name, title in titles.items() if name not in {one.name for one in drawn}]


def _title(name: str, component: Component, language: str) -> str:
    return component.title.get(language) or component.title.get("en") or name.replace("_", " ")


def _unit(plan: Plan) -> int:
    return int(10 ** ACTIVE.get(plan.currency, (2, ""))[0])


def _assumed(plan: Plan) -> Iterator[tuple[str, tuple[str, Fraction]]]:
    """Parameters without a value, and quotas, as the first test that names them gives them."""
    wanted = {name for name, one in plan.parameters.items() if one.value is None}
    wanted |= {one.quota for one in plan.measures.values() if one.quota}
    for test in reversed(plan.tests):
        for given in [test.given, *(step.given for step in reversed(test.steps))]:
            for name in wanted & given.keys():
                if isinstance(given[name], str | int) and (worth := _number(str(given[name]))) is not None:
                    yield name, (str(given[name]), worth)


def _number(text: str) -> Fraction | None:
    try:
        return Constants.of_nothing().number(parse(text))
    except AttainError:
        return None


def _uses(plan: Plan, assumed: Mapping[str, tuple[str, Fraction]]) -> Iterator[tuple[Reading, TableUse]]:
    """Tables whose tier is chosen by an attainment, read with the numbers that are assumed."""
    reading = Reading(plan, in_the_plan)
    given = {name: parse(said) for name, (said, _) in assumed.items() if name in plan.parameters}
    reading.constants = Constants({**reading.constants.formulas, **given})
    for use in reading.table_uses:
        if use.component is not None and use.driver.unit == "attainment" and use.path == ("components", use.name):
            yield reading, use


def _counterpart(
    plan: Plan, name: str, component: Component, assumed: Mapping[str, tuple[str, Fraction]]
) -> tuple[Reading, TableUse] | None:
    return next((use for use in _uses(plan, assumed) if use[1].name in (name, component.was)), None)


def _quota(plan: Plan, use: TableUse) -> Fraction:
    """That of the first test which gives one; else the round one of all examples."""
    measure = use.driver.measure
    given = dict(_assumed(plan)).get(measure.quota or "") if measure is not None else None
    return given[1] if given is not None and given[1] > 0 else QUOTA


def _borders(reading: Reading, use: TableUse) -> tuple[Fraction, ...]:
    if isinstance(use.table, TierTable):
        steps = steps_of(use.table, reading.constants) or ()
        return tuple(step.upper for step in steps if step.upper is not None)
    bends = bends_of(use.table, reading.constants) if isinstance(use.table, Curve) else None
    return tuple(mark.at for mark in bends.marks) if bends else ()


def _line(reading: Reading, use: TableUse, quota: Fraction) -> Line | None:
    """None where a number needs data, or where pay hangs on the size of each deal."""
    component = use.component
    if component is None or (use.mode == "whole" and component.each is not None and not component.retroactive):
        return None
    factor = quota if use.grows else base(reading, use)
    if factor is None:
        return None
    factor *= _unit(reading.plan)
    borders = [one for one in _borders(reading, use) if 0 < one < END]
    bent = isinstance(use.table, Curve) and use.grows  # between its marks it is no straight line
    places = {Fraction(percent, 100) for percent in range(0, 141, 2)} if bent else {Fraction(0), END}
    points: list[tuple[Fraction, Fraction]] = []
    for place in sorted({*places, *borders}):
        sides = (place - NEAR, place, place + NEAR) if place in borders else (place,)
        paid = [_paid(reading, use, side) for side in sides]
        if None in paid:
            return None
        points += [(place, amount) for amount in _told_apart([one * factor for one in paid if one is not None])]
    return Line(tuple(points))


def _paid(reading: Reading, use: TableUse, place: Fraction) -> Fraction | None:
    """At an attainment, for a quota of one or a base of one."""
    if isinstance(use.table, TierTable):
        steps: tuple[Step, ...] | None = steps_of(use.table, reading.constants)
        if steps is None:
            return None
        if use.mode == "marginal":
            return adds_up(steps, place, column=use.column)
        border = use.table.border or reading.plan.policies.border or "upper"
        step = tier_at(steps, place, border)
        found = Fraction(0) if step is None else step.result
    else:
        bends = bends_of(use.table, reading.constants) if isinstance(use.table, Curve) else None
        if bends is None:
            return None
        found = bends.at(place)
    return found * place if use.grows else found


def _told_apart(amounts: list[Fraction]) -> list[Fraction]:
    """Just below a border, at it and just above: amounts that are the same to a cent are one."""
    if len(amounts) == 1:
        return amounts
    below, at, above = amounts
    kept = [*([below] if abs(below - at) > 1 else []), at, *([above] if abs(above - at) > 1 else [])]
    return [Fraction(round_fraction(one, 0, Rounding.HALF_UP)) if one is not at else one for one in kept]
