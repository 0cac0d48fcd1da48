"""Windows that fit the periods of a plan: what a calendar cannot cut into whole periods cannot be paid by period.

A week of the civil calendar may lie in two months. A limit of a month would be held against weeks that are partly
outside, and a week that reads the month's sum would never see its last days. So it is refused, before anything is paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attain.kernel.errors import PlanError, Where
from attain.kernel.periods import KINDS, Calendar
from attain.plans.expressions import Expr, Name, names_in
from attain.plans.mistakes import Path, in_words
from attain.plans.model import Plan, WindowLimit
from attain.plans.places import formulas_of


def fits(calendar: Calendar, window: str, period: str, *, whole: bool = False) -> bool:
    """Whether a window consists of whole periods, or, unless it must be `whole`, periods of whole windows.

    A window that is no period of the calendar, such as the whole plan, fits.
    """
    if any(each not in KINDS or each not in calendar.kinds for each in (window, period)):
        return True
    return calendar.nests(period, window) or (not whole and calendar.nests(window, period))


def refuse_what_does_not_fit(versions: Iterable[Plan], calendar: Calendar) -> None:
    """A `PlanError` for the first window that does not fit the periods at which it is read."""
    for plan in versions:
        for path, window, period in _windows(plan):
            if not fits(calendar, window, period, whole=path[-1] in ("limit", "floor", "cap")):
                raise PlanError(
                    f"{in_words(path)} of {plan.plan}: a {window} of calendar {calendar.name} does not consist of "
                    f"whole {period}s.",
                    code="plan.periods-do-not-nest",
                    where=Where(field=f"plan {plan.plan}, {in_words(path)}"),
                    hint="Take a kind that fits, use a 4-4-5 calendar, or read what falls into the period (`.period`).",
                )


def _windows(plan: Plan) -> Iterator[tuple[Path, str, str]]:
    """Every window with the kind of period at which it is read."""
    pay = plan.period
    for name, component in plan.components.items():
        path: Path = ("components", name)
        if isinstance(component.limit, WindowLimit):
            yield (*path, "limit"), component.limit.per.kind, pay
        if component.floor is not None:
            yield (*path, "floor"), component.floor.per.kind, pay
        if component.per is not None:
            yield (*path, "per"), component.per.kind, pay
            if component.over is not None:
                yield (*path, "over"), component.over.kind, component.per.kind
            yield from _read(plan, path, component.per.kind, component.table)
    for name, value in plan.values.items():
        if value.per is not None:
            yield ("values", name, "per"), value.per.kind, pay
            if value.over is not None:
                yield ("values", name, "over"), value.over.kind, value.per.kind
            yield from _read(plan, ("values", name), value.per.kind)
    if plan.settlement.cap is not None:
        yield ("settlement", "cap"), plan.settlement.cap.over.kind, pay
    for part in ("cap", "guarantee", "draw", "pay_in"):
        yield from _read(plan, ("settlement", part), pay)


def _read(plan: Plan, path: Path, kind: str, table: str | None = None) -> Iterator[tuple[Path, str, str]]:
    """The windows of measures that a part reads at its periods, itself or through named formulas and tables."""
    formulas = list(formulas_of(plan))
    waiting, seen = [path] + ([("tables", table)] if table is not None else []), set[Path]()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        for named in _names(formulas, here):
            first = named.parts[0]
            value = plan.values.get(first)
            if first in plan.measures and named.parts[1:] != ("period",):
                over = plan.measures[first].over
                yield path, plan.period if over is None else over.kind, kind
            elif value is not None and value.per is None and value.each is None:
                waiting.append(("values", first))
            elif first in plan.tables:
                waiting.append(("tables", first))


def _names(formulas: list[tuple[Path, Expr]], path: Path) -> Iterator[Name]:
    for place, formula in formulas:
        if place[: len(path)] == path:
            yield from names_in(formula)
