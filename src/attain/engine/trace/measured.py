"""Measures at one row: running sums with their window, sums to a period's end, and attainments."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sqlglot import exp

from attain.engine.formulas import Sql, compiled
from attain.engine.frame import col
from attain.engine.scopes import PlaceScope
from attain.engine.stages import measure as measures
from attain.engine.stages.credit import ORDER
from attain.engine.trace.arithmetic import Figure, Operation, Scalar
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Name, Step, Word
from attain.engine.trace.quotas import quota_step
from attain.engine.trace.spots import CreditSpot, Spot, rows
from attain.plans import expressions as tree
from attain.plans.model import Measure


def step(derivation: Derivation, spot: Spot, name: str, field: str, value: Scalar) -> Step | None:
    """The step of `name.field`; None when all it says has been said."""
    measure = spot.plan.measures[name]
    if field == "quota":
        return quota_step(derivation, spot, name)
    if field.startswith("attainment"):
        return _attainment(derivation, spot, name, field, value)
    own = isinstance(spot, CreditSpot) and measure.credits == spot.credit_set
    part = "running" if own and field in ("before", "after") else field
    if not derivation.first(spot.key, "measure", name, part):
        return None
    if isinstance(spot, CreditSpot):
        return (
            _running(derivation, spot, name, measure)
            if part == "running"
            else _whole(derivation, spot, name, measure, value)
        )
    return _at_period(derivation, spot, name, measure, field, value)


def _attainment(derivation: Derivation, spot: Spot, name: str, field: str, value: Scalar) -> Step | None:
    if not derivation.first(spot.key, "measure", name, field):
        return None
    running = field.partition("_")[2]
    asked = tree.Name((name, running) if running else (name,))
    unit = derivation.units(spot).of_measure(spot.plan.measures[name])
    achieved, quota = spot.ask(
        lambda scope: [compiled(asked, scope), scope.checked_quota(name, spot.plan.measures[name])]
    )
    inside = [step(derivation, spot, name, running, achieved), quota_step(derivation, spot, name)]
    formula = Operation("/", figure(achieved, unit), figure(quota, unit))
    where = derivation.where(spot.plan, "measures", name)
    kind = f"attainment.{running}" if running else "attainment"
    return Step(
        kind,
        {"name": Name(name)},
        formula,
        Figure(value, "rate"),
        where,
        inside=tuple(found for found in inside if found is not None),
    )


def _running(derivation: Derivation, spot: CreditSpot, name: str, measure: Measure) -> Step:
    """Before and after this credit, in the order of credits."""
    unit = derivation.units(spot).of_measure(measure)

    def question(scope: PlaceScope) -> list[Sql | exp.Expr]:
        return [
            scope.name((name, "before")),
            scope.name((name, "after")),
            col(f"{name}.s"),
            col(f"{name}.w"),
            *[col(column) for column in ORDER],
        ]

    before, after, subject, window, *place = spot.ask(question)
    number = _place(derivation, spot, name, subject, window, tuple(place))
    words = {**_window(spot, measure, subject, window), "name": Name(name), "number": str(number)}
    own = figure(after - before if isinstance(after, Fraction) and isinstance(before, Fraction) else None, unit)
    formula = Operation("+", figure(before, unit), own)
    inside: tuple[Step, ...] = ()
    if measure.where is not None:
        from attain.engine.trace.reading import read

        found = read(derivation, spot, measure.where)
        inside = (found.as_step("measure.counts", None),)
    return Step(
        _kind("measure.running", measure),
        words,
        formula,
        figure(after, unit),
        derivation.where(spot.plan, "measures", name),
        inside=inside,
    )


def _kind(stem: str, measure: Measure) -> str:
    return stem if measure.for_ == "payee" else f"{stem}.{measure.for_}"


def _place(
    derivation: Derivation, spot: CreditSpot, name: str, subject: Scalar, window: Scalar, place: tuple[Scalar, ...]
) -> int:
    """The how many-th credit of its window this is."""
    source = measures.measured(spot.compilation, spot.plan, spot.credit_set).table
    found = rows(spot.compilation, source, {f"{name}.s": subject, f"{name}.w": window})
    own = [Fraction(part) if isinstance(part, int) else part for part in place]
    return sum(1 for row in found if [row[column] for column in ORDER] <= own)


def _window(spot: Spot, measure: Measure, subject: Scalar, window: Scalar) -> dict[str, Word]:
    text = str(window)
    if measures.is_rolling(measure):
        text = f"{measures.rolling_months(measure)} m"
    elif text == "plan" or text.startswith("plan/"):
        text = spot.plan.plan
    return {"subject": str(subject), "window": text.removesuffix(f"/{measures.LONG_AGO}")}


def _whole(derivation: Derivation, spot: CreditSpot, name: str, measure: Measure, value: Scalar) -> Step:
    unit = derivation.units(spot).of_measure(measure)
    return Step(
        "measure.total", {"name": Name(name)}, None, figure(value, unit), derivation.where(spot.plan, "measures", name)
    )


def _at_period(derivation: Derivation, spot: Spot, name: str, measure: Measure, field: str, value: Scalar) -> Step:
    """The sum of the window up to the period's end, of the period alone, or of the whole window."""
    unit = derivation.units(spot).of_measure(measure)

    def question(scope: Any) -> list[exp.Expr]:
        return [scope.measure_subject(measure), col("period"), col("start"), col("end")]

    subject, period, start, end = spot.ask(question)
    words: dict[str, Word] = {"name": Name(name), "subject": str(subject), "period": str(period)}
    words["count"] = str(_credits(spot, name, measure, subject, start, end))
    kind = {"": "measure.to_date", "period": "measure.part", "total": "measure.whole"}[field]
    return Step(kind, words, None, figure(value, unit), derivation.where(spot.plan, "measures", name))


def _credits(spot: Spot, name: str, measure: Measure, subject: Scalar, start: Scalar, end: Scalar) -> int:
    """How many credits of the subject fall in the period itself."""
    source = measures.measured(spot.compilation, spot.plan, measure.credits).table
    found = rows(spot.compilation, source, {f"{name}.s": subject})
    return sum(1 for row in found if start <= row["@date"] < end)


__all__ = ["step"]
