"""A line as it is booked: what the plan says is due, an override in its place, or the difference to earlier books.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from attain.engine.stages.overrides import overrides
from attain.engine.trace import windows
from attain.engine.trace.arithmetic import Figure, Operation, total
from attain.engine.trace.credited import credit_step
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Source, Step, Word
from attain.engine.trace.line import ComponentLine
from attain.engine.trace.spots import CreditSpot, rows


def steps(derivation: Derivation, row: Mapping[str, Any]) -> tuple[list[Step], Step]:
    """The steps of a row of `lines`, and the one among them that gives its amount."""
    if row["kind"] == "adjustment":
        return _adjustment(derivation, row)
    if row["kind"] == "difference":
        return _difference(derivation, row)
    return _due(derivation.under(row["pay_period"]), row)


def _due(derivation: Derivation, row: Mapping[str, Any]) -> tuple[list[Step], Step]:
    """What the plan says is due; `row` is one of `lines` or of the entitled lines."""
    credit: tuple[Step, ...] = ()
    if row["kind"] in ("cap", "floor"):
        found = windows.steps(derivation, row)
    else:
        plan = derivation.version(row["version"])
        line = ComponentLine(derivation, plan, row["component"], row["payee"], row["source"])
        found = line.build()
        if isinstance(line.spot, CreditSpot):
            credit = (credit_step(derivation, line.spot),)
        amount = derivation.minor(row["computed"])
        found[-1] = replace(found[-1], result=amount)
    if row["amount"] != row["computed"] or str(row["note"]).startswith("override: "):
        found.append(_override(derivation, row))
    last = found[-1]
    return [*found, *credit], last


def _override(derivation: Derivation, row: Mapping[str, Any]) -> Step:
    """Somebody decided another amount, and said why."""
    reason = str(row["note"]).removeprefix("override: ")
    period = row.get("earning_period") or row.get("period")
    table = overrides(derivation.compilation)
    key = {"component": row["component"], "payee": row["payee"], "source": row["source"], "earning_period": period}
    chosen = next(iter(rows(derivation.compilation, table, key)), None)
    source = Source("overrides", str(chosen["override"])) if chosen is not None else None
    words: dict[str, Word] = {"computed": derivation.minor(row["computed"]), "reason": reason}
    return Step("override", words, None, derivation.minor(row["amount"]), source=source)


def _adjustment(derivation: Derivation, row: Mapping[str, Any]) -> tuple[list[Step], Step]:
    key = str(row["source"]).removeprefix("adjustment:")
    step = Step(
        "adjustment",
        {"reason": str(row["note"])},
        None,
        derivation.minor(row["amount"]),
        source=Source("adjustments", key),
    )
    return [step], step


def _difference(derivation: Derivation, row: Mapping[str, Any]) -> tuple[list[Step], Step]:
    """Due now, minus what closed periods, and earlier ones of the run, have booked."""
    before = _booked_before(derivation, row)
    derivation = derivation.under(row["pay_period"])
    compilation = derivation.compilation
    keys = {"component": row["component"], "payee": row["payee"], "source": row["source"]}
    found = [
        item
        for item in rows(compilation, compilation.name("entitled"), keys)
        if item["period"] == row["earning_period"]
    ]
    words: dict[str, Word] = {"period": row["earning_period"]}
    inner: tuple[Step, ...] = ()
    now = derivation.minor(0)
    if found:
        steps_now, last = _due(derivation, found[0])
        now = last.result or now
        inner = tuple(steps_now)
    due = Step("difference.now" if found else "difference.gone", words, None, now, inside=inner)
    booked = Step(
        "difference.before",
        words,
        total([step.result for step in before if step.result is not None]),
        _sum(derivation, before),
        inside=tuple(before),
    )
    formula = Operation("-", now, booked.result or derivation.minor(0))
    policy = derivation.where(derivation.version(row["version"]), "policies", "late_facts")
    last = Step("difference", {**words, "paid_in": row["pay_period"]}, formula, derivation.minor(row["amount"]), policy)
    return [due, booked, last], last


def _booked_before(derivation: Derivation, row: Mapping[str, Any]) -> list[Step]:
    """Lines of the same key, in the order of their pay periods: of the ledger, and of this run before its own."""
    compilation = derivation.compilation
    names = {row["component"]} | {old for old, now in compilation.names.items() if now == row["component"]}
    wanted = (compilation.id, row["payee"], row["source"], row["earning_period"])
    found = [
        item
        for item in compilation.snapshot.rows("ledger_lines")
        if item["component"] in names
        and (item["plan"], item["payee"], item["source"], item["earning_period"]) == wanted
    ]
    closed = [
        (str(item["pay_period"]), int(item["amount"]), Source("ledger_lines", str(item["line"])))
        for item in sorted(found, key=lambda item: (item["pay_period"], str(item["line"])))
    ]
    places = {period.id: place for place, period in enumerate(compilation.pay_periods)}
    key = {name: row[name] for name in ("component", "payee", "source", "earning_period")}
    mine = [
        (str(item["pay_period"]), int(item["amount"]), None)
        for item in rows(compilation, compilation.name("booked"), key)
        if places[item["pay_period"]] < places[row["pay_period"]]
    ]
    mine.sort(key=lambda item: places[item[0]])
    return [
        Step("difference.booked", {"period": period}, None, derivation.minor(amount), source=source)
        for period, amount, source in (*closed, *mine)
    ]


def _sum(derivation: Derivation, steps_before: list[Step]) -> Figure:
    parts = [step.exact for step in steps_before]
    return Figure(sum((part for part in parts if isinstance(part, Fraction)), Fraction(0)), "money")
