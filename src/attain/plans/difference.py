"""What differs between two versions of a plan, by meaning and not by text.

Spacing, comments, the order of keys and the way in which a number is written make no difference: `5%` is `0.05`. A
component that says `was:` is compared with the one it was; tiers, recipients and other lists are compared place by
place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from attain.plans.expressions import Expr, Number
from attain.plans.mistakes import Path, in_words
from attain.plans.model import Component, CreditRule, CreditSet, Grid, Plan, PlanPart, TierTable
from attain.plans.scalars import Over

_SAYS_NOTHING = {"title", "version", "tests", "uses"}
_NAMES_ONLY = {"title", "clause", "was"}
_WHOLE = Number(Fraction(1), "100%")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that one version says and the other does not, or says differently.

    `before` and `after` are parts of the document model: an expression, a date, a word, or a whole section.
    """

    path: Path
    label: str
    before: Any
    after: Any
    kind: Literal["added", "removed", "changed"]
    moves_money: bool


def difference(old: Plan, new: Plan) -> list[Change]:
    """Every change in the order of the document; an empty list when both versions mean the same."""
    renamed = _renamed(old, new)
    changes = [_change(("components", after), before, after, moves_money=False) for after, before in renamed.items()]
    return [*changes, *_sections(_meaning(old), _meaning(new), renamed)]


def _renamed(old: Plan, new: Plan) -> dict[str, str]:
    """New name -> old name of the components that say what they were."""
    return {
        name: component.was
        for name, component in new.components.items()
        if component.was in old.components and component.was not in new.components and name not in old.components
    }


def _sections(old: Plan, new: Plan, renamed: Mapping[str, str]) -> Iterator[Change]:
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name == "components":
            earlier = {old_name: new_name for new_name, old_name in renamed.items()}
            before = {earlier.get(key, key): component for key, component in before.items()}
        yield from _differ((name,), before, after)


def _differ(path: Path, before: Any, after: Any) -> Iterator[Change]:
    if _is_absent(before) and _is_absent(after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _differ((*path, key), before.get(key), after.get(key))
    elif isinstance(before, tuple) and isinstance(after, tuple):
        for place in range(max(len(before), len(after))):
            pair = [items[place] if place < len(items) else None for items in (before, after)]
            yield from _differ((*path, place), *pair)
    elif isinstance(before, Expr) or isinstance(after, Expr) or not _same_model(before, after):
        if before != after:
            yield _change(path, before, after, moves_money=_moves_money(path))
    else:
        for name, field in type(after).model_fields.items():
            yield from _differ((*path, field.alias or name), getattr(before, name), getattr(after, name))


def _same_model(before: Any, after: Any) -> bool:
    """Two parts of a document that can be compared field by field; a delay or a window counts as one value."""
    is_part = isinstance(after, PlanPart)
    return is_part and type(before) is type(after)


def _is_absent(value: Any) -> bool:
    return value is None or value in ("", (), {})


def _moves_money(path: Path) -> bool:
    return path[0] not in _SAYS_NOTHING and not any(part in _NAMES_ONLY for part in path[2:])


def _change(path: Path, before: Any, after: Any, *, moves_money: bool) -> Change:
    before, after = (None if _is_absent(value) else value for value in (before, after))
    kind: Literal["added", "removed", "changed"] = (
        "added" if before is None else "removed" if after is None else "changed"
    )
    return Change(path, in_words(path), before, after, kind, moves_money)


def _meaning(plan: Plan) -> Plan:
    """The plan with its defaults and policies written where they count, so that only a change of meaning is left."""
    policies = plan.policies
    tables = {
        name: table.model_copy(update={"border": table.border or policies.border})
        if isinstance(table, TierTable | Grid)
        else table
        for name, table in plan.tables.items()
    }
    measures = {
        name: measure.model_copy(update={"over": measure.over or Over(kind=plan.period)})
        for name, measure in plan.measures.items()
    }
    return plan.model_copy(
        update={
            "tables": tables,
            "measures": measures,
            "components": {name: _component(item, plan) for name, item in plan.components.items()},
            "credits": {name: _credit(source) for name, source in plan.credits.items()},
        }
    )


def _component(component: Component, plan: Plan) -> Component:
    filled: dict[str, Any] = {"was": None}
    if component.tiers:
        filled["border"] = component.border or plan.policies.border
    if component.pays in ("whole", "curve", "lookup") and component.each is not None and not component.retroactive:
        filled["position"] = component.position or plan.policies.position
    return component.model_copy(update=filled)


def _credit(source: CreditSet) -> CreditSet:
    return source.model_copy(update={"to": tuple(_rule(rule) for rule in source.to)})


def _rule(rule: CreditRule) -> CreditRule:
    """Without a share a recipient gets 100 %; only a relationship may bring its own."""
    if rule.share is None and rule.relationship is None:
        return rule.model_copy(update={"share": (_WHOLE,)})
    return rule
