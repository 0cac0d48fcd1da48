"""When a line is paid out: its parts, what is due and what waits or is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attain.engine.trace.arithmetic import Figure
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Step, Word
from attain.kernel.errors import Where
from attain.plans.model import Plan


def release_steps(derivation: Derivation, row: Mapping[str, Any]) -> tuple[Step, ...]:
    """The parts of a line that is cut; none when it is paid at once."""
    compilation = derivation.compilation
    keys = {
        "component": row["component"],
        "payee": row["payee"],
        "source": row["source"],
        "earning_period": row["earning_period"],
    }
    found = derivation.rows(compilation.name("releases"), keys)
    if len(found) == 1 and found[0]["state"] == "released" and found[0]["pay_period"] == row["pay_period"]:
        return ()
    plan = derivation.version(row["version"])
    steps = []
    for item in sorted(found, key=lambda item: (int(item["part"]), str(item["pay_period"]))):
        words: dict[str, Word] = {
            "part": str(item["part"]),
            "period": str(item["pay_period"]),
            "reason": str(item["reason"]),
            "due": Figure(item["due_on"], "day"),
        }
        kind = f"release.{item['state']}"
        if item["state"] == "waiting" and item["due_on"] is None:
            kind = "release.waiting.trigger"
        steps.append(
            Step(
                kind,
                words,
                None,
                derivation.minor(int(item["amount"])),
                _where(derivation, plan, row["component"], int(item["part"])),
            )
        )
    return tuple(steps)


def _where(derivation: Derivation, plan: Plan, component: str, part: int) -> Where:
    """The item of `release` that made the part."""
    said = plan.components.get(component)
    path = ("components", component, "release") if said is not None and said.release else ("settlement", "release")
    rules = (said.release if said is not None else None) or plan.settlement.release or ()
    number = 0
    for place, rule in enumerate(rules):
        number += rule.in_
        if part <= number:
            return derivation.where(plan, *path, place)
    return derivation.where(plan, *path)
