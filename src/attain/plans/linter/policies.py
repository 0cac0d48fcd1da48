"""Choices that a plan must state because two readers would make them differently."""

from __future__ import annotations

from collections.abc import Iterator

from attain.kernel.errors import Finding
from attain.plans.expressions import names_in
from attain.plans.linter.rules import PlanRule, Reading
from attain.plans.mistakes import Path
from attain.plans.needs import needed_policies


class MissingPolicy(PlanRule):
    """Every choice that the plan's constructs touch is stated under `policies`: rounding, borders, splits and the
    others. Without it two readers would pay different amounts."""

    code = "plan.policy-missing"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for need in needed_policies(reading.plan):
            yield self.finding(
                reading,
                need.path or ("policies",),
                f"The policy `{need.policy}` is not stated, and {need.why}.",
                witness=need.witness,
                hint=f"Add `policies: {{{need.policy}: …}}` with {need.choices}.",
            )


class PositionPaidTwice(PlanRule):
    """With `follows: position` a measure is what a position has sold, whoever held it: a `per` component that reads one
    would pay the whole to each holder of a period."""

    code = "plan.position-paid-twice"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        plan = reading.plan
        if plan.policies.follows != "position":
            return
        for name, component in plan.components.items():
            read = _sum_read(reading, name) if component.per is not None and component.prorate is None else None
            if read is not None and component.per is not None:
                kind = component.per.kind
                yield self.finding(
                    reading,
                    ("components", name),
                    f"{name} reads `{read}`, which follows the position: each holder within a {kind} would be paid "
                    "for the whole of it.",
                    witness=f"two who hold a position one after the other in a {kind} are both paid for all that was "
                    f"sold in that {kind}",
                    hint="Add `prorate: days`, pay `each` credit, or choose `follows: person`.",
                )


def _sum_read(reading: Reading, component: str) -> str | None:
    """The first measure of a payee whose sum the component reads, also through values and tables."""
    plan = reading.plan
    waiting: list[Path] = [("components", component)]
    table = plan.components[component].table
    waiting += [("tables", table)] if table is not None else []
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for named in (name for place, formula in reading.formulas if place[:2] == path for name in names_in(formula)):
            first, field = named.parts[0], named.parts[-1]
            if first in plan.measures and plan.measures[first].for_ == "payee" and field != "quota":
                return named.text
            waiting += [(section, first) for section in ("values", "tables") if first in getattr(plan, section)]
    return None


RULES = (MissingPolicy, PositionPaidTwice)
