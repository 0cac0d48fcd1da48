"""The dated closure, against a walk up the tree on every single day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.errors import DatingError
from attain.kernel.hierarchy import ClosureRow, Edge, closure

ZERO = date(2026, 1, 1)
SPAN = 24
NAMES = "ABCDEF"


def day(offset: int) -> date:
    return ZERO + timedelta(days=offset)


ALL_DAYS = [day(offset) for offset in range(-1, SPAN + 2)]


@st.composite
def edge_lists(draw: st.DrawFn) -> list[Edge]:
    """Each member has one parent at a time, any other member, so circles happen."""
    edges = []
    for child in NAMES:
        borders = sorted(draw(st.sets(st.integers(0, SPAN), max_size=4)))
        for place, start in enumerate(borders):
            parent = draw(st.none() | st.sampled_from(NAMES.replace(child, "")))
            end = borders[place + 1] if place + 1 < len(borders) else draw(st.sampled_from([None, SPAN + 1]))
            if parent is not None:
                edges.append(Edge(child, parent, day(start), None if end is None else day(end)))
    return draw(st.permutations(edges))


def holds(edge: Edge | ClosureRow, on: date) -> bool:
    return edge.valid_from <= on and (edge.valid_to is None or on < edge.valid_to)


def walk(edges: list[Edge], on: date) -> set[tuple[str, str, int]] | None:
    """All (descendant, ancestor, level) of one day, or None when somebody runs in a circle."""
    above = {edge.child: edge.parent for edge in edges if holds(edge, on)}
    found = set()
    for member in {*above, *above.values()}:
        at, level = member, 0
        found.add((member, member, 0))
        while at in above:
            at, level = above[at], level + 1
            if level > len(NAMES):
                return None
            found.add((member, at, level))
    return found


@given(edges=edge_lists())
def test_the_closure_says_of_every_day_what_a_walk_finds(edges: list[Edge]) -> None:
    """B.3, B.5, B.10: the roll-up of a date is the tree of that date, and nobody is credited twice."""
    walks = {on: walk(edges, on) for on in ALL_DAYS}
    if None in walks.values():
        with pytest.raises(DatingError) as refused:
            closure(edges)
        assert refused.value.code == "hierarchy.cycle"
        return
    rows = closure(edges)
    for on, expected in walks.items():
        found = [row[:3] for row in rows if holds(row, on)]
        assert len(found) == len(set(found)), "nobody is counted twice"
        assert set(found) == expected
    assert rows == closure(sorted(edges)), "the order of the edges does not matter"


def test_a_move_to_another_manager_splits_the_chain_at_its_date() -> None:
    rows = closure(
        [("rep", "north", day(0), day(10)), ("rep", "south", day(10), None), ("south", "head", day(5), day(20))]
    )
    assert [row for row in rows if row.descendant == "rep"] == [
        ClosureRow("rep", "rep", 0, day(0), None),
        ClosureRow("rep", "north", 1, day(0), day(10)),
        ClosureRow("rep", "south", 1, day(10), None),
        ClosureRow("rep", "head", 2, day(10), day(20)),
    ]


def test_a_renewed_edge_is_no_change() -> None:
    renewed = closure([("rep", "boss", day(0), day(10)), ("rep", "boss", day(10), day(20))])
    assert renewed == closure([("rep", "boss", day(0), day(20))])


def test_somebody_alone_is_above_himself() -> None:
    assert closure([], members=[("solo", day(0), None)]) == [ClosureRow("solo", "solo", 0, day(0), None)]
    assert closure([]) == []


def test_a_circle_is_named_with_its_members_and_dates() -> None:
    edges = [
        ("a", "b", day(0), None),
        ("b", "c", day(0), day(20)),
        ("c", "a", day(9), day(12)),
        ("rep", "a", day(0), None),
    ]
    with pytest.raises(DatingError, match=r"2026-01-10 through 2026-01-12: a → b → c → a"):
        closure(edges)
    with pytest.raises(DatingError, match="self → self"):
        closure([("self", "self", day(0), None)])


def test_a_circle_that_never_closes_on_one_day_is_none() -> None:
    rows = closure([("a", "b", day(0), day(10)), ("b", "a", day(10), day(20))])
    assert [row.level for row in rows] == [0, 1, 0, 1]


def test_two_parents_on_one_day_are_refused_by_name() -> None:
    with pytest.raises(DatingError, match=r"Two parents of rep: north .* and south .* 2026-01-06 through 2026-01-10"):
        closure([("rep", "north", day(0), day(10)), ("rep", "south", day(5), None)])


def test_a_chain_deeper_than_any_company_is_refused() -> None:
    chain = [(f"m{place:03}", f"m{place + 1:03}", day(0), None) for place in range(5)]
    assert max(row.level for row in closure(chain, max_depth=5)) == 5
    with pytest.raises(DatingError, match=r"m000 has more than 4 levels above .* m000 → m001") as refused:
        closure(chain, max_depth=4)
    assert refused.value.code == "hierarchy.too-deep"
