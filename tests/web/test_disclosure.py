"""No total lets anybody work out what one person gets: proven against an independent way to find out."""

from __future__ import annotations

import doctest
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attain.web.apps.pay import disclosure
from attain.web.apps.pay.disclosure import Total, allowed, determined

LEAST = 3
CELLS = ("x", "y")


def total(*payees: str, cell: str = "") -> Total:
    return frozenset((payee, cell) for payee in payees)


def test_a_total_less_another_one_is_a_total() -> None:
    everybody, team = total(*"abcdefgh"), total(*"abcdefg")
    assert determined([everybody, team]) == {"h"}
    assert allowed([everybody, team], least=6) == (True, False)


def test_three_totals_may_tell_what_two_do_not() -> None:
    """Who is in both of two teams: A + B - everybody."""
    everybody, left, right = total(*"abcde"), total(*"abc"), total(*"cde")
    assert determined([everybody, left, right]) == {"c"}
    assert determined([left, right]) is None


def test_plans_and_teams_together_may_tell_more_than_each() -> None:
    """Team A sells by plan X alone; besides it one person has plan X."""
    plan_x = total(*"abcdef", "g", cell="x")
    team_a = total(*"abcdef", cell="x")
    assert determined([team_a, plan_x]) == {"g"}
    assert allowed([plan_x, team_a], least=6) == (True, False)


def test_somebody_with_two_plans_is_told_by_their_parts_too() -> None:
    plan_x, plan_y = total(*"abc", cell="x"), total("a", cell="y")
    assert determined([plan_x, plan_y]) == {"a"}


def test_a_small_group_is_withheld_and_so_is_what_would_tell_it() -> None:
    everybody, small, large = total(*"abcdefghij"), total(*"ab"), total(*"cdefghij")
    assert allowed([everybody, large, small], least=6) == (True, False, False)
    assert allowed([large, everybody, small], least=6) == (True, False, False)


def test_of_totals_of_nobody_unknown_nothing_follows() -> None:
    assert allowed([frozenset(), total(*"abc")], least=3) == (True, True)


def test_the_examples_of_the_docstring_hold() -> None:
    assert doctest.testmod(disclosure).failed == 0


def test_a_large_company_with_crossing_teams_takes_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """500 payees in 34 teams that cross 6 others, with 16 components: rows are added to one another at most as often
    as there are pairs of totals, however many payees there are."""
    steps: list[int] = []
    reduced = disclosure._reduced
    monkeypatch.setattr(disclosure, "_reduced", lambda rows, new: steps.append(len(rows)) or reduced(rows, new))
    payees, components = range(500), range(16)
    has = {one: [part for part in components if one * 7 % 4 == part // 4 and (one + part) % 5] for one in payees}
    totals = [frozenset((str(one), str(part)) for one in payees for part in has[one])]
    for teams in (6, 34):
        totals += [frozenset(entry for entry in totals[0] if int(entry[0]) % teams == team) for team in range(teams)]
    totals += [frozenset(entry for entry in totals[0] if entry[1] == str(part)) for part in components]
    assert sum(allowed(totals, least=6)) > 30
    assert len(steps) <= len(totals) ** 2


@st.composite
def companies(draw: st.DrawFn) -> list[Total]:
    """Teams of random people, plans that some of them have, and totals of both, in any order."""
    payees = [f"p{number}" for number in range(draw(st.integers(1, 12)))]
    has = {payee: draw(st.sets(st.sampled_from(CELLS), min_size=1)) for payee in payees}
    groups = draw(st.lists(st.sets(st.sampled_from(payees), min_size=1), min_size=1, max_size=6))
    totals = [frozenset((payee, cell) for payee in group for cell in has[payee]) for group in groups]
    totals += [frozenset((payee, cell) for payee in payees if cell in has[payee]) for cell in CELLS]
    totals.append(frozenset((payee, cell) for payee in payees for cell in has[payee]))
    return draw(st.permutations(totals))


@settings(max_examples=300, deadline=None)
@given(companies())
def test_from_what_is_allowed_nobody_is_determined(totals: list[Total]) -> None:
    """F2: for random teams, plans and orders of totals."""
    shown = [one for one, is_shown in zip(totals, allowed(totals, least=LEAST), strict=True) if is_shown]
    assert not any(_follows(shown, payee) for payee in {payee for one in shown for payee, _ in one})
    assert determined(shown, least=LEAST) is None
    for larger in shown:
        for smaller in [*shown, frozenset()]:
            if smaller < larger:
                assert len({payee for payee, _ in larger - smaller}) >= LEAST


@settings(max_examples=300, deadline=None)
@given(companies())
def test_who_is_determined_is_found(totals: list[Total]) -> None:
    payees = {payee for one in totals for payee, _ in one}
    told = {payee for payee in payees if _follows(totals, payee)}
    found = determined(totals)
    assert (found is None) == (not told)
    assert found is None or found <= told


def _follows(totals: list[Total], payee: str) -> bool:
    """By what may change with no total changing: of whom not all amounts move freely, something follows."""
    entries = sorted({entry for one in totals for entry in one})
    free = _free([[Fraction(entry in one) for entry in entries] for one in totals], len(entries))
    own = [place for place, entry in enumerate(entries) if entry[0] == payee]
    return len(own) > _rank([[move[place] for place in own] for move in free])


def _free(rows: list[list[Fraction]], width: int) -> list[list[Fraction]]:
    """A basis of all changes that leave every total as it is."""
    rows, pivots = _echelon(rows), []
    for row in rows:
        pivots.append(next(place for place, value in enumerate(row) if value))
    moves = []
    for place in set(range(width)) - set(pivots):
        move = [Fraction(0)] * width
        move[place] = Fraction(1)
        for row, pivot in zip(rows, pivots, strict=True):
            move[pivot] = -row[place]
        moves.append(move)
    return moves


def _rank(rows: list[list[Fraction]]) -> int:
    return len(_echelon(rows))


def _echelon(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Reduced: each row leads with a one, that stands alone in its column."""
    done: list[list[Fraction]] = []
    for row in rows:
        for known in done:
            lead = next(place for place, value in enumerate(known) if value)
            row = [value - row[lead] * other for value, other in zip(row, known, strict=True)]
        lead = next((place for place, value in enumerate(row) if value), -1)
        if lead < 0:
            continue
        row = [value / row[lead] for value in row]
        done = [[value - known[lead] * other for value, other in zip(known, row, strict=True)] for known in done]
        done.append(row)
    return done
