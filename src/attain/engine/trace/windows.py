"""Cap and floor lines: what a window has paid so far against the most or the least that it may pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attain.engine.trace.arithmetic import Applied, Formula, Operation
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Step, Word
from attain.engine.trace.reading import operand
from attain.engine.trace.spots import PayeeSpot, rows
from attain.plans.expressions import Expr
from attain.plans.model import Plan, WindowLimit


@dataclass(frozen=True)
class Month:
    """A pay period of the payee within the plan version's window: what its lines sum to, and the limit."""

    period: str
    window: str
    paid: int
    limit: int | None


def steps(derivation: Derivation, row: Mapping[str, Any]) -> list[Step]:
    """The steps of a line of kind `cap` or `floor`."""
    plan = derivation.version(row["version"])
    period = str(row["source"]).partition(":")[2]
    months = _months(derivation, plan, row)
    place = next(number for number, month in enumerate(months) if month.period == period)
    amount, path, carried = _said(plan, row)
    spot = PayeeSpot(derivation.compilation, plan, row["payee"], plan.period, period)
    limit, inside = operand(derivation, spot, amount, "window.limit", derivation.where(plan, *path, "amount"), "money")
    own = months[place]
    window = [month for month in months[: place + 1] if month.window == own.window]
    listed = tuple(
        Step("window.month", {"period": month.period}, None, derivation.minor(month.paid)) for month in window
    )
    so_far = derivation.minor(sum(month.paid for month in window))
    words: dict[str, Word] = {"window": plan.plan if own.window == "plan" else own.window, "period": period}
    total = Step("window.so_far", words, None, so_far, inside=listed)
    most = derivation.minor(own.limit)
    where = derivation.where(plan, *path)
    shown = () if most.value == limit.value else (Step("window.rounded", {}, None, most),)
    if row["kind"] == "floor":
        return [
            Step(
                "floor",
                words,
                Operation("-", most, so_far),
                derivation.minor(row["amount"]),
                where,
                inside=(total, *inside, *shown),
            )
        ]
    walked = _walked(derivation, plan, row)
    cut = walked[period]
    brought = int(cut["brought"])
    before = [month for month in months[:place] if month.window == own.window]
    paid_now = _paid(derivation, window, brought)
    if before and before[-1].period in walked:
        paid_before: Formula = _paid(derivation, before, brought)
    else:  # what earlier versions of the plan have paid in the window
        paid_before = derivation.minor(int(cut["so_far"]) - int(cut["x"]) + int(cut["cut_before"]))
    formula = Operation("-", Operation("-", paid_now, paid_before), derivation.minor(own.paid))
    more = (Step("window.brought", words, None, derivation.minor(brought)),) if brought else ()
    kind = "cap.carried" if carried else "cap.lost"
    return [Step(kind, words, formula, derivation.minor(row["amount"]), where, inside=(total, *inside, *shown, *more))]


def _paid(derivation: Derivation, window: list[Month], brought: int) -> Formula:
    """The smaller of what the window has earned (with what was brought into it) and its most."""
    so_far: Formula = derivation.minor(sum(month.paid for month in window))
    if brought:
        so_far = Operation("+", so_far, derivation.minor(brought))
    most = window[-1].limit
    return so_far if most is None else Applied("least", (so_far, derivation.minor(most)))


def _said(plan: Plan, row: Mapping[str, Any]) -> tuple[Expr, tuple[str, ...], bool]:
    """The amount, its place in the document, and whether the excess is carried."""
    name = row["component"]
    if name == "settlement.cap":
        if plan.settlement.cap is None:
            raise TypeError("The plan has no cap.")
        return plan.settlement.cap.amount, ("settlement", "cap"), plan.settlement.cap.excess == "carried"
    said = plan.components[name]
    if row["kind"] == "floor" and said.floor is not None:
        return said.floor.amount, ("components", name, "floor"), False
    if isinstance(said.limit, WindowLimit):
        return said.limit.amount, ("components", name, "limit"), said.limit.excess == "carried"
    raise TypeError(f"{name} has no window.")


def _months(derivation: Derivation, plan: Plan, row: Mapping[str, Any]) -> list[Month]:
    compilation = derivation.compilation
    name = row["component"]
    operands = rows(compilation, compilation.name(compilation.index(plan), row["kind"], name), {"payee": row["payee"]})
    whole = name == "settlement.cap"
    source = compilation.name("entitled") + ":components" if whole else compilation.name("lines")
    equal = {"payee": row["payee"]} if whole else {"payee": row["payee"], "component": name}
    paid: dict[str, int] = {}
    for line in rows(compilation, source, equal):
        paid[line["period"]] = paid.get(line["period"], 0) + int(line["amount"] or 0)
    return [
        Month(
            item["period"],
            item["window"],
            paid.get(item["period"], 0),
            None if item["limit"] is None else int(item["limit"]),
        )
        for item in sorted(operands, key=lambda item: item["start"])
    ]


def _walked(derivation: Derivation, plan: Plan, row: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The pay periods of the plan version against its cap."""
    compilation = derivation.compilation
    source = compilation.name(compilation.index(plan), "walked", row["component"])
    return {item["period"]: item for item in rows(compilation, source, {"payee": row["payee"]})}


__all__ = ["steps"]
