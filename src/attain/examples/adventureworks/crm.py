"""A simulated CRM above the real orders: AdventureWorks publishes what was ordered, and nothing of how it came to that.

Every order that a sales person wrote is the end of a won opportunity, on its day, with its amount and its owner. What
came before, and the opportunities that were lost or are still open, is made up by the laws of `attain simulate` from
one seed. All of it says so: in its files, in its mappings and in a column of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from attain.kernel.files import Files
from attain.simulate.parameters import STAGES, Parameters
from attain.simulate.streams import Ints, Stream

from .prepare import MONEY, as_parquet, orders

FOLDER = "simulated"
SEED = 2014
LAST_DAY = date(2014, 6, 30)
SEGMENT = 1
KINDS = ("call", "email", "meeting")
MINUTES = ((3, 25), (2, 10), (30, 90))
MOST_ACTIVITIES = 12
LOST_PER_WON = 1.3
OPEN_DAYS = 120
"""Of the orders of the last days, as many opportunities again are still open."""
OUTCOMES = ("won", "lost", "open")


@dataclass(frozen=True)
class Opportunity:
    number: int
    """Its row in every stream of chance."""
    id: str
    created_on: date
    ends_on: date
    outcome: str
    order: str | None
    customer: str
    owner: str
    amount: Decimal


def write(target: Path, files: Files) -> dict[str, Path]:
    """The three files, each named after the mapping that reads it."""
    target.mkdir(parents=True, exist_ok=True)
    made = Crm()
    written = {}
    for name, table in (("opportunities", made.opportunities()), ("opportunity_stages", made.stages()),
                        ("activities", made.activities())):  # fmt: skip
        written[name] = target / f"{name}-simulated.parquet"
        files.write_bytes_durably(written[name], as_parquet(table))
    return written


class Crm:
    """All opportunities, in the order of the orders that they became or stand beside."""

    def __init__(self, seed: int = SEED) -> None:
        self.seed, self.laws = seed, Parameters()

    def stream(self, name: str) -> Stream:
        return Stream(self.seed, f"adventureworks/{name}")

    @cached_property
    def all(self) -> list[Opportunity]:
        sold = [order for order in orders() if order["sales_person"] is not None]
        index = np.arange(len(sold))
        lost = self.stream("lost").counts(index, np.full(len(sold), LOST_PER_WON), 4).tolist()
        found: list[tuple[dict[str, Any], str, int]] = []
        for place, order in enumerate(sold):
            found.append((order, "won", 0))
            found += [(order, "lost", turn) for turn in range(1, lost[place] + 1)]
            if (LAST_DAY - order["order_date"]).days < OPEN_DAYS:
                found.append((order, "open", 9))
        return list(self._drawn(found))

    def _drawn(self, found: list[tuple[dict[str, Any], str, int]]) -> Iterator[Opportunity]:
        number = np.arange(len(found))
        spread = self.laws.cycle_deviation * self.stream("cycle").normal(number)
        cycle = np.clip(self.laws.cycle_median[SEGMENT] * np.exp(spread), 4, 400).astype(np.int64).tolist()
        moved = self.stream("moved").between(number, -25, 25).tolist()
        scale = self.stream("amount").between(number, 300, 1900).tolist()  # thousandths of the order beside it
        for place, (order, outcome, turn) in enumerate(found):
            amount, ends = order["sub_total"], order["order_date"]
            if outcome != "won":
                amount = (amount * scale[place] / 1000).quantize(Decimal("0.0001"))
                ends = min(ends + timedelta(days=moved[place]), LAST_DAY)
            if outcome == "open":
                ends = LAST_DAY + timedelta(days=1)
            name = f"SIM-{order['id']}" + (f"-{turn}" if turn else "")
            yield Opportunity(place, name, ends - timedelta(days=cycle[place]), ends, outcome,
                              order["id"] if outcome == "won" else None, order["customer"], order["sales_person"],
                              amount)  # fmt: skip

    def opportunities(self) -> pa.Table:
        text, day = pa.string(), pa.date32()
        stage = [one[-1][0] for one in self._paths]
        return pa.table({
            "id": pa.array([one.id for one in self.all], text),
            "created_on": pa.array([one.created_on for one in self.all], day),
            "closed_on": pa.array([None if one.outcome == "open" else one.ends_on for one in self.all], day),
            "outcome": pa.array([one.outcome for one in self.all], text),
            "stage": pa.array(stage, text),
            "order_number": pa.array([one.order for one in self.all], text),
            "customer": pa.array([one.customer for one in self.all], text),
            "owner": pa.array([one.owner for one in self.all], text),
            "amount": pa.array([one.amount for one in self.all], MONEY),
        })  # fmt: skip

    @cached_property
    def _paths(self) -> list[list[tuple[str, date]]]:
        """Of each opportunity the stages that it went through, with the days on which it entered them."""
        number = np.arange(len(self.all))
        lost_in = self.stream("lost-in").choice(number, self.laws.lost_in_stage).tolist()
        stuck_in = self.stream("stuck-in").choice(number, (0.4, 0.35, 0.25)).tolist()
        weights = [
            (weight * self.stream(f"stage/{place}").exponential(number)).tolist()
            for place, weight in enumerate(self.laws.stage_weight)
        ]
        paths = []
        for one in self.all:
            reached = {"won": len(STAGES) - 1, "lost": lost_in[one.number], "open": stuck_in[one.number]}[one.outcome]
            spent = [weights[place][one.number] for place in range(reached + 1)]
            days, before, path = (one.ends_on - one.created_on).days, 0.0, []
            for place, share in enumerate(spent):
                path.append((STAGES[place], one.created_on + timedelta(days=int(days * before / sum(spent)))))
                before += share
            if one.outcome != "open":
                path.append((f"Closed {one.outcome.title()}", one.ends_on))
            paths.append(path)
        return paths

    def stages(self) -> pa.Table:
        rows = [(one.id, turn, *step) for one, path in zip(self.all, self._paths, strict=True)
                for turn, step in enumerate(path, start=1)]  # fmt: skip
        return pa.table({
            "id": pa.array([f"{id_}/{turn}" for id_, turn, _, _ in rows], pa.string()),
            "opportunity": pa.array([row[0] for row in rows], pa.string()),
            "entered_on": pa.array([row[3] for row in rows], pa.date32()),
            "stage": pa.array([row[2] for row in rows], pa.string()),
        })  # fmt: skip

    def activities(self) -> pa.Table:
        """Calls, e-mails and meetings, denser at the beginning of an opportunity."""
        number = np.arange(len(self.all))
        life = np.array([(one.ends_on - one.created_on).days for one in self.all])
        parts = [self._of_kind(place, number, life) for place in range(len(KINDS))]
        deal, kind, turn, day, minutes = (np.concatenate(columns).tolist() for columns in zip(*parts, strict=True))
        return pa.table({
            "id": pa.array([f"{self.all[one].id}/{KINDS[place][0]}{count + 1}"
                            for one, place, count in zip(deal, kind, turn, strict=True)], pa.string()),
            "opportunity": pa.array([self.all[one].id for one in deal], pa.string()),
            "happened_on": pa.array([self.all[one].created_on + timedelta(days=later)
                                     for one, later in zip(deal, day, strict=True)], pa.date32()),
            "kind": pa.array([KINDS[place] for place in kind], pa.string()),
            "minutes": pa.array([Decimal(one) for one in minutes], pa.decimal128(18, 0)),
            "owner": pa.array([self.all[one].owner for one in deal], pa.string()),
        })  # fmt: skip

    def _of_kind(self, place: int, number: Ints, life: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        mean = np.full(len(number), self.laws.activity_mean[SEGMENT][place] / 2)
        count = self.stream(KINDS[place]).counts(number, mean, MOST_ACTIVITIES)
        deal = np.repeat(number, count)
        turn = np.arange(len(deal)) - np.repeat(np.cumsum(count) - count, count)
        index = (deal * len(KINDS) + place) * (MOST_ACTIVITIES + 1) + turn
        day = np.floor(life[deal] * self.stream("day").uniform(index) ** 1.3).astype(np.int64)
        minutes = self.stream("minutes").between(index, *MINUTES[place])
        return deal, np.full(len(deal), place), turn, day, minutes
