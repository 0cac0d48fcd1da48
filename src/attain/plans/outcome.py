"""What a calculation answers, whoever made it: the engine and the checker both return an `Outcome`.

The tables and their columns are those of docs/architecture.md ("From plan to pay"). Amounts in `rows` are whole minor
units where the table says BIGINT and exact fractions elsewhere; nothing is a float.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

Scalar = Fraction | str | bool | date | None


class Slice(NamedTuple):
    """One piece of a tiered line: so much, at this rate, pays this. `label` is `own` or `catch-up`."""

    label: str
    amount: Fraction
    rate: Fraction
    pay: Fraction


class NamedValue(NamedTuple):
    """A value of a plan at one key: an event id at a credit, a period id at a period. The company's payee is None."""

    payee: str | None
    key: str
    value: Scalar | tuple[Slice, ...]


class Outcome(Protocol):
    """The answer to `calculate(plans, snapshot, span)`."""

    def rows(self, table: str) -> Iterable[Mapping[str, Any]]:
        """Rows of `credits`, `lines`, `releases`, `payments`, `uncredited` or `exceptions`."""
        ...

    def values(self, plan: str, name: str) -> Iterable[NamedValue]:
        """A named value of a plan: `reach`, `booked`, `booked.period`, `booked.attainment_after`, `commission.exact`,
        `commission.slices`."""
        ...
