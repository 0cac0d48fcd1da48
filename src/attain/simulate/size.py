"""What is asked for: how many payees and transactions, from when to when, by which seed, in which form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np

from attain.kernel.errors import Refused

from .streams import Ints, Stream

Form = Literal["parquet", "csv"]
LEAST_PAYEES, MOST_PAYEES = 10, 100_000
LEAST_TRANSACTIONS, MOST_TRANSACTIONS = 1_000, 100_000_000
MOST_MONTHS = 120
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    return (day - EPOCH).days


@dataclass(frozen=True)
class Size:
    payees: int = 100
    transactions: int = 10_000
    seed: int = 1
    first: date = date(2025, 1, 1)
    """First day of the first month."""
    end: date = date(2027, 1, 1)
    """First day after the last month."""
    form: Form = "parquet"
    crm: bool = True
    """Whether opportunities, their history and activities are written. Orders are the same without them."""
    chunk: int = 20_000
    """Rows that are worked out at once. It changes memory and time, never what is written."""
    threads: int = 1

    def __post_init__(self) -> None:
        _within("payees", self.payees, LEAST_PAYEES, MOST_PAYEES)
        _within("transactions", self.transactions, LEAST_TRANSACTIONS, MOST_TRANSACTIONS)
        _within("chunk", self.chunk, 100, 1_000_000)
        _within("threads", self.threads, 1, 64)
        if not 0 <= self.seed < 2**63:
            raise Refused(f"The seed is {self.seed}.", code="simulate.seed", hint="Take a whole number from 0 on.")
        if self.first.day != 1 or self.end.day != 1 or not 3 <= self.month_count <= MOST_MONTHS:
            raise Refused(
                f"From {self.first} to {self.end} (excluded) are {self.month_count} months.",
                code="simulate.span",
                hint=f"Take 3 to {MOST_MONTHS} whole months, such as --from 2025-01 --to 2026-12.",
            )

    @property
    def month_count(self) -> int:
        return (self.end.year - self.first.year) * 12 + self.end.month - self.first.month

    @property
    def first_day(self) -> int:
        return day_number(self.first)

    @property
    def end_day(self) -> int:
        return day_number(self.end)

    @property
    def years(self) -> float:
        return (self.end_day - self.first_day) / 365.25

    @cached_property
    def months(self) -> list[str]:
        """The months, and one more in which what is late at the end arrives."""
        found = []
        for number in range(self.month_count + 1):
            year, month = divmod(self.first.year * 12 + self.first.month - 1 + number, 12)
            found.append(f"{year:04d}-{month + 1:02d}")
        return found

    @cached_property
    def month_starts(self) -> Ints:
        """The first day of each of `months`, and the first day behind them."""
        starts = np.array([*self.months], "datetime64[M]").astype("datetime64[D]").astype(np.int64)
        return np.append(starts, starts[-1] + 31)

    def month_of(self, days: Ints) -> Ints:
        """The place in `months`; what lies before the first month arrives with it."""
        found = np.searchsorted(self.month_starts, days, side="right") - 1
        return np.clip(found, 0, self.month_count).astype(np.int64)

    def stream(self, name: str) -> Stream:
        return Stream(self.seed, name)


def _within(what: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise Refused(
            f"{number:,} {what} are outside of what can be simulated.",
            code=f"simulate.{what}",
            hint=f"Take {least:,} to {most:,} {what}.",
        )
