"""The same company in a calendar of weeks, with some quotas in a currency that the plan does not count in."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from attain.kernel.periods import GREGORIAN

from .companies import WEEKS, Row, World
from .plans import Text


def in_weeks(rnd: Random, world: World, plan: Text) -> tuple[World, Text]:
    """The plan by retail months (4-5-4), the decisions about its periods moved to those of the same days."""
    decisions = {table: [dict(row) for row in rows] for table, rows in world.decisions.items()}
    for row in decisions.get("adjustments", ()):
        row["pay_period"] = _in_weeks(row["pay_period"])
    for row in decisions.get("overrides", ()):
        if row["source"] == row["earning_period"] or row["source"][0] == "2":
            row["source"] = _in_weeks(row["source"])
        row["earning_period"] = _in_weeks(row["earning_period"])
    for row in decisions.get("quotas", ()):
        if rnd.random() < 0.05:
            row["currency"] = rnd.choice(("USD", "CHF"))
    return replace(world, decisions=_apart(decisions)), {**plan, "calendar": WEEKS.name}


def _in_weeks(period: str) -> str:
    civil = GREGORIAN.parse(period)
    return WEEKS.period(civil.kind, civil.start).id


def _apart(decisions: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Without overrides that have come to mean the same line."""
    seen = set()
    kept = []
    for row in decisions.get("overrides", ()):
        line = tuple(row[name] for name in ("plan", "component", "payee", "source", "earning_period"))
        if line not in seen:
            seen.add(line)
            kept.append(row)
    return {**decisions, "overrides": kept}
