"""A failing case made small: parts are taken out as long as the same kind of difference stays."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import yaml

from .held_together import Case, differences
from .plans import sound

Fails = Callable[[Case], str]
SECTIONS = ("components", "values", "measures", "credits", "tables", "inputs", "parameters", "settlement")


def complaint(case: Case) -> str:
    """The kind of the first difference, empty when there is none."""
    try:
        if any(sound(copy.deepcopy(plan)) is None or _shrank(plan) for plan in case.plans):
            return ""
        found = differences(case.models, case.world.snapshot())
    except Exception as problem:  # a crash of either side is a complaint like any other
        return f"{type(problem).__name__}: {str(problem)[:60]}"
    return found[0].split(" of ")[0].split(", event")[0][:60] if found else ""


def _shrank(plan: dict[str, Any]) -> bool:
    copied = copy.deepcopy(plan)
    sound(copied)
    return bool(copied != plan)


def smallest(case: Case, fails: Fails = complaint) -> Case:
    """Pieces are tried one after the other; what can go is gone at once, until nothing more goes."""
    wanted = fails(case)
    assert wanted, "the case does not fail"
    best, before = case, None
    while before is not best:
        before = best
        for make in _steps(best):
            smaller = make(best)
            if smaller is not None and fails(smaller) == wanted:
                best = smaller
    return best


def _steps(case: Case) -> Iterator[Callable[[Case], Case | None]]:
    """Ways to take something out, large pieces first. Each is tried on the smallest case so far."""
    for number, plan in enumerate(case.plans):
        for path in sorted(_paths(plan), key=lambda path: (len(path), path[0] != "components")):
            yield partial(_without_part, number, path)
    for table in sorted({**case.world.facts, **case.world.decisions}):
        size = len(_rows(case, table))
        while size >= 1:
            for start in reversed(range(0, len(_rows(case, table)), size)):
                yield partial(_without_rows, table, start, size)
            size //= 2


def _without_rows(table: str, start: int, size: int, case: Case) -> Case | None:
    changed = copy.deepcopy(case)
    rows = _rows(changed, table)
    if start >= len(rows):
        return None
    del rows[start : start + size]
    return changed


def _without_part(number: int, path: tuple[Any, ...], case: Case) -> Case | None:
    changed = copy.deepcopy(case)
    inner: Any = changed.plans[number]
    try:
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
    except (KeyError, IndexError, TypeError):
        return None
    return changed


def _rows(case: Case, table: str) -> list[Any]:
    found = case.world.facts if table in case.world.facts else case.world.decisions
    return found[table]


def _paths(node: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if above or key in SECTIONS:
                if above:
                    yield (*above, key)
                yield from _paths(value, (*above, key))
    elif isinstance(node, list) and len(above) > 1:
        for number, value in enumerate(node):
            yield (*above, number)
            yield from _paths(value, (*above, number))


def printed(case: Case) -> str:
    """The case as one document, for a regression test."""
    rows = {**case.world.facts, **case.world.decisions}
    tables = {name: found for name, found in rows.items() if found}
    return str(
        yaml.safe_dump({"plans": case.plans, "world": tables}, sort_keys=False, width=180, default_flow_style=None)
    )
