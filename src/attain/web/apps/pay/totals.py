"""What a closed period pays in all, by plan, team and component, for those who may not see single persons.

Which of these totals are shown is decided over all of them at once (`disclosure`): nobody's part may follow from what
is shown, nor what fewer than six get who count in the same totals or lie between two. What the viewer knows anyway,
such as their own pay, counts as known. What is payable and what was earned are taken for the same unknowns: that
withholds too much rather than too little.

Only closed periods are told: a released one may be calculated again, and its totals less those of before would be what
somebody gets who came late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from attain.engine.stored import StoredRun
from attain.web.apps.access.policy import Right
from attain.web.apps.access.viewer import Viewer
from attain.web.workspace import Workspace

from .disclosure import Entry, allowed
from .models import PayPeriod
from .statements import Shown, opened

LEAST = 6
"""Payees whose sum may be told to somebody who may not see each of them."""
MOST_TEAMS = 40
VACANT = "vacant:"


@dataclass(frozen=True)
class Sum:
    """A total, or None for its amount where it is withheld."""

    kind: str
    name: str
    under: str
    payees: int
    amount: int | None


@dataclass(frozen=True)
class Totals:
    """What one currency comes to in a period."""

    currency: str
    whole: Sum
    plans: tuple[Sum, ...]
    teams: tuple[Sum, ...]
    components: tuple[Sum, ...]

    @property
    def parts(self) -> list[tuple[str, list[Sum]]]:
        """The kinds of parts of which some are shown."""
        kinds = (("plan", self.plans), ("team", self.teams), ("component", self.components))
        return [(kind, [one for one in sums if one.amount is not None]) for kind, sums in kinds]

    @property
    def withheld(self) -> int:
        return sum(one.amount is None for one in (*self.plans, *self.teams, *self.components))


class Seat(NamedTuple):
    manager: str | None
    unit: str
    territory: str


def totals_seen_by(workspace: Workspace, viewer: Viewer, shown: Shown) -> tuple[Totals, ...]:
    """By currency, of a closed period."""
    if not viewer.may(Right.SEE_TOTALS) or viewer.payees is None or not is_told(shown):
        return ()
    run = opened(workspace, shown.run)
    return _totals(workspace.runs / shown.run, run, shown, viewer.payees & _payees(run, shown))


def is_told(shown: Shown) -> bool:
    return shown.state == PayPeriod.State.CLOSED


@lru_cache(maxsize=128)
def _payees(run: StoredRun, shown: Shown) -> frozenset[str]:
    """Who is paid: all that a viewer can know of a period, so that most viewers are told the same."""
    paid = run.table("payments", ("payee",), pay_period=shown.period, plan=shown.plans)
    return frozenset(paid.column("payee").to_pylist())


@lru_cache(maxsize=128)
def _totals(folder: Path, run: StoredRun, shown: Shown, known: frozenset[str]) -> tuple[Totals, ...]:
    """A run never changes, and neither does what a role may see of it."""
    where: dict[str, Any] = {"pay_period": shown.period, "plan": shown.plans}
    payments = run.table("payments", ("plan", "payee", "currency", "payable"), **where).to_pylist()
    lines = run.table("lines", ("plan", "component", "payee", "currency", "amount", "kind"), **where).to_pylist()
    seats, held = _seats(folder, shown.ends_on - timedelta(days=1))
    found = []
    for code in sorted({row["currency"] for row in payments}):
        paid = [row for row in payments if row["currency"] == code]
        booked = [row for row in lines if row["currency"] == code]
        found.append(_of_currency(code, _candidates(paid, booked, seats, held), known))
    return tuple(found)


class Candidate(NamedTuple):
    kind: str
    name: str
    under: str
    amount: int
    entries: frozenset[Entry]


def _of_currency(code: str, candidates: list[Candidate], known: frozenset[str]) -> Totals:
    unknown = [
        frozenset(entry for entry in one.entries if entry[0] not in known and not entry[0].startswith(VACANT))
        for one in candidates
    ]
    sums = [
        Sum(one.kind, one.name, one.under, len({payee for payee, _ in one.entries}), one.amount if is_shown else None)
        for one, is_shown in zip(candidates, allowed(unknown, least=LEAST), strict=True)
    ]

    def of(kind: str) -> tuple[Sum, ...]:
        return tuple(one for one in sums if one.kind == kind)

    return Totals(code, sums[0], of("plan"), of("team"), of("component"))


def _candidates(
    payments: list[dict[str, Any]], lines: list[dict[str, Any]], seats: Mapping[str, Seat], held: Mapping[str, str]
) -> list[Candidate]:
    """Everything that could be told, what matters most first."""
    cells: dict[tuple[str, str], set[str]] = {(row["plan"], row["payee"]): set() for row in payments}
    for row in lines:
        cells.setdefault((row["plan"], row["payee"]), set()).add(row["component"])
    entries = {
        (plan, payee): frozenset((payee, f"{plan}/{component}") for component in components or {""})
        for (plan, payee), components in cells.items()
    }
    payable = Counter[tuple[str, str]]()
    for row in payments:
        payable[row["plan"], row["payee"]] += int(row["payable"] or 0)

    def told(kind: str, name: str, under: str, those: set[tuple[str, str]]) -> Candidate:
        amount = sum(payable[key] for key in those)
        return Candidate(kind, name, under, amount, frozenset().union(*(entries[key] for key in those)))

    everybody = told("all", "", "", set(entries))
    plans = [
        told("plan", plan, "", {key for key in entries if key[0] == plan}) for plan in sorted({p for p, _ in cells})
    ]
    teams = [
        told("team", name, under, {key for key in entries if key[1] in members})
        for name, under, members in _teams({payee for _, payee in entries}, seats, held)
    ]
    return [everybody, *plans, *(one for one in teams if one.entries != everybody.entries), *_components(lines)]


def _components(lines: list[dict[str, Any]]) -> Iterator[Candidate]:
    earned: Counter[tuple[str, str]] = Counter()
    of: dict[tuple[str, str], set[Entry]] = {}
    for row in lines:
        key = row["plan"], row["component"]
        of.setdefault(key, set()).add((row["payee"], f"{row['plan']}/{row['component']}"))
        earned[key] += int(row["amount"] or 0)
    for plan, component in sorted(of):
        yield Candidate("component", component, plan, earned[plan, component], frozenset(of[plan, component]))


def _teams(payees: set[str], seats: Mapping[str, Seat], held: Mapping[str, str]) -> list[tuple[str, str, set[str]]]:
    """Everybody below each seat that leads somebody, at any depth: the highest seats first, then the largest teams."""
    members: dict[str, set[str]] = {}
    depths: dict[str, int] = {}
    for payee in payees:
        own = payee.removeprefix(VACANT) if payee.startswith(VACANT) else held.get(payee)
        chain = [] if own is None else list(_above(own, seats))
        for depth, seat in enumerate(reversed(chain)):
            members.setdefault(seat, set()).add(payee)
            depths[seat] = depth
    order = sorted(members, key=lambda seat: (depths[seat], -len(members[seat]), seat))[:MOST_TEAMS]
    return [(seats[one].unit or one, seats[one].territory, members[one]) for one in order]


def _above(position: str, seats: Mapping[str, Seat]) -> Iterator[str]:
    seen = {position}
    above = seats[position].manager if position in seats else None
    while above is not None and above in seats and above not in seen:
        yield above
        seen.add(above)
        above = seats[above].manager


@lru_cache(maxsize=32)
def _seats(folder: Path, day: date) -> tuple[Mapping[str, Seat], Mapping[str, str]]:
    """Who sat where on a day, as the run knew it: by position, and the position of each person."""

    def rows(name: str) -> list[dict[str, Any]]:
        found = pq.read_table(folder / "inputs" / f"{name}.parquet").to_pylist()
        return [row for row in found if row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"])]

    seats = {
        row["position"]: Seat(row["manager"], row["unit"] or "", row["territory"] or "") for row in rows("positions")
    }
    return seats, {row["person"]: row["position"] for row in rows("assignments")}
