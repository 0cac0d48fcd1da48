"""Where two answers differ: every line, release and payment by its key, down to the cent.

A row that is absent and a row of zero say the same about money, so only amounts are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attain.plans.outcome import Outcome

Tables = Mapping[str, Iterable[Mapping[str, Any]]]
KEYS: dict[str, tuple[str, ...]] = {
    "lines": ("plan", "component", "payee", "source", "earning_period", "pay_period", "kind"),
    "releases": ("plan", "component", "payee", "source", "earning_period", "part", "pay_period", "state"),
    "payments": ("plan", "payee", "pay_period"),
}
# fmt: off
AMOUNTS: dict[str, tuple[str, ...]] = {
    "lines": ("amount",),
    "releases": ("amount",),
    "payments": (
        "earned", "released", "guarantee", "draw_paid", "draw_recovered", "draw_balance",
        "carried_in", "carried_out", "payable", "paid",
    ),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount that is not the same. `None` is an amount that could not be computed."""

    table: str
    key: tuple[Any, ...]
    column: str
    recomputed: Fraction | None
    claimed: Fraction | None

    def __str__(self) -> str:
        named = ", ".join(f"{name} {value}" for name, value in zip(KEYS[self.table], self.key, strict=True))
        return f"{self.table}: {self.column} of {named} is {self.claimed}, recomputed {self.recomputed}"


def compare(recomputed: Outcome | Tables, claimed: Outcome | Tables) -> list[Difference]:
    """Every amount that differs, in the order of tables and keys; an empty list proves the claim."""
    found: list[Difference] = []
    for table, columns in AMOUNTS.items():
        ours, theirs = _amounts(recomputed, table), _amounts(claimed, table)
        for key in sorted({*ours, *theirs}, key=lambda key: [str(part) for part in key]):
            for place, column in enumerate(columns):
                mine, claim = _at(ours, key, place), _at(theirs, key, place)
                if mine != claim:
                    found.append(Difference(table, key, column, mine, claim))
    return found


def _at(amounts: dict[tuple[Any, ...], list[Fraction | None]], key: tuple[Any, ...], place: int) -> Fraction | None:
    return amounts[key][place] if key in amounts else Fraction(0)


def _amounts(answer: Outcome | Tables, table: str) -> dict[tuple[Any, ...], list[Fraction | None]]:
    """The amounts of a table by key; rows of one key are summed."""
    rows = answer[table] if isinstance(answer, Mapping) else answer.rows(table)
    columns = AMOUNTS[table]
    found: dict[tuple[Any, ...], list[Fraction | None]] = defaultdict(lambda: [Fraction(0)] * len(columns))
    for row in rows:
        key = tuple(row[name] for name in KEYS[table])
        found[key] = [_sum(before, row[column]) for before, column in zip(found[key], columns, strict=True)]
    return found


def _sum(before: Fraction | None, amount: int | Decimal | Fraction | None) -> Fraction | None:
    return None if before is None or amount is None else before + Fraction(amount)
