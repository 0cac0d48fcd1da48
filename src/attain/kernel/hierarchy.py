"""Who is below whom, and when: the closure of a dated hierarchy.

On each day a hierarchy is a tree: one parent at most for each member. Climbing one level intersects the dates of the
way so far with those of the next edge, so that a row of the closure holds on exactly the days on which the whole
chain held. A member is above itself at level 0. Dotted lines are hierarchies of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from .errors import DatingError
from .intervals import Interval, check_no_overlap, merged, value_on

MAX_DEPTH = 64


class Edge(NamedTuple):
    child: str
    parent: str
    valid_from: date
    valid_to: date | None


class ClosureRow(NamedTuple):
    descendant: str
    ancestor: str
    level: int
    valid_from: date
    valid_to: date | None


Parents = dict[str, list[tuple[Interval, str]]]


def closure(
    edges: Iterable[Edge | tuple[str, str, date, date | None]],
    *,
    members: Iterable[tuple[str, date, date | None]] = (),
    max_depth: int = MAX_DEPTH,
) -> list[ClosureRow]:
    """Every pair of descendant and ancestor with its level and dates, sorted.

    A member exists on the days of its edges, in whichever role, and on those given by `members`, which is needed
    for those who have nobody above or below them.
    """
    parents, existing = _read(edges, members)
    rows: list[ClosureRow] = []
    climbing = [(member, member, interval) for member, intervals in existing.items() for interval in intervals]
    for level in range(max_depth + 1):
        rows += (ClosureRow(below, above, level, days.start, days.end) for below, above, days in climbing)
        climbing = _one_level_up(climbing, parents)
        if not climbing:
            return sorted(_joined(rows), key=lambda row: (row.descendant, row.level, row.ancestor, row.valid_from))
    below, _, days = climbing[0]
    raise DatingError(
        f"{below} has more than {max_depth} levels above on {days.start}: {_chain(below, parents, days.start)}.",
        code="hierarchy.too-deep",
        hint="Look for a wrong parent in this chain.",
    )


def _read(
    edges: Iterable[Edge | tuple[str, str, date, date | None]],
    members: Iterable[tuple[str, date, date | None]],
) -> tuple[Parents, dict[str, list[Interval]]]:
    """Each child's timeline of parents, and the days on which each member exists."""
    above: defaultdict[str, list[tuple[Interval, str]]] = defaultdict(list)
    existing: defaultdict[str, list[tuple[Interval, None]]] = defaultdict(list)
    for child, parent, valid_from, valid_to in edges:
        days = Interval(valid_from, valid_to)
        above[child].append((days, parent))
        existing[child].append((days, None))
        existing[parent].append((days, None))
    for member, valid_from, valid_to in members:
        existing[member].append((Interval(valid_from, valid_to), None))
    parents = {
        child: check_no_overlap(merged(timeline), what=f"Two parents of {child}") for child, timeline in above.items()
    }
    return parents, {member: [days for days, _ in merged(rows)] for member, rows in sorted(existing.items())}


def _one_level_up(climbing: list[tuple[str, str, Interval]], parents: Parents) -> list[tuple[str, str, Interval]]:
    higher: list[tuple[str, str, Interval]] = []
    for below, above, days in climbing:
        for edge_days, parent in parents.get(above, ()):
            shared = days.intersect(edge_days)
            if shared is None:
                continue
            # Every member climbs in step, so the members of a circle meet themselves before anybody runs in it.
            if parent == below:
                raise DatingError(
                    f"The hierarchy runs in a circle, {shared}: {_chain(below, parents, shared.start)}.",
                    code="hierarchy.cycle",
                    hint="End one of these relations before the other starts, or correct a parent.",
                )
            higher.append((below, parent, shared))
    return higher


def _chain(member: str, parents: Parents, day: date) -> str:
    """The way up from a member on a day, in words, until it ends or comes back."""
    way = [member]
    while (parent := value_on(parents.get(way[-1], ()), day)) is not None:
        way.append(parent)
        if parent == member:
            break
    return " → ".join(way)


def _joined(rows: list[ClosureRow]) -> Iterable[ClosureRow]:
    """Rows that touch each other in time, made one: an edge that was renewed is no change of the chain above it."""
    by_pair: defaultdict[tuple[str, str, int], list[tuple[Interval, None]]] = defaultdict(list)
    for row in rows:
        by_pair[row.descendant, row.ancestor, row.level].append((Interval(row.valid_from, row.valid_to), None))
    for (descendant, ancestor, level), timeline in by_pair.items():
        for days, _ in merged(timeline):
            yield ClosureRow(descendant, ancestor, level, days.start, days.end)
