"""Control totals of a run: what the source holds against what the run says became of it.

The source is read again from its batches, without the engine. Every event of a type that plans credit is in one place
only: credited, credited to nobody, unreadable, or left out by the plans, which only a plan with a `when` may do. What
the run holds and the source does not, what it holds twice, and what it lost is the difference; it has to be nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from attain.engine.stored import StoredRun
from attain.facts.importing import money_totals
from attain.facts.schema import FactType
from attain.kernel.intervals import Interval
from attain.web.workspace import Workspace

from .calculating import stored
from .keeping import kept
from .models import Run
from .selectors import facts_read, plans_in

PLACES = ("credits", "uncredited")
Money = dict[str, Decimal]
"""By currency."""


@dataclass(frozen=True)
class Amount:
    """So many events, and what their first column of money comes to."""

    events: int
    money: Money


@dataclass(frozen=True)
class ControlTotals:
    """Of one fact type. `parts` are by name: credited, uncredited, unreadable, left_out."""

    fact: str
    source: Amount
    parts: dict[str, Amount]
    difference: Amount

    @property
    def agree(self) -> bool:
        return self.difference.events == 0 and not any(self.difference.money.values())


def control_totals(workspace: Workspace, run: Run) -> list[ControlTotals]:
    """Of every fact type that the run credits; kept, because a run never changes."""
    return kept("control", run, [], lambda: list(_totals(workspace, run)))


def _totals(workspace: Workspace, run: Run) -> Iterator[ControlTotals]:
    outcome = stored(workspace, run)
    asked: dict[str, list[Interval]] = {}
    for document in plans_in(json.loads(run.inputs), Interval(run.starts_on, run.ends_on)):
        effective = document.plan.effective
        for rule in document.plan.credits.values():
            days = asked.setdefault(rule.from_, [])
            if rule.when is None and rule.date is None:
                days.append(Interval(effective.start, effective.end))
    for name, days in sorted(asked.items()):
        yield _of_type(workspace, run, outcome, name, days)


def _of_type(workspace: Workspace, run: Run, outcome: StoredRun, name: str, asked: Sequence[Interval]) -> ControlTotals:
    """`asked` are the days on which a plan asks for every event of the type."""
    facts = facts_read(workspace, run, name)
    fact, table = facts.schema, facts.table
    said = {part: _events(outcome, part, name) for part in (*PLACES, "exceptions")}
    early = pc.fill_null(pc.less(table[fact.date], pa.scalar(run.ends_on)), True)
    table = table.filter(pc.or_(early, _is_placed(table, fact, said)))  # a plan may go by another date
    left = table.filter(pc.invert(_is_placed(table, fact, said)))
    unread = _is_in(left, fact, said["exceptions"])  # what is credited may lack something for one plan of several
    parts = {
        "credited": _amount(fact, table.filter(_is_in(table, fact, said["credits"]))),
        "uncredited": _amount(fact, table.filter(_is_in(table, fact, said["uncredited"]))),
        "unreadable": _amount(fact, left.filter(unread)),
        "left_out": _amount(fact, left.filter(pc.invert(pc.or_(unread, _is_asked(left, fact, asked))))),
    }
    source = _amount(fact, table)
    keys = table[fact.key].combine_chunks()
    unknown = sum(len(said[part].filter(pc.invert(pc.is_in(said[part], value_set=keys)))) for part in PLACES)
    return ControlTotals(name, source, parts, _difference(source, parts, unknown))


def _is_asked(table: pa.Table, fact: FactType, days: Sequence[Interval]) -> pa.ChunkedArray:
    found = pc.is_null(table[fact.key])  # no row: every fact has a key
    for one in days:
        inside = pc.greater_equal(table[fact.date], pa.scalar(one.start))
        if one.end is not None:
            inside = pc.and_(inside, pc.less(table[fact.date], pa.scalar(one.end)))
        found = pc.or_(found, pc.fill_null(inside, False))
    return found


def _events(outcome: StoredRun, table: str, name: str) -> pa.Array:
    return outcome.table(table, ["event"], event_type=name)["event"].combine_chunks().drop_null().unique()


def _is_placed(table: pa.Table, fact: FactType, said: dict[str, pa.Array]) -> pa.ChunkedArray:
    return pc.or_(*(_is_in(table, fact, said[part]) for part in PLACES))


def _is_in(table: pa.Table, fact: FactType, events: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(table[fact.key], value_set=events)


def _amount(fact: FactType, rows: pa.Table) -> Amount:
    sums = money_totals(fact, rows)
    first = next(iter(fact.money_columns), None)
    return Amount(rows.num_rows, dict(sums.get(first.name, {})) if first is not None else {})


def _difference(source: Amount, parts: dict[str, Amount], unknown: int) -> Amount:
    """More where something stands in two parts, or the source does not know it; less where something is lost."""
    codes = sorted({code for one in (source, *parts.values()) for code in one.money})
    nothing = Decimal(0)
    money = {
        code: sum((part.money.get(code, nothing) for part in parts.values()), nothing) - source.money.get(code, nothing)
        for code in codes
    }
    return Amount(sum(part.events for part in parts.values()) - source.events + unknown, money)
