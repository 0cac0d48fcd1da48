"""Where two answers differ: every line, release and payment by its key, down to the cent.

A row that is absent and a row of zero say the same about money, so only amounts are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attain.plans.outcome import Outcome

Tables = Mapping[str, Iterable[Mapping[str, Any]]]
Amounts = list[int | Fraction | None]
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
        nothing: Amounts = [0] * len(columns)
        differing = [key for key in {*ours, *theirs} if ours.get(key, nothing) != theirs.get(key, nothing)]
        for key in sorted(differing, key=lambda key: [str(part) for part in key]):
            pairs = zip(columns, ours.get(key, nothing), theirs.get(key, nothing), strict=True)
            found += [Difference(table, key, name, _shown(a), _shown(b)) for name, a, b in pairs if a != b]
    return found


def _amounts(answer: Outcome | Tables, table: str) -> dict[tuple[Any, ...], Amounts]:
    """The amounts of a table by key; rows of one key are summed."""
    rows = answer[table] if isinstance(answer, Mapping) else answer.rows(table)
    columns = AMOUNTS[table]
    found: dict[tuple[Any, ...], Amounts] = {}
    for row in rows:
        key = tuple([row[name] for name in KEYS[table]])
        amounts: Amounts = [_exact(row[name]) for name in columns]
        before = found.get(key)
        found[key] = amounts if before is None else [_sum(a, b) for a, b in zip(before, amounts, strict=True)]
    return found


def _exact(amount: int | Decimal | Fraction | None) -> int | Fraction | None:
    """Whole minor units stay whole numbers: they compare with fractions exactly, and there are many."""
    return Fraction(amount) if isinstance(amount, Decimal) else amount


def _sum(one: int | Fraction | None, other: int | Fraction | None) -> int | Fraction | None:
    return None if one is None or other is None else one + other


def _shown(amount: int | Fraction | None) -> Fraction | None:
    return None if amount is None else Fraction(amount)
