"""Which facts the release of lines reads: the events that were paid for, and the facts that they wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from attain.facts.snapshot import FactTable
from attain.plans.model import Plan


def waits(plan: Plan) -> bool:
    """Whether a line may be released later than it is booked, by dates or facts that are looked up."""
    return bool(plan.settlement.release) or any(said.release for said in plan.components.values())


def read_at_release(fact: FactTable, plans: Sequence[Plan], events: Mapping[str, pa.Array]) -> FactTable:
    """Of a fact type the rows that are read where only these events (by fact type) are paid for."""
    schema, table = fact.schema, fact.table
    if not any(waits(plan) for plan in plans):
        return FactTable(schema, table.slice(0, 0))
    wanted = [(schema.key, events[schema.name])] if schema.name in events else []
    triggers = [trigger for plan in plans for trigger in plan.settlement.triggers.values()]
    for column in dict.fromkeys(trigger.match for trigger in triggers if trigger.from_ == schema.name):
        wanted += [(column, of_type) for of_type in events.values()]
    if not wanted:
        return fact
    kept = pc.is_in(table[wanted[0][0]], wanted[0][1])
    for column, values in wanted[1:]:
        kept = pc.or_(kept, pc.is_in(table[column], values))
    return FactTable(schema, table.filter(kept))
