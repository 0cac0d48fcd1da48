"""Which totals may be shown so that nobody's part follows from them.

Every shown total is an equation: a sum of unknown amounts, one for each payee and cell (such as a plan's component).
A payee is *determined* when some combination of the equations speaks of that payee alone. Payees who count in the same
totals are one *class*: of them no combination can tell one from another, so only whole classes are looked at.

Guarded are single payees and classes of fewer than `least`, against every combination of what is shown; and totals of
which one holds the other, against their difference. Not guarded is the sum of a few payees of different classes where
it follows from three or more totals: it says what those few get together, and of none of them what they get.

The equations are kept solved: each has a column of its own, its pivot, in which it alone is not zero. A combination
that speaks of a class alone is then made of those equations whose pivot belongs to that class alone: few, or none.

They are solved modulo a large prime. What follows in whole numbers follows modulo a prime as well, unless the prime
makes equations depend on each other that do not; what follows modulo the prime alone is withheld without need, no more.
For the former it has to divide each largest minor of a matrix of zeros and ones. By Hadamard's bound such a minor of
100 totals stays below 2**240, so that at most 7 of the fifty million primes of this size divide it (von zur Gathen and
Gerhard, Modern Computer Algebra, 5.5), and nobody makes up teams and plans to suit this one.

    >>> team, rest = frozenset({("ann", ""), ("bob", "")}), frozenset({("cem", "")})
    >>> determined([team | rest, team], least=2)
    frozenset({'cem'})
    >>> allowed([team | rest, team], least=2)
    (True, False)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Entry = tuple[str, str]
"""A payee and a cell of what they get."""
Total = frozenset[Entry]
Columns = frozenset[int]
"""Cells, those alike in all totals as one."""
Numbers = NDArray[np.int64]
PRIME = 2**31 - 1
"""So that a product of two remainders fits into 64 bits."""
SHARED = -1
"""Stands for the class of a column that several have, or none."""


def allowed(totals: Sequence[Total], *, least: int) -> tuple[bool, ...]:
    """Of totals in the order of their weight, those that may be shown together.

    Each is shown unless it, or what follows from it and those before it, is about fewer than `least` payees: alike
    ones whose sum is determined, what lies between two totals of which one holds the other, or the total itself.
    """
    counts, payees = _columns(totals)
    sizes, solved = Counter(payees.values()), _Solved.of(counts)
    shown: list[Columns] = []
    answers = []
    for row in counts:
        total, further = frozenset(np.flatnonzero(row).tolist()), solved.with_total(row)
        is_safe = _is_large(sizes, shown, total, least) and (
            further is solved or further.small_class(sizes, least) is None
        )
        if is_safe:
            solved = further
            shown.append(total)
        answers.append(is_safe)
    return tuple(answers)


def determined(totals: Sequence[Total], *, least: int = 2) -> frozenset[str] | None:
    """Payees, fewer than `least` and alike in all these totals, whose sum follows from them; None if there are none."""
    counts, payees = _columns(totals)
    solved = _Solved.of(counts)
    for row in counts:
        solved = solved.with_total(row)
    found = solved.small_class(Counter(payees.values()), least)
    return None if found is None else frozenset(payee for payee, own in payees.items() if solved.seen(own) == found)


def _columns(totals: Sequence[Total]) -> tuple[Numbers, dict[str, Columns]]:
    """A row for each total and a column for each different cell; and which columns each payee has.

    The first column is of a cell that counts nowhere.
    """
    cells: dict[Entry, int] = {}
    for place, total in enumerate(totals):
        for entry in total:
            cells[entry] = cells.get(entry, 0) | 1 << place
    masks = sorted({0, *cells.values()})
    column = {mask: place for place, mask in enumerate(masks)}
    of: dict[str, set[int]] = {}
    for (payee, _cell), mask in cells.items():
        of.setdefault(payee, set()).add(column[mask])
    counts = [[mask >> place & 1 for mask in masks] for place in range(len(totals))]
    return np.array(counts, dtype=np.int64).reshape(-1, len(masks)), {who: frozenset(own) for who, own in of.items()}


@dataclass(frozen=True)
class _Solved:
    """The equations of what is shown: reduced, so that each pivot is a one and stands alone in its column."""

    rows: Numbers
    pivots: Numbers
    alike: Numbers
    """For each column a number that it shares with those that count in the same of these totals; 0: in none."""

    @classmethod
    def of(cls, counts: Numbers) -> _Solved:
        """Nothing is shown yet."""
        width = counts.shape[1]
        return cls(np.zeros((0, width), np.int64), np.zeros(0, np.int64), np.zeros(width, np.int64))

    def with_total(self, total: Numbers) -> _Solved:
        """The same where the total follows from what is there."""
        rest = (total - self.rows[total[self.pivots] != 0].sum(axis=0)) % PRIME
        if not rest.any():
            return self
        rows, pivot = _reduced(self.rows, rest)
        _, alike = np.unique(2 * self.alike + total, return_inverse=True)
        return _Solved(rows, np.append(self.pivots, pivot), alike)

    def seen(self, own: Columns) -> Columns:
        """What can be told apart of a payee's cells."""
        return frozenset(self.alike[sorted(own)].tolist()) - {0}

    def small_class(self, sizes: Mapping[Columns, int], least: int) -> Columns | None:
        """Payees who cannot be told apart, fewer than `least`, whose sum follows."""
        classes: Counter[Columns] = Counter()
        alike = self.alike.tolist()
        for own, size in sizes.items():
            classes[frozenset(map(alike.__getitem__, own)) - {0}] += size
        first = np.unique(self.alike, return_index=True)[1]
        found, rows, owner = list(classes), self.rows[:, first], _owners(list(classes), len(first))
        whose = owner[self.alike[self.pivots]]
        for place in sorted(set(whose.tolist()) - {SHARED}):
            if classes[found[place]] < least and _are_dependent(rows[whose == place][:, owner != place]):
                return found[place]
        return None


def _owners(classes: Sequence[Columns], width: int) -> Numbers:
    """The place of the one class that has a column."""
    times = Counter(column for own in classes for column in own)
    owner = np.full(width, SHARED)
    for place, own in enumerate(classes):
        owner[[column for column in own if times[column] == 1]] = place
    return owner


def _reduced(rows: Numbers, new: Numbers) -> tuple[Numbers, int]:
    """With one more row, which is zero at their pivots; and where its own pivot is."""
    pivot = int(np.flatnonzero(new)[0])
    new = new * pow(int(new[pivot]), -1, PRIME) % PRIME
    found, touched = np.vstack([rows, new]), np.flatnonzero(rows[:, pivot])
    found[touched] = (found[touched] - found[touched, pivot, None] * new) % PRIME
    return found, pivot


def _are_dependent(rows: Numbers) -> bool:
    while len(rows):
        if not rows[0].any():
            return True
        rows = _reduced(rows[1:], rows[0])[0][:-1]
    return False


def _is_large(sizes: Mapping[Columns, int], shown: Sequence[Columns], newest: Columns, least: int) -> bool:
    """The newest total speaks of enough payees, or of none who is unknown; so does what lies between it and others."""
    nested = [
        newest,
        *(newest - one for one in shown if one <= newest),
        *(one - newest for one in shown if newest <= one),
    ]
    return not any(0 < _payees(sizes, between) < least for between in nested)


def _payees(sizes: Mapping[Columns, int], columns: Columns) -> int:
    """How many payees have one of these cells."""
    return sum(size for own, size in sizes.items() if not own.isdisjoint(columns))
