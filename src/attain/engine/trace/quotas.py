"""A quota at one row: the row of the decisions that was used, and the arithmetic of its days and periods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from sqlglot import exp

from attain.engine.compilation import Compilation
from attain.engine.formulas import Sql
from attain.engine.stages import measure as measures
from attain.engine.stages import quota as figures
from attain.engine.trace.arithmetic import Figure, Formula, Operation, Scalar, total
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Name, Source, Step, Word
from attain.engine.trace.reading import read
from attain.engine.trace.spots import Spot
from attain.kernel.intervals import Interval
from attain.plans import expressions as tree
from attain.plans.model import Measure, Plan


def quota_step(derivation: Derivation, spot: Spot, name: str) -> Step | None:
    """The quota of a measure; None when it has been explained."""
    measure = spot.plan.measures[name]
    if not derivation.first(spot.key, "quota", measure.quota, measure.against, measure.prorate, measure.relief):
        return None
    unit = derivation.units(spot).of_measure(measure)
    bare = measure.model_copy(update={"prorate": None, "relief": None})

    def question(scope: Any) -> list[Sql | exp.Expr | None]:
        shares = [
            scope.share_of_days(measure, what) if asked else None
            for what, asked in (("active", measure.prorate), ("relief", measure.relief))
        ]
        return [scope.quota(name, measure), scope.quota(name, bare), *shares]

    value, before, active, relief = spot.ask(question)
    inner = _bare(derivation, spot, name, bare, figure(before, unit))
    if measure.prorate is None and measure.relief is None:
        return inner
    formula: Formula = figure(before, unit)
    for share in (active, relief):
        if share is not None:
            formula = Operation("*", formula, _days(spot, measure, share))
    where = derivation.where(spot.plan, "measures", name)
    kind = (
        "quota.active"
        if measure.relief is None
        else "quota.relief"
        if measure.prorate is None
        else "quota.active_relief"
    )
    return Step(kind, {"name": Name(str(measure.quota))}, formula, figure(value, unit), where, inside=(inner,))


def _days(spot: Spot, measure: Measure, share: Scalar) -> Formula:
    """A share of days as days by days."""
    kind = measures.window_kind(spot.plan, measure)
    (window,) = spot.ask(lambda scope: [scope.period_of(kind)])
    days = int(
        spot.compilation.database.value(
            f"SELECT days FROM \"{spot.compilation.periods(kind)}\" WHERE period = '{window}'"
        )
    )
    part = share * days if isinstance(share, Fraction) else None
    return Operation("/", Figure(part), Figure(Fraction(days)))


def _bare(derivation: Derivation, spot: Spot, name: str, measure: Measure, shown: Figure) -> Step:
    """Without proration by days."""
    plan, quota = spot.plan, str(measure.quota)
    if quota in plan.parameters or quota in plan.values:
        found = read(derivation, spot, tree.Name((quota,)), shown.unit)
        where = derivation.where(plan, "measures", name)
        if measure.against != "to_date":
            return Step("quota.named", {"name": Name(quota)}, None, shown, where, inside=found.steps)
        (begun,) = spot.ask(lambda scope: [scope.begun(measure)])
        formula = _share(found.result, begun.numerator, begun.denominator) if isinstance(begun, Fraction) else None
        return Step("quota.begun", {"name": Name(quota)}, formula, shown, where, inside=found.steps)
    return _decided(derivation, spot, name, measure, shown)


def _decided(derivation: Derivation, spot: Spot, name: str, measure: Measure, shown: Figure) -> Step:
    """From the table of quotas: the first subject that has a figure."""
    compilation, plan, quota = spot.compilation, spot.plan, str(measure.quota)
    found = figures.figures(compilation, plan, measure)
    kind = measures.window_kind(plan, measure)

    def question(scope: Any) -> list[exp.Expr]:
        key = scope.period_of(plan.period) if measure.against == "to_date" else scope._window_key(kind)
        return [key, scope.day(), *scope._quota_subjects(measure)]

    key, day, *subjects = spot.ask(question)
    where = derivation.where(plan, "measures", name, "quota")
    for subject in subjects:
        rows = [row for row in figures.rows_of(compilation, quota) if row["subject"] == subject]
        if found.by_day:
            rows = [row for row in rows if _holds(row, day)]
            if rows and not found.by_key:
                return _one_row("quota", quota, rows[0], shown, where)
        parts = _parts(compilation, plan, measure, rows, str(key), shown.unit)
        if parts:
            return _summed(quota, parts, shown, where, str(key), str(subject))
    return Step("quota.missing", {"name": Name(quota)}, None, shown, where)


def _holds(row: Mapping[str, Any], day: Scalar) -> bool:
    return isinstance(day, date) and row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"])


def _one_row(kind: str, quota: str, row: Mapping[str, Any], shown: Figure, where: Any) -> Step:
    words: dict[str, Word] = {"name": Name(quota), "subject": row["subject"], "since": Figure(row["valid_from"], "day")}
    return Step(kind, words, None, shown, where, _source(quota, row))


def _source(quota: str, row: Mapping[str, Any]) -> Source:
    return Source("quotas", f"{quota}/{row['subject']}/{row['valid_from'].isoformat()}")


def _summed(
    quota: str, parts: list[tuple[Formula, Mapping[str, Any]]], shown: Figure, where: Any, key: str, subject: str
) -> Step:
    """One row as it is, or every row with its share."""
    if len(parts) == 1 and isinstance(parts[0][0], Figure):
        return _one_row("quota", quota, parts[0][1], shown, where)
    words: dict[str, Word] = {"name": Name(quota), "subject": subject, "key": key}
    rows = tuple(
        _one_row("quota.row", quota, row, Figure(Fraction(row["amount"]), shown.unit), None) for _, row in parts
    )
    return Step("quota.shares", words, total([formula for formula, _ in parts]), shown, where, inside=rows)


def _parts(
    compilation: Compilation, plan: Plan, measure: Measure, rows: list[dict[str, Any]], key: str, unit: Any
) -> list[tuple[Formula, Mapping[str, Any]]]:
    """Every row that counts in the window, with amount × days in common ÷ days, or × begun periods ÷ periods."""
    over = measures.window_kind(plan, measure)
    wanted = next((item for item in figures._keys(compilation, plan, measure, over) if item.id == key), None)
    if wanted is None:
        return []
    change = plan.policies.quota_change or "on_event"
    found: list[tuple[Formula, Mapping[str, Any]]] = []
    for row in rows:
        own = Interval(row["valid_from"], row["valid_to"])
        amount: Formula = Figure(Fraction(row["amount"]), unit)
        spans = row["per"] == "span"
        common = own.intersect(Interval(wanted.window.start, wanted.until if spans else wanted.window.end))
        if common is None or common.days is None:
            continue
        begun = _share(amount, wanted.part, wanted.parts)
        if spans:
            found.append((_share(amount, common.days, own.days or 1), row))
        elif change == "prorated":
            found.append((_share(begun, common.days, wanted.window.days or 1), row))
        else:
            found.append((begun, row))
    return found


def _share(amount: Formula, part: int, whole: int) -> Formula:
    if part == whole:
        return amount
    return Operation("/", Operation("*", amount, Figure(Fraction(part))), Figure(Fraction(whole)))
