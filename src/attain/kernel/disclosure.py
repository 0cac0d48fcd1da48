"""Which totals may be shown so that nobody's part follows from them.

Every shown total is an equation: a sum of unknown amounts, one for each payee and cell (such as a plan's component).
A payee is *determined* when some combination of the equations speaks of that payee alone. That is so exactly if the
equations lose rank when the payee's unknowns are left out. Payees who count in the same totals are one *class*: of
them no combination can tell one from another, so only whole classes are looked at, and those are few.

    >>> team, rest = frozenset({("ann", ""), ("bob", "")}), frozenset({("cem", "")})
    >>> determined([team | rest, team], least=2)
    frozenset({'cem'})
    >>> allowed([team | rest, team], least=2)
    (True, False)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

Entry = tuple[str, str]
"""A payee and a cell of what they get."""
Total = frozenset[Entry]
Pattern = frozenset[int]
"""In which totals the cells of a payee count: for each different cell the bits of those totals."""


def allowed(totals: Sequence[Total], *, least: int) -> tuple[bool, ...]:
    """Of totals in the order of their weight, those that may be shown together.

    Each is shown unless it, or what follows from it and those before it, is about fewer than `least` payees: alike
    ones whose sum is determined, what lies between two totals of which one holds the other, or the total itself.
    """
    sizes: Counter[Pattern] = Counter(_patterns(totals).values())
    chosen, answers = 0, []
    for place in range(len(totals)):
        trial = chosen | 1 << place
        is_safe = _is_large(sizes, trial, place, least) and _small_class(_within(sizes, trial), least) is None
        chosen = trial if is_safe else chosen
        answers.append(is_safe)
    return tuple(answers)


def determined(totals: Sequence[Total], *, least: int = 2) -> frozenset[str] | None:
    """Payees, fewer than `least` and alike in all these totals, whose sum follows from them; None if there are none."""
    patterns = _patterns(totals)
    found = _small_class(Counter(patterns.values()), least)
    return None if found is None else frozenset(payee for payee, pattern in patterns.items() if pattern == found)


def _patterns(totals: Sequence[Total]) -> dict[str, Pattern]:
    cells: dict[Entry, int] = {}
    for place, total in enumerate(totals):
        for entry in total:
            cells[entry] = cells.get(entry, 0) | 1 << place
    of: dict[str, set[int]] = {}
    for (payee, _cell), mask in cells.items():
        of.setdefault(payee, set()).add(mask)
    return {payee: frozenset(masks) for payee, masks in of.items()}


def _within(sizes: Mapping[Pattern, int], chosen: int) -> Counter[Pattern]:
    """The classes when only the chosen totals are seen: some that differed are alike then."""
    found: Counter[Pattern] = Counter()
    for pattern, size in sizes.items():
        found[frozenset(mask & chosen for mask in pattern if mask & chosen)] += size
    found.pop(frozenset(), None)
    return found


def _small_class(sizes: Mapping[Pattern, int], least: int) -> Pattern | None:
    columns = frozenset().union(*sizes) if sizes else frozenset()
    whole = None
    for pattern, size in sizes.items():
        if size >= least:
            continue
        others = frozenset().union(*(other for other in sizes if other != pattern))
        if pattern <= others:
            continue
        whole = _rank(columns) if whole is None else whole
        if _rank(others, whole) < whole:
            return pattern
    return None


def _is_large(sizes: Mapping[Pattern, int], chosen: int, newest: int, least: int) -> bool:
    """The newest total speaks of enough payees, or of none who is unknown; so does what lies between it and others."""
    if 0 < _payees(sizes, 1 << newest, 0) < least:
        return False
    for place in range(newest):
        if chosen >> place & 1:
            for larger, smaller in ((1 << place, 1 << newest), (1 << newest, 1 << place)):
                holds = _payees(sizes, smaller, larger) == 0
                if holds and 0 < _payees(sizes, larger, smaller) < least:
                    return False
    return True


def _payees(sizes: Mapping[Pattern, int], within: int, without: int) -> int:
    """How many payees have a cell that counts in one total and not in the other."""
    return sum(size for pattern, size in sizes.items() if any(mask & within and not mask & without for mask in pattern))


def _rank(columns: Collection[int], enough: int | None = None) -> int:
    """Of the matrix with these columns of zeros and ones, by whole numbers alone; no further than `enough`."""
    width = max((mask.bit_length() for mask in columns), default=0)
    basis: dict[int, list[int]] = {}
    for mask in sorted(columns):
        if enough is not None and len(basis) == enough:
            break
        row = [mask >> place & 1 for place in range(width)]
        for pivot, known in basis.items():
            if row[pivot]:
                row = _reduced(row, known, pivot)
        lead = next((place for place, value in enumerate(row) if value), None)
        if lead is not None:
            basis[lead] = row
    return len(basis)


def _reduced(row: Iterable[int], known: Sequence[int], pivot: int) -> list[int]:
    """Without its part at the pivot; whole numbers stay whole numbers."""
    row = list(row)
    factor, other = known[pivot], row[pivot]
    return [factor * value - other * part for value, part in zip(row, known, strict=True)]
