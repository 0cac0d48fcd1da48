"""What a change would do, counted from the records: who moves, what falls elsewhere, which pay it would change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from attain.checker.seats import is_vacant
from attain.documents.statement import payments_of
from attain.facts.schema import FactType
from attain.facts.snapshot import FactTable
from attain.kernel.errors import Finding
from attain.web.apps.access.viewer import Viewer
from attain.web.apps.imports.selectors import current_batches, facts_of
from attain.web.apps.pay.statements import opened, periods_shown
from attain.web.apps.plans.selectors import published_plans
from attain.web.workspace import Workspace

from .book import Book, Place, holds
from .services import Plan
from .tables import Row
from .words import COLUMNS, shown

STAGE = "stage"
ENDED = ("won", "lost", "closed", "cancelled", "gewonnen", "verloren", "geschlossen")
"""A stage whose name has one of these words in it is no longer open."""


@dataclass(frozen=True)
class Mover:
    payee: str
    name: str
    before: Place | None
    after: Place | None
    is_below: bool
    """Nothing of their own changes, only somebody further up."""
    manager_before: str
    manager_after: str

    @property
    def same_plans(self) -> bool:
        then, now = ((place.plans if place is not None else ()) for place in (self.before, self.after))
        return then == now


@dataclass(frozen=True)
class Falling:
    """Facts of those who move that are dated from the day on, and of those with a stage the ones that are open."""

    fact: str
    dated: int
    open: int | None


@dataclass(frozen=True)
class Reached:
    """A period that was calculated with what was known, and would come out otherwise."""

    period: str
    state: str
    statements: int


@dataclass(frozen=True)
class Foreseen:
    day: date
    rows: tuple[tuple[str, str, str, str], ...]
    """Whose, what, before, from the day on."""
    movers: tuple[Mover, ...]
    falling: tuple[Falling, ...]
    credits: int
    periods: tuple[Reached, ...]
    later: tuple[tuple[str, date], ...]
    """Where something else was already recorded for a later day, until which this holds."""
    warnings: tuple[Finding, ...]

    @property
    def people(self) -> int:
        return sum(not is_vacant(one.payee) for one in self.movers)

    @property
    def open(self) -> list[Falling]:
        return [one for one in self.falling if one.open]

    @property
    def dated(self) -> list[Falling]:
        return [one for one in self.falling if one.dated]

    @property
    def closed(self) -> list[Reached]:
        return [one for one in self.periods if one.state == "closed"]


def foresee(workspace: Workspace, viewer: Viewer, plan: Plan, day: date, warnings: Sequence[Finding] = ()) -> Foreseen:
    before, after = Book(plan.before), Book(plan.after)
    plans = published_plans(on=day)
    places = before.places(day, plans), after.places(day, plans)
    movers = tuple(_movers(before, after, *places))
    touched = {one.payee for one in movers} | set(_named(plan))
    ids = {one for payee in touched for one in _ids(payee, *(side.get(payee) for side in places))}
    reached = touched | {
        above for one in movers for place in (one.before, one.after) if place is not None for above in place.above
    }
    pays = _pays(plan)
    credits, periods = _paid(workspace, viewer, touched, reached, day) if pays else (0, ())
    return Foreseen(
        day, tuple(_rows(before, after, plan, day)), movers, tuple(falling(workspace, ids, day)) if movers else (),
        credits, tuple(periods), tuple(_later(plan, day)), tuple(warnings),
    )  # fmt: skip


def _movers(before: Book, after: Book, then: dict[str, Place], now: dict[str, Place]) -> Iterable[Mover]:
    """Those with a change of their own first, then everybody below them."""
    found = []
    for payee in {*then, *now}:
        old, new = then.get(payee), now.get(payee)
        if old == new:
            continue
        own = old is None or new is None or _own(old) != _own(new)
        managers = [
            book.name(place.manager) if place is not None else "–" for book, place in ((before, old), (after, new))
        ]
        found.append(Mover(payee, after.name(payee), old, new, not own, managers[0], managers[1]))
    return sorted(found, key=lambda one: (one.is_below, is_vacant(one.payee), one.name.casefold(), one.payee))


def _own(place: Place) -> tuple[object, ...]:
    return (place.position, place.title, place.territory, place.unit, place.manager, place.team, place.plans)


def _named(plan: Plan) -> Iterable[str]:
    """Payees of rows that say something of a person without moving them: quotas, leaves."""
    for change in plan.changes:
        column = {"quotas": "subject", "leaves": "person", "people": "person"}.get(change.table.name)
        if column is not None:
            yield from (row[column] for row in (*change.new, *(new for _old, new in change.replaced)))


def _pays(plan: Plan) -> bool:
    """Whether pay reads anything of it: a name does not matter to it."""
    return any(
        change.new or change.table.name != "people"
        or any({**old, "name": ""}.items() != {**new, "name": ""}.items() for old, new in change.replaced)
        for change in plan.changes if not change.is_empty
    )  # fmt: skip


def _ids(payee: str, *places: Place | None) -> Iterable[str]:
    """What facts may call somebody: the person, or a position that they hold before or after."""
    if not is_vacant(payee):
        yield payee
    yield from (place.position for place in places if place is not None)


def _rows(before: Book, after: Book, plan: Plan, day: date) -> Iterable[tuple[str, str, str, str]]:
    """What stands on the day in each row that the change touches, and what would stand there."""
    for change in plan.changes:
        table = change.table
        names = table.timelines[0] if table.timelines else table.keys
        touched = dict.fromkeys(
            tuple(row[name] for name in names) for row in (*change.new, *(new for _old, new in change.replaced))
        )
        for which in touched:
            where = dict(zip(names, which, strict=True))
            old, new = (_on(book.of(table.name, **where), day) for book in (before, after))
            whose = str(which[-1] if table.name in ("teams", "quotas") else which[0])
            whose = after.seats.holder(whose, day) if table.name == "positions" else whose
            for column in table.columns:
                if column in (*names, "valid_from"):
                    continue
                if (old and old[column]) == (new and new[column]) and (old is None) == (new is None):
                    continue
                values = [_said(book, row, column) for book, row in ((before, old), (after, new))]
                if values[0] == values[1] != "–" and old and new:  # two positions of one person
                    values = [f"{said} ({row[column]})" for said, row in zip(values, (old, new), strict=True)]
                if values[0] != values[1] and not (column == "valid_to" and values[1] == "–"):
                    what = (
                        f"{which[0]}, {COLUMNS[column]}" if table.name in ("teams", "quotas") else str(COLUMNS[column])
                    )
                    yield after.name(whose), what, values[0], values[1]


def _on(rows: Sequence[Row], day: date) -> Row | None:
    if rows and "valid_from" not in rows[0]:
        return rows[0]
    return next((row for row in rows if holds(row, day)), None)


def _said(book: Book, row: Row | None, column: str) -> str:
    if row is None:
        return "–"
    value = row[column]
    if column == "manager" and value is not None:
        holder = book.seats.holder(value, row["valid_from"])
        return value if is_vacant(holder) else f"{book.name(holder)}"
    return shown(value, column)


def _later(plan: Plan, day: date) -> Iterable[tuple[str, date]]:
    """Where a row that was there before follows."""
    for change in plan.changes:
        table = change.table
        starts = {(names, *(row[name] for name in names), row["valid_from"])
                  for names in table.timelines for row in plan.before[table.name]}  # fmt: skip
        for row in (*change.new, *(new for _old, new in change.replaced)):
            ends = [(names, *(row[name] for name in names), row["valid_to"]) for names in table.timelines]
            if row.get("valid_from") == day and not starts.isdisjoint(ends):
                yield str(row[table.keys[0]]), row["valid_to"]


# Facts


def falling(workspace: Workspace, ids: set[str], day: date) -> Iterable[Falling]:
    """Facts of those who move, by type: how many are dated from the day on, and how many are open."""
    wanted = pa.array(sorted(ids), pa.string())
    for fact in workspace.fact_types.values():
        payees = [column.name for column in fact.columns.values() if column.type == "payee"]
        if not payees or _is_history(workspace, fact):
            continue
        table = _facts(workspace, fact).table
        theirs = None
        for name in payees:
            here = pc.is_in(table[name], value_set=wanted)
            theirs = here if theirs is None else pc.or_(theirs, here)
        mine = table.filter(theirs)
        dated = pc.sum(pc.greater_equal(mine[fact.date], pa.scalar(day, pa.date32()))).as_py() or 0
        stages = _stages(workspace, fact, mine)
        yield Falling(fact.name, dated, None if stages is None else sum(_is_open(one) for one in stages))


def _is_history(workspace: Workspace, fact: FactType) -> bool:
    """Rows that only say how another fact went on."""
    return STAGE in fact.columns and any(target in workspace.fact_types for target in fact.relations.values())


def _stages(workspace: Workspace, fact: FactType, mine: pa.Table) -> list[str | None] | None:
    """The stage of each: its own column, or the last row of the fact type that tells how these went on."""
    if STAGE in fact.columns:
        return list(mine[STAGE].to_pylist())
    for other in workspace.fact_types.values():
        column = next((name for name, target in other.relations.items() if target == fact.name), None)
        if column is None or STAGE not in other.columns:
            continue
        told = _facts(workspace, other).table
        told = told.filter(pc.is_in(told[column], value_set=mine[fact.key].combine_chunks()))
        last: dict[str, tuple[date, str]] = {}
        for key, on, stage in zip(*(told[name].to_pylist() for name in (column, other.date, STAGE)), strict=True):
            if key not in last or last[key][0] <= on:
                last[key] = (on, stage)
        return [last[key][1] if key in last else None for key in mine[fact.key].to_pylist()]
    return None


def _is_open(stage: str | None) -> bool:
    return stage is None or not any(word in stage.casefold() for word in ENDED)


def _facts(workspace: Workspace, fact: FactType) -> FactTable:
    return facts_of(workspace, fact, list(current_batches(fact.name).values_list("pk", flat=True)))


# Pay


def _paid(
    workspace: Workspace, viewer: Viewer, touched: set[str], reached: set[str], day: date
) -> tuple[int, list[Reached]]:
    """Credits from the day on of those who are touched, and statements of them and of those above them."""
    periods = [one for one in periods_shown(workspace, viewer).values() if one.ends_on > day]
    credits = 0
    for run in {one.run for one in periods}:
        rows = (
            opened(workspace, run).table("credits", ["credit", "credited_on"], payee=frozenset(touched))
            if touched
            else None
        )
        if rows is not None:
            credits += pc.sum(pc.greater_equal(rows["credited_on"], pa.scalar(day, pa.date32()))).as_py() or 0
    found = []
    for one in periods:
        paid = {payment.payee for payment in payments_of(opened(workspace, one.run), one.period, one.plans)}
        if statements := len(paid & reached):
            found.append(Reached(one.period, one.state, statements))
    return credits, found
