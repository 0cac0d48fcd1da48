"""One thing after another that happens to a company between two runs: a deal more, another amount, a deal cancelled,
somebody moves, a quota or a plan changes.

Every edit draws what it writes from what the company already has, so that ties and edges happen often. An edit may make
nonsense of a company; whoever applies it asks whether a whole calculation refuses it.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from .companies import DAYS, FACT_TYPES, World, references
from .held_together import Case
from .plans import random_plan

FACTS = ("deals", "deals", "deals", "partners", "receipts")
DECISIONS = ("positions", "assignments", "people", "quotas", "relationships", "teams", "leaves", "parameters", "inputs",
             "holds", "overrides", "adjustments")  # fmt: skip


def edited(rnd: Random, case: Case) -> Case:
    """The case after one or several edits at once; often of a fact together with a decision."""
    found = deepcopy(case)
    if rnd.random() < 0.25:
        rnd.choice((_add_fact, _correct_fact))(rnd, found)
        rnd.choice((_hire, _move, _decide))(rnd, found)
        return found
    for _ in range(rnd.choice((1, 1, 1, 2, 4))):
        rnd.choice(EDITS)(rnd, found)
    return found


def _rows(rnd: Random, world: World, names: tuple[str, ...]) -> tuple[str, list[dict[str, Any]]]:
    """A table that has rows, and these."""
    by_table = {name: (world.facts if name in FACT_TYPES else world.decisions).get(name, []) for name in names}
    name = rnd.choice([name for name in names if by_table[name]] or ["deals"])
    return name, by_table.get(name, [])


def _add_fact(rnd: Random, case: Case) -> None:
    name, rows = _rows(rnd, case.world, FACTS)
    if not rows:
        return
    row = dict(rnd.choice(rows), id=f"new-{rnd.randrange(10**9)}")
    _change(rnd, case.world, row, rows)
    if name == "deals" and rnd.random() < 0.3:
        row["reverses"] = rnd.choice(rows)["id"]
    rows.append(row)


def _correct_fact(rnd: Random, case: Case) -> None:
    _, rows = _rows(rnd, case.world, FACTS)
    if rows:
        _change(rnd, case.world, rnd.choice(rows), rows)


def _cancel_fact(rnd: Random, case: Case) -> None:
    _, rows = _rows(rnd, case.world, FACTS)
    if rows:
        rows.remove(rnd.choice(rows))


def _move(rnd: Random, case: Case) -> None:
    """Somebody sits elsewhere, or reports to somebody else."""
    _, rows = _rows(rnd, case.world, ("positions", "assignments"))
    _change(rnd, case.world, rnd.choice(rows), rows)


def _decide(rnd: Random, case: Case) -> None:
    _, rows = _rows(rnd, case.world, DECISIONS)
    _change(rnd, case.world, rnd.choice(rows), rows)


def _withdraw(rnd: Random, case: Case) -> None:
    _, rows = _rows(rnd, case.world, DECISIONS)
    rows.remove(rnd.choice(rows))


def _change_quota(rnd: Random, case: Case) -> None:
    rows = case.world.decisions.get("quotas", [])
    if rows:
        row = rnd.choice(rows)
        row["amount"] = str(rnd.choice((0, 1, 900, 12_000, 50_000)))


def _hire(rnd: Random, case: Case) -> None:
    """Somebody comes, and sits on a position of their own that somebody leads."""
    number, start = rnd.randrange(10**6), rnd.choice(DAYS)
    above = rnd.choice(case.world.column("positions", "position"))
    title = rnd.choice(case.world.column("positions", "title"))
    case.world.add("people", person=f"h{number}", name="New", country="DE", currency="EUR", hired_on=start)
    case.world.add("positions", position=f"H{number}", title=title, manager=above, valid_from=start)
    case.world.add("assignments", person=f"h{number}", position=f"H{number}", valid_from=start)


def _hold(rnd: Random, case: Case) -> None:
    payee = rnd.choice(references(case.world))
    plan, start = rnd.choice(case.plans)["plan"], rnd.choice(DAYS)
    case.world.add("holds", hold=f"h{rnd.randrange(10**6)}", plan=plan, payee=payee, reason="asked", valid_from=start)


def _adjust(rnd: Random, case: Case) -> None:
    plan = rnd.choice(case.plans)
    case.world.add(
        "adjustments",
        adjustment=f"a{rnd.randrange(10**6)}",
        plan=plan["plan"],
        payee=rnd.choice(references(case.world)),
        pay_period=rnd.choice(("2026-02", "2026-Q1", "2026-05", "2026")),
        component=rnd.choice(list(plan["components"])),
        amount="12.34",
        currency=plan["currency"],
        reason="asked",
    )


def _drop_plan(rnd: Random, case: Case) -> None:
    """A plan pays nobody any more; one that did comes back."""
    if len({plan["plan"] for plan in case.plans}) > 1:
        gone = rnd.choice(case.plans)["plan"]
        case.plans[:] = [plan for plan in case.plans if plan["plan"] != gone]
    else:
        case.plans.append({**random_plan(Random(rnd.random())), "plan": rnd.choice(("second", "oracle"))})


def _change_plan(rnd: Random, case: Case) -> None:
    """Another plan under the name of this one."""
    place = rnd.randrange(len(case.plans))
    old = case.plans[place]
    case.plans[place] = {**random_plan(Random(rnd.random())), "plan": old["plan"], "version": old["version"]}


def _change(rnd: Random, world: World, row: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Another row's value in one column, or a day or a person of the company."""
    column = rnd.choice([name for name in row if name != "id"])
    others = [other[column] for other in rows if column in other]
    if column in ("owner", "second", "collector", "payee", "member", "subject") and rnd.random() < 0.5:
        others = references(world)
    if column.endswith(("_date", "_on", "_from")) and rnd.random() < 0.5:
        others = list(DAYS)
    row[column] = rnd.choice(others)


EDITS: tuple[Callable[[Random, Case], None], ...] = (
    _add_fact,
    _add_fact,
    _add_fact,
    _correct_fact,
    _correct_fact,
    _cancel_fact,
    _move,
    _move,
    _decide,
    _decide,
    _withdraw,
    _change_quota,
    _hire,
    _hold,
    _adjust,
    _change_plan,
    _drop_plan,
)
