"""A snapshot with less in it: what a part of a calculation reads of facts and decisions, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from attain.engine.adapters.duckdb import DuckDB
from attain.facts.snapshot import FactTable, Snapshot
from attain.plans.model import Plan

Rows = np.ndarray[tuple[int], np.dtype[np.int64]]
"""Numbers of rows."""
DECIDED = ("adjustments", "overrides", "holds", "ledger_lines", "ledger_releases", "ledger_balances")
"""Decisions about a payee's pay, which are read by payee only."""


def facts_credited(plans: Iterable[Plan]) -> set[str]:
    """The fact types that the credit sets read."""
    return {rule.from_ for plan in plans for rule in plan.credits.values()}


def is_in(column: pa.ChunkedArray, values: Iterable[str] | pa.Array) -> pa.ChunkedArray:
    """Which texts of a column are among the values. Where texts that repeat stand as numbers, each is asked once."""
    wanted = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    if not pa.types.is_dictionary(column.type):
        return pc.is_in(column, wanted)
    found = [pc.is_in(part.dictionary, wanted).take(part.indices).fill_null(False) for part in column.chunks]
    return pa.chunked_array(found, pa.bool_())


def chosen(table: pa.Table, condition: str) -> pa.Table:
    """The rows that fulfil a condition in SQL; their order is of no account."""
    database = DuckDB()
    database.connection.register("given", table)
    rows = database.connection.sql(f"SELECT * FROM given WHERE {condition}").to_arrow_table()
    database.close()
    return rows


def decided_for(snapshot: Snapshot, only: str | None) -> dict[str, pa.Table]:
    """The decisions, with those about pay limited to payees who fulfil a condition."""
    if only is None:
        return dict(snapshot.decisions)
    some = {name: table for name in DECIDED if len(table := snapshot.decisions[name])}
    return {**snapshot.decisions, **{name: chosen(table, only) for name, table in some.items()}}


# -- facts at credit -----------------------------------------------------------------------------------------------


def slices(snapshot: Snapshot, fact: str, count: int) -> Iterator[Snapshot]:
    """The snapshot with a part of the facts of one type each time, and of others what belongs to these. A reversal
    stands with what it takes back."""
    if fact not in snapshot.facts:
        yield snapshot
        return
    events = snapshot.facts[fact]
    size = -(-len(events) // (1 if refers_further(events) else count)) or 1
    moved, homes = _apart(events, size)
    goes = np.zeros(len(events), dtype=bool)
    goes[moved] = True
    away = events.table.filter(pa.array(goes))
    for first in range(0, max(len(events), 1), size):
        here = events.table.slice(first, size)
        going = goes[first : first + size]
        here = here.filter(pa.array(~going)) if going.any() else here
        mine = FactTable(events.schema, pa.concat_tables([here, away.filter(pa.array(homes == first // size))]))
        others = {name: _belonging(other, mine) for name, other in snapshot.facts.items() if name != fact}
        yield replace(snapshot, facts={fact: mine, **others})


def _apart(events: FactTable, size: int) -> tuple[Rows, Rows]:
    """The rows of reversals whose original lies in another run of `size` rows, and the number of that run."""
    column = events.schema.reverses
    if column is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    keys, taken_back = events.table[events.schema.key], events.table[column]
    is_reversal = pc.is_valid(taken_back)
    wanted = taken_back.filter(is_reversal).combine_chunks()
    is_known = pc.is_in(keys, wanted)
    place = pc.index_in(wanted, keys.filter(is_known).combine_chunks())
    found = np.asarray(pc.is_valid(place))
    reversals = np.flatnonzero(is_reversal)[found]
    homes = np.flatnonzero(is_known)[np.asarray(place.drop_null())] // size
    apart = reversals // size != homes
    return reversals[apart], homes[apart]


def refers_further(events: FactTable) -> bool:
    """Whether an event may need another one in a slice elsewhere: a reversal of a reversal, or a relation to itself."""
    schema, table = events.schema, events.table
    if schema.name in schema.relations.values():
        return True
    if schema.reverses is None:
        return False
    taken_back = table[schema.reverses]
    reversals = table[schema.key].filter(pc.is_valid(taken_back)).combine_chunks()
    return bool(pc.any(pc.is_in(taken_back.drop_null(), reversals)).as_py())


def _belonging(other: FactTable, events: FactTable) -> FactTable:
    """The facts of another type that refer to one of the events: credit reads no others."""
    kept = None
    for column, target in other.schema.relations.items():
        if target == events.schema.name:
            found = pc.is_in(other.table[column], events.table[events.schema.key].combine_chunks())
            kept = found if kept is None else pc.or_(kept, found)
    return FactTable(other.schema, other.table.slice(0, 0) if kept is None else other.table.filter(kept))


# -- facts at release ----------------------------------------------------------------------------------------------


def waits(plan: Plan) -> bool:
    """Whether a line may be released later than it is booked, by dates or facts that are looked up."""
    return bool(plan.settlement.release) or any(said.release for said in plan.components.values())


def read_at_release(fact: FactTable, plans: Sequence[Plan], events: Mapping[str, pa.Array]) -> FactTable:
    """Of a fact type the rows that are read where only these events (by fact type) are paid for."""
    schema, table = fact.schema, fact.table
    nothing = FactTable(schema, table.slice(0, 0))
    if not any(waits(plan) for plan in plans):
        return nothing
    wanted = [(schema.key, events[schema.name])] if schema.name in events else []
    triggers = [trigger for plan in plans for trigger in plan.settlement.triggers.values()]
    for column in dict.fromkeys(trigger.match for trigger in triggers if trigger.from_ == schema.name):
        wanted += [(column, of_type) for of_type in events.values()]
    if not wanted:
        return nothing
    kept = pc.is_in(table[wanted[0][0]], wanted[0][1])
    for column, values in wanted[1:]:
        kept = pc.or_(kept, pc.is_in(table[column], values))
    return FactTable(schema, table.filter(kept))


# -- some events, some payees ------------------------------------------------------------------------------------------


def credited(snapshot: Snapshot, fact: str, events: pa.Array) -> Snapshot:
    """What the credits of these events of a fact type come from."""
    mine = FactTable(snapshot.facts[fact].schema, _with_originals(snapshot.facts[fact], events))
    others = {name: _belonging(other, mine) for name, other in snapshot.facts.items() if name != fact}
    return replace(snapshot, facts={fact: mine, **others})


def for_payees(
    snapshot: Snapshot, plans: Sequence[Plan], payees: Iterable[str], events: Mapping[str, pa.Array]
) -> Snapshot:
    """What the pay of these payees comes from, given the events (by fact type) that were credited to them. Only for
    plans in which a payee's figures need nobody else's."""
    paid = {
        name: FactTable(fact.schema, _with_originals(fact, events[name]))
        for name, fact in snapshot.facts.items()
        if name in events
    }
    keys = {name: pc.unique(fact.table[fact.schema.key]) for name, fact in paid.items()}
    facts = {}
    for name, fact in snapshot.facts.items():
        parts = [paid[name].table] if name in paid else []
        parts += [_belonging(fact, each).table for each in paid.values()]
        parts.append(read_at_release(fact, plans, keys).table)
        facts[name] = FactTable(fact.schema, _each_once(parts, fact.schema.key))
    mine = pa.array(payees, pa.string())
    decided = {name: rows.filter(is_in(rows["payee"], mine)) for name in DECIDED if len(rows := snapshot.table(name))}
    return replace(snapshot, facts=facts, decisions={**snapshot.decisions, **decided})


def _each_once(parts: Sequence[pa.Table], key: str) -> pa.Table:
    """The rows of tables of which each has no key twice."""
    rows = pa.concat_tables(parts)
    if sum(len(part) > 0 for part in parts) < 2:
        return rows
    first = rows.append_column("#", pa.array(range(len(rows)), pa.int64())).group_by(key)
    return rows.take(first.aggregate([("#", "min")])["#_min"])


def _with_originals(fact: FactTable, keys: pa.Array) -> pa.Table:
    """These facts and those that they take back."""
    schema, table = fact.schema, fact.table
    mine = table.filter(is_in(table[schema.key], keys))
    if schema.reverses is None:
        return mine
    originals = mine[schema.reverses].drop_null()
    others = originals.filter(pc.invert(pc.is_in(originals, mine[schema.key].combine_chunks()))).combine_chunks()
    return pa.concat_tables([mine, table.filter(is_in(table[schema.key], others))]) if len(others) else mine
