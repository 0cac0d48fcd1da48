"""Which policies a plan must state: the choices that its constructs touch, each with the reason and a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from attain.plans import expressions as tree
from attain.plans.mistakes import Path
from attain.plans.model import Component, CreditSet, Grid, Plan, TierTable


class Need(NamedTuple):
    """A policy that is not stated. `path` is what needs it; empty when every plan does."""

    policy: str
    choices: str
    why: str
    witness: str
    path: Path = ()


_ALWAYS = (
    Need("rounding", "{mode: half_up, scope: line}", "every line is rounded", "a line of 0.005 is 0.01 or 0.00"),
    Need("missing", "hold or zero", "a result may be missing", "a deal without a quota is held, or pays 0"),
    Need(
        "negative_pay",
        "carry or collect",
        "reversals may exceed earnings",
        "a period with -100.00 is carried, or asked back",
    ),
    Need(
        "late_facts",
        "difference or restatement",
        "facts may arrive after their period is closed",
        "a deal of January that arrives in March",
    ),
)


def needed_policies(plan: Plan) -> Iterator[Need]:
    """What the plan needs and does not state, each policy once."""
    stated = plan.policies
    yield from (need for need in _ALWAYS if getattr(stated, need.policy) is None)
    for policy, find in (
        ("split", _split),
        ("border", _border),
        ("position", _position),
        ("quota_change", _quota_change),
        ("follows", _follows),
    ):
        if getattr(stated, policy) is None:
            found = next(find(plan), None)
            if found is not None:
                yield found


def _split(plan: Plan) -> Iterator[Need]:
    for name, source in plan.credits.items():
        if _is_split(source):
            yield Need(
                "split", "exact or cents", f"{name} divides an event", "0.01 for three payees", ("credits", name)
            )


def _is_split(source: CreditSet) -> bool:
    shares = [share for rule in source.to for share in (rule.share if isinstance(rule.share, tuple) else (rule.share,))]
    whole = [share is None or (isinstance(share, tree.Number) and share.value == 1) for share in shares]
    return len(source.to) > 1 or not all(whole)


def _border(plan: Plan) -> Iterator[Need]:
    for name, component in plan.components.items():
        table = component.inline_table
        if isinstance(table, TierTable) and table.border is None and table.tiers[0].to is not None:
            yield _border_need(name, ("components", name))
    for name, shared in plan.tables.items():
        tiered = isinstance(shared, TierTable) and shared.tiers[0].to is not None
        if (tiered or isinstance(shared, Grid)) and shared.border is None:  # type: ignore[union-attr]
            yield _border_need(name, ("tables", name))


def _border_need(name: str, path: Path) -> Need:
    return Need("border", "upper or lower", f"{name} has borders", f"a value right on the first border of {name}", path)


def _position(plan: Plan) -> Iterator[Need]:
    for name, component in plan.components.items():
        if component.each is None or component.position is not None or not _reads_measure(plan, component):
            continue
        if component.pays in ("curve", "lookup") or (component.pays == "whole" and not component.retroactive):
            yield Need(
                "position",
                "before, after or total",
                f"{name} pays each credit at a place of a running sum",
                "a deal that takes its payee from 90% to 110%",
                ("components", name),
            )


def _reads_measure(plan: Plan, component: Component) -> bool:
    for by in component.by or ():
        seen: set[str] = set()
        while (
            isinstance(by, tree.Name)
            and by.text in plan.values
            and by.text not in seen
            and plan.values[by.text].per is None
        ):
            seen.add(by.text)
            by = plan.values[by.text].formula
        if isinstance(by, tree.Name) and by.parts[0] in plan.measures and by.parts[1:] in ((), ("attainment",)):
            return True
    return False


def _quota_change(plan: Plan) -> Iterator[Need]:
    for name, measure in plan.measures.items():
        if measure.quota is not None and measure.quota not in plan.parameters and measure.quota not in plan.values:
            yield Need(
                "quota_change",
                "on_event, prorated or reset",
                f"{name} has a quota that may change in its window",
                "a quota of 100000 that becomes 150000 in July",
                ("measures", name),
            )


def _follows(plan: Plan) -> Iterator[Need]:
    for name in plan.measures:
        yield Need(
            "follows",
            "person or position",
            f"{name} sums over time",
            "a payee who changes position in the window",
            ("measures", name),
        )
