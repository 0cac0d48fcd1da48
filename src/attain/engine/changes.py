"""What differs between the inputs of two runs, and how far that reaches.

Said here is where facts and decisions enter: which events a fact belongs to, and whom a decision is about. Whom the
events reach is what the credit stage says of them, before and after. Whatever a stage reads by payee, by the seats that
a payee holds or has left (`seating`, `quota`), by their titles (parameters), or for everybody at once (rates of
exchange, inputs of the company) has to be followed back here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from attain.engine.adapters.duckdb import DuckDB
from attain.engine.load import as_integers, closed, seats
from attain.engine.narrowing import facts_credited, is_in, refers_further
from attain.facts.content import row_texts
from attain.facts.schema import BATCH, ROW
from attain.facts.snapshot import FactTable, Snapshot
from attain.plans.model import Plan
from attain.plans.versions import in_order

OF_ALL = ("rates", "closed_periods", "ledger_lines", "ledger_releases", "ledger_balances")
"""Decisions that reach everybody: a rate of exchange, and what was closed."""
OF_CREDITS = ("people", "positions", "assignments", "relationships", "teams", "parameters", "inputs")
"""Decisions that may change whom an event is credited to, and with how much."""
OF_SEATS = ("people", "positions", "assignments")
WHOM = {
    "people": ("person",),
    "leaves": ("person",),
    "teams": ("member",),
    "relationships": ("subject", "payee"),
    "quotas": ("subject",),
    "inputs": ("subject",),
    "parameters": ("key",),
    "holds": ("payee",),
    "overrides": ("payee",),
    "adjustments": ("payee",),
}
"""The columns that say whom a decision is about: a payee, a person, a position or a title."""


@dataclass(frozen=True)
class Change:
    """How far a change reaches, apart from what follows from the credits of events."""

    events: Mapping[str, pa.Array]
    """By fact type the keys of events whose credits, or whose release, may be other ones."""
    every_event: bool
    """Whether the credits of all events have to be looked at."""
    payees: frozenset[str]
    """Whose pay may be another one, whatever is credited to them."""
    plans: frozenset[str]
    """Of which everything may be another: their text has changed, or they are new, or gone."""


def change(
    before: Snapshot,
    after: Snapshot,
    plans_before: Sequence[Plan],
    plans: Sequence[Plan],
    keys: Mapping[str, pa.Array] | None = None,
) -> Change | None:
    """From one state to another; None where it may reach everybody. Where it is known which facts may differ, `keys`
    has theirs by fact type, and `before` need hold no others."""
    if (before.calendars, before.calendar) != (after.calendars, after.calendar):
        return None
    if before.facts.keys() != after.facts.keys() or any(
        before.facts[name].schema != after.facts[name].schema for name in after.facts
    ):
        return None
    decided = {
        name: rows for name, table in after.decisions.items() if len(rows := differing(before.decisions[name], table))
    }
    every_plan = [*plans_before, *plans]
    if decided.keys() & set(OF_ALL) or _is_of_many(decided, every_plan, before, after):
        return None
    altered = _altered(plans_before, plans)
    events, further = _events(before, after, every_plan, keys)
    every = further or bool(altered) or bool(decided.keys() & set(OF_CREDITS))
    return Change(events, every, _payees(before, after, decided), altered)


def _is_of_many(decided: Mapping[str, pa.Table], plans: Sequence[Plan], *states: Snapshot) -> bool:
    """Whether a changed decision is about a plan, a team, the company, or whatever is neither a person nor a seat."""
    wide = {name for plan in plans for name, said in plan.inputs.items() if said.per.subject != "payee"}
    if any(row["level"] == "plan" for row in _rows(decided, "parameters")):
        return True
    if any(row["input"] in wide for row in _rows(decided, "inputs")):
        return True
    subjects = {row["subject"] for name in ("quotas", "inputs") for row in _rows(decided, name)}
    for state in states if subjects else ():
        for table, column in (("people", "person"), ("positions", "position")):
            subjects -= set(state.table(table)[column].unique().to_pylist())
    return bool(subjects)


def differing(one: pa.Table, other: pa.Table) -> pa.Table:
    """The rows that only one of two tables has."""
    if one.equals(other):
        return other.slice(0, 0)
    texts = [row_texts(table).combine_chunks() for table in (one, other)]
    gone = one.filter(pc.invert(pc.is_in(texts[0], texts[1])))
    return pa.concat_tables([gone, other.filter(pc.invert(pc.is_in(texts[1], texts[0])))])


def _rows(decided: Mapping[str, pa.Table], name: str) -> list[dict[str, Any]]:
    return list(decided[name].to_pylist()) if name in decided else []


def _altered(before: Sequence[Plan], after: Sequence[Plan]) -> frozenset[str]:
    """Plans of which not every version is what it was."""
    names = {plan.plan for plan in (*before, *after)}
    return frozenset(name for name in names if _versions(before, name) != _versions(after, name))


def _versions(plans: Iterable[Plan], name: str) -> list[Plan]:
    mine = [plan for plan in plans if plan.plan == name]
    return list(in_order(mine)) if mine else []


# -- facts -------------------------------------------------------------------------------------------------------------


def _events(
    before: Snapshot, after: Snapshot, plans: Sequence[Plan], keys: Mapping[str, pa.Array] | None
) -> tuple[dict[str, pa.Array], bool]:
    """The events that changed facts are about; and whether they may be about others as well, further away."""
    credited = facts_credited(plans) & after.facts.keys()
    found: dict[str, list[str | None]] = {name: [] for name in credited}
    further = False
    for name, fact in after.facts.items():
        states = [_of(state.facts[name], None if keys is None else keys[name]) for state in (before, after)]
        rows = _changed_facts(states[0].table, states[1].table, fact.schema.key)
        if not len(rows):
            continue
        if name in credited:
            found[name] += rows[fact.schema.key].to_pylist()
        for column, target in fact.schema.relations.items():
            if target in credited:
                found[target] += rows[column].to_pylist()
        for column in {
            trigger.match for plan in plans for trigger in plan.settlement.triggers.values() if trigger.from_ == name
        }:
            for target in credited:
                found[target] += rows[column].to_pylist()
    events = {name: pa.array({key for key in said if key is not None}, pa.string()) for name, said in found.items()}
    for name in [name for name, said in events.items() if len(said)]:
        pair = before.facts[name], after.facts[name]
        events[name] = _with_reversals(events[name], *pair)
        further = further or any(refers_further(_of(state, events[name])) for state in pair)
    return {name: said for name, said in events.items() if len(said)}, further


def _of(fact: FactTable, keys: pa.Array | None) -> FactTable:
    if keys is None:
        return fact
    return FactTable(fact.schema, fact.table.filter(pc.is_in(fact.table[fact.schema.key], keys)))


def _changed_facts(before: pa.Table, after: pa.Table, key: str) -> pa.Table:
    """The rows that only one of the states has, by what they say: which batch brought them is of no account."""
    said = [name for name in after.column_names if name not in (BATCH, ROW)]
    if before.select(said).equals(after.select(said)):
        return after.slice(0, 0)
    if not len(before) or not len(after):
        return pa.concat_tables([before, after]).select(said)
    database = DuckDB()
    database.connection.register("before", before.select(said))
    database.connection.register("after", after.select(said))
    cells = ", ".join(f'"{name}"' for name in said)
    lacking = f"""
    SELECT * FROM {{0}} a WHERE NOT EXISTS (
        SELECT 1 FROM (SELECT "{key}" AS key, hash({cells}) AS row FROM {{1}}) b
        WHERE b.key = a."{key}" AND b.row = hash({cells}))
    """
    query = f"{lacking.format('before', 'after')} UNION ALL {lacking.format('after', 'before')}"
    rows: pa.Table = database.connection.sql(query).to_arrow_table()
    database.close()
    return rows


def _with_reversals(keys: pa.Array, *states: FactTable) -> pa.Array:
    """These events, what they take back, and everything that takes back one of them."""
    column = states[0].schema.reverses
    if column is None:
        return keys
    for _ in range(2):  # from a reversal to its original, and on to the others that take it back
        found = [keys]
        for state in states:
            mine = pc.is_in(state.table[state.schema.key], keys)
            found += state.table[column].filter(mine).drop_null().chunks
            found += state.table[state.schema.key].filter(pc.is_in(state.table[column], keys)).chunks
        wider = pc.unique(pa.chunked_array(found, pa.string()))
        if len(wider) == len(keys):
            break
        keys = wider
    return keys


# -- decisions ---------------------------------------------------------------------------------------------------------


def _payees(before: Snapshot, after: Snapshot, decided: Mapping[str, pa.Table]) -> frozenset[str]:
    """Whom changed decisions are about: those who are named, and everybody who ever sat in a seat that is named, whose
    title is, or that was taken or left. A reversal may be paid by a seat that its payee has left long ago."""
    if not decided:
        return frozenset()
    named = {
        row[column]
        for name, columns in WHOM.items()
        for row in _rows(decided, name)
        for column in columns
        if row[column] is not None
    }
    states = [_seats(state) for state in (before, after)]
    sat = pa.concat_tables(states)
    touched = pc.or_(is_in(sat["position"], named), is_in(sat["title"], named))
    positions = set(sat["position"].filter(touched).to_pylist())
    if decided.keys() & set(OF_SEATS):
        positions |= set(differing(*states)["position"].to_pylist())
        positions |= {row["position"] for name in OF_SEATS for row in _rows(decided, name) if row.get("position")}
    seated = sat["payee"].filter(is_in(sat["position"], positions)).to_pylist()
    return frozenset({*named, *seated, *(f"vacant:{position}" for position in positions)})


def _seats(snapshot: Snapshot) -> pa.Table:
    """Who sits where, as the engine sees it."""
    database = DuckDB()
    for name in OF_SEATS:
        database.register(name, as_integers(closed(snapshot.decisions[name])))
    seats(database)
    table = database.arrow("SELECT * FROM seats")
    database.close()
    return table
