"""Where two answers differ: every row of every table by its key, and every amount down to the cent.

An absent row of money and one of zero say the same about money, so of lines, releases and payments only amounts are
compared, summed by key. Of credits, of what is uncredited and of exceptions each row must stand on both sides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from typing import Any

from attain.plans.outcome import Outcome

Tables = Mapping[str, Iterable[Mapping[str, Any]]]
Key = tuple[Any, ...]
Cell = Fraction | str | date | int | None
# fmt: off
KEYS: dict[str, tuple[str, ...]] = {
    "lines": ("plan", "component", "payee", "source", "earning_period", "pay_period", "kind"),
    "releases": ("plan", "component", "payee", "source", "earning_period", "part", "pay_period", "state"),
    "payments": ("plan", "payee", "pay_period"),
    "credits": ("plan", "version", "credit_set", "event_type", "event", "rule", "level", "payee", "via"),
    "uncredited": ("event_type", "event"),
    "exceptions": ("plan", "component", "event_type", "event", "payee", "period", "code", "amount", "currency"),
}
AMOUNTS: dict[str, tuple[str, ...]] = {
    "lines": ("amount",),
    "releases": ("amount",),
    "payments": (
        "earned", "released", "guarantee", "draw_paid", "draw_recovered", "draw_balance",
        "carried_in", "carried_out", "payable", "paid",
    ),
}
"""Whole minor units, summed by key."""
CELLS: dict[str, tuple[str, ...]] = {
    "credits": ("amount", "share", "role", "position", "credited_on", "currency", "credit"),
    "uncredited": ("reason", "amount", "currency", "date"),
    "exceptions": (),
}
"""What each row says. Why something is an exception is said in words of its own on each side."""
# fmt: on
ROW = "row"
HERE, GONE = "is there", "is not there"


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount or cell that is not the same, or a whole row. `None` is an amount that could not be computed."""

    table: str
    key: Key
    column: str
    recomputed: Cell
    claimed: Cell

    def __str__(self) -> str:
        said = zip(KEYS[self.table], self.key, strict=True)
        named = ", ".join(f"{name} {value}" for name, value in said if value is not None)
        if self.column == ROW:
            return f"{self.table}: {named} {self.claimed}, recomputed it {self.recomputed}"
        return f"{self.table}: {self.column} of {named} is {self.claimed}, recomputed {self.recomputed}"


def compare(
    recomputed: Outcome | Tables, claimed: Outcome | Tables, tables: Sequence[str] = tuple(KEYS)
) -> list[Difference]:
    """Everything that differs, in the order of tables and keys; an empty list proves the claim."""
    found: list[Difference] = []
    for table in tables:
        ours, theirs = _rows(recomputed, table), _rows(claimed, table)
        found += _of_amounts(table, ours, theirs) if table in AMOUNTS else _of_rows(table, ours, theirs)
    return found


def _rows(answer: Outcome | Tables, table: str) -> Iterable[Mapping[str, Any]]:
    return answer[table] if isinstance(answer, Mapping) else answer.rows(table)


def _in_order(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: [str(part) for part in key])


# -- amounts -----------------------------------------------------------------------------------------------------------


def _of_amounts(
    table: str, ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]]
) -> Iterator[Difference]:
    mine, claimed = _sums(table, ours), _sums(table, theirs)
    nothing = [0] * len(AMOUNTS[table])
    different = (key for key in {*mine, *claimed} if mine.get(key, nothing) != claimed.get(key, nothing))
    for key in _in_order(different):
        for column, one, other in zip(
            AMOUNTS[table], mine.get(key, nothing), claimed.get(key, nothing), strict=True
        ):
            if one != other:
                yield Difference(table, key, column, _fraction(one), _fraction(other))


def _sums(table: str, rows: Iterable[Mapping[str, Any]]) -> dict[Key, list[Any]]:
    """The amounts of a table by key; rows of one key are summed."""
    key_of, amounts_of = itemgetter(*KEYS[table]), _cells(AMOUNTS[table])
    found: dict[Key, list[Any]] = defaultdict(lambda: [0] * len(AMOUNTS[table]))
    for row in rows:
        key = key_of(row)
        found[key] = [_sum(before, amount) for before, amount in zip(found[key], amounts_of(row), strict=True)]
    return found


def _cells(columns: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    if len(columns) == 1:
        return lambda row: (row[columns[0]],)
    return itemgetter(*columns)


def _sum(before: Any, amount: int | Decimal | Fraction | None) -> Any:
    return None if before is None or amount is None else before + amount


def _fraction(amount: Any) -> Fraction | None:
    return None if amount is None else Fraction(amount)


# -- rows --------------------------------------------------------------------------------------------------------------


def _of_rows(
    table: str, ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]]
) -> Iterator[Difference]:
    mine, claimed = _contents(table, ours), _contents(table, theirs)
    if mine == claimed:
        return
    for key in _in_order(key for key in {*mine, *claimed} if mine.get(key) != claimed.get(key)):
        one, other = mine.get(key, Counter()), claimed.get(key, Counter())
        if sum(one.values()) == sum(other.values()) == 1:
            (ours_said,), (theirs_said,) = one, other
            for column, said, claim in zip(CELLS[table], ours_said, theirs_said, strict=True):
                if said != claim:
                    yield Difference(table, key, column, said, claim)
        else:
            yield Difference(table, key, ROW, _count(one), _count(other))


def _count(rows: Counter[Key]) -> str:
    count = sum(rows.values())
    return GONE if not count else HERE if count == 1 else f"is there {count} times"


def _contents(table: str, rows: Iterable[Mapping[str, Any]]) -> dict[Key, Counter[Key]]:
    """What the rows of each key say. The same exception counts once: it may be met on two ways."""
    found: dict[Key, Counter[Key]] = defaultdict(Counter)
    keys, cells = KEYS[table], CELLS[table]
    for row in rows:
        key = tuple([row[name] if row[name] != "" else None for name in keys])
        found[key][tuple([row[name] if row[name] != "" else None for name in cells])] += 1
    if table == "exceptions":
        return {key: Counter([()]) for key in found}
    return dict(found)
