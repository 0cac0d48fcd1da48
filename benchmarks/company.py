"""The company that every contestant pays: a year of deals, its people, their managers and quotas, as Parquet
files; the deals as CSV too, for those that import them.

One deal in ten is split between two owners, three in four hundred are taken back later, some of them too late for a
clawback. One owner in ten changes manager in the middle of the year, and one payee in five gets a higher quota. The
same seed and size give the same company; from a million deals on, amounts shrink with their number, so that pay stays
that of people.

    python -m benchmarks.company FOLDER DEALS
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from attain.facts.decisions import TABLES
from attain.facts.schema import BATCH, ROW, FactType, parse_fact_type
from attain.facts.snapshot import table_of

HERE = Path(__file__).parent
PLAN = HERE / "reference.yaml"
SEED = 20_260_101
DAYS = 365
MOST_PAYEES = 10_000
YEARLY_QUOTA = 500_000
ALL_AMOUNTS_WHOLE = 1_000_000
HIRED, YEAR, MIDSUMMER = date(2025, 1, 1), date(2026, 1, 1), date(2026, 7, 1)

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Size:
    """How many of everyone a number of deals asks for, or how many payees are asked for: nine of ten of them sell, ten
    to a manager."""

    deals: int
    payees: int | None = None
    days: int = DAYS
    """In how many days, from the first of the year, all deals are closed."""

    @property
    def reps(self) -> int:
        return (self.payees or min(MOST_PAYEES, max(200, self.deals // 10))) * 9 // 10

    @property
    def managers(self) -> int:
        return self.reps // 10

    @property
    def directors(self) -> int:
        return max(self.managers // 10, 1)

    @property
    def quota(self) -> int:
        """What a rep should sell in the year: about what falls to each, so that every tier is reached."""
        reached = min(self.deals, ALL_AMOUNTS_WHOLE)
        return reached * 4500 // self.reps


def fact_type() -> FactType:
    return parse_fact_type((HERE / "deals.yaml").read_text(encoding="utf-8"))


def deals(size: Size, seed: int = SEED, first: int = 0) -> pa.Table:
    """The deals and, after them, those that take one back, in the form in which a batch keeps them. `first` is the
    number of the first deal, where others come before."""
    dice = np.random.default_rng(seed)
    count = size.deals
    day = dice.integers(0, size.days, count)
    owner = dice.integers(0, size.reps, count)
    is_split = dice.integers(0, 10, count) == 0
    second = (owner + dice.integers(1, size.reps, count)) % size.reps
    share = np.array([200_000, 300_000, 333_333, 500_000])[dice.integers(0, 4, count)]
    cents = 5_000 + dice.integers(0, 1_000_000, count) * ALL_AMOUNTS_WHOLE // max(count, ALL_AMOUNTS_WHOLE)
    taken_back = np.flatnonzero(dice.integers(0, 400, count) < 3)
    later = np.minimum(day[taken_back] + dice.integers(5, 330, len(taken_back)), size.days - 1)
    nobody = np.zeros(len(taken_back), np.bool_)
    names = pa.array([f"P{number}" for number in range(size.reps)])
    columns = {
        "id": pa.concat_arrays([_ids("T", first + np.arange(count)), _ids("X", first + taken_back)]),
        "close_date": _days(np.concatenate([day, later])),
        "owner": names.take(pa.array(np.concatenate([owner, owner[taken_back]]))),
        "second": names.take(_where(second, is_split, nobody)),
        "second_share": _scaled(_where(share, is_split, nobody), 6),
        "amount": _scaled(pa.array(np.concatenate([cents, -cents[taken_back]])), 2),
        "reverses": pa.concat_arrays([pa.nulls(count, pa.string()), _ids("T", first + taken_back)]),
        BATCH: pa.array(["benchmark"]).take(pa.array(np.zeros(count + len(taken_back), np.int64))),
        ROW: pa.array(np.arange(1, count + len(taken_back) + 1)),
    }
    schema = fact_type().stored_schema
    return pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)


def _ids(letter: str, numbers: Numbers) -> pa.Array:
    padded = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=9, padding="0")
    return pc.binary_join_element_wise(letter, padded, "")


def _days(numbers: Numbers) -> pa.Array:
    first = (YEAR - date(1970, 1, 1)).days
    return pa.array((numbers + first).astype(np.int32)).cast(pa.date32())


def _where(values: Numbers, is_there: npt.NDArray[np.bool_], nobody: npt.NDArray[np.bool_]) -> pa.Array:
    """The values of split deals alone; deals that take one back name no second owner and follow the first deal."""
    padding = np.zeros(len(nobody), np.int64)
    return pa.array(np.concatenate([values, padding]), mask=~np.concatenate([is_there, nobody]))


def _scaled(whole: pa.Array, places: int) -> pa.Array:
    """Whole numbers as exact decimals: 12345 with two places is 123.45."""
    unit = pa.scalar(Decimal(1).scaleb(-places), pa.decimal128(places + 1, places))
    return pc.multiply(whole.cast(pa.decimal128(19, 0)), unit).cast(pa.decimal128(18, places))


def decisions(size: Size) -> dict[str, pa.Table]:
    """Everyone with a seat, a manager above until the directors, and a quota of ten times that of the level below."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("people", "positions", "assignments", "quotas")}
    levels = (
        ("P", "Rep", size.reps, "M", size.managers, size.quota),
        ("M", "Manager", size.managers, "D", size.directors, size.quota * 10),
        ("D", "Director", size.directors, None, 0, size.quota * 100),
    )
    for letter, title, count, above, bosses, quota in levels:
        for number in range(count):
            payee = f"{letter}{number}"
            boss = min(number // 10, bosses - 1)
            other = (boss + 1) % bosses if above and number % 10 == 3 else boss
            person = {"person": payee, "name": payee, "country": "DE", "currency": "EUR", "kind": "employee"}
            rows["people"].append({**person, "hired_on": HIRED})
            rows["assignments"].append({"person": payee, "position": f"S{payee}", "valid_from": HIRED})
            seat = {"position": f"S{payee}", "title": title}
            rows["positions"] += _changing(seat, "manager", _seat(above, boss), _seat(above, other), HIRED)
            target = {"quota": "annual", "subject": payee, "currency": "EUR", "per": "year"}
            rows["quotas"] += _changing(target, "amount", quota, quota * 6 // 5 if number % 5 == 2 else quota, YEAR)
    level_rate = {"parameter": "level_rate", "plan": "reference", "level": "title", "valid_from": HIRED}
    rows["parameters"] = [
        {**level_rate, "key": title, "value": rate}
        for title, rate in (("Manager", "0.2"), ("Director", "0.05"))
    ]
    return {name: table_of(TABLES[name], found) for name, found in rows.items()}


def _seat(letter: str | None, number: int) -> str | None:
    return f"S{letter}{number}" if letter else None


def _changing(row: dict[str, Any], column: str, before: Any, after: Any, since: date) -> list[dict[str, Any]]:
    """One dated row, or two if its value changes in the middle of the year."""
    if before == after:
        return [row | {column: before, "valid_from": since}]
    first = row | {column: before, "valid_from": since, "valid_to": MIDSUMMER}
    return [first, row | {column: after, "valid_from": MIDSUMMER}]


def write(folder: Path, count: int, seed: int = SEED) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    size = Size(count)
    facts = deals(size, seed)
    pq.write_table(facts, folder / "deals.parquet", compression="zstd")
    csv.write_csv(facts.drop_columns([BATCH, ROW]), folder / "deals.csv")
    for name, table in decisions(size).items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
