"""One calculation on two engines, and whether every table has the same hash on both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from attain.engine import calculate
from attain.engine.adapters.landing import landed
from attain.engine.adapters.port import Database
from attain.engine.calculation import TABLES, Calculation
from attain.engine.sums import about, control_totals, sums_of
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import AttainError
from attain.kernel.intervals import Interval
from attain.plans.model import Plan
from attain.plans.plan_tests import Calculate

Open = Callable[[], Database]


def calculated(opened: Open | None, plans: Sequence[Plan], snapshot: Snapshot, span: Interval) -> Calculation:
    """On the engine that is opened, or in DuckDB; what fails leaves nothing open."""
    if opened is None:
        return calculate(plans, snapshot, span, threads=1)
    return calculate(plans, snapshot, span, database=opened())


def hashes(calculation: Calculation) -> Mapping[str, Any]:
    """The hash and the columns of every result table as the manifest of a run has them, and the control totals."""
    with landed(calculation.database, TABLES) as database:
        columns = {name: database.columns(name) for name in TABLES}
        sums = pa.concat_tables([sums_of(database, name) for name in TABLES])
        found = {name: about(sums, name, columns[name]) for name in TABLES}
        return {**found, "totals": control_totals(sums)}


def answer(opened: Open | None, plans: Sequence[Plan], snapshot: Snapshot, span: Interval) -> Mapping[str, Any] | str:
    """The hashes of all results; of a calculation that is refused, the code of the refusal."""
    try:
        calculation = calculated(opened, plans, snapshot, span)
    except AttainError as refusal:
        return refusal.code
    found = hashes(calculation)
    calculation.close()
    return found


def comparing(opened: Open) -> tuple[Calculate, list[tuple[Any, Any]]]:
    """A `calculate` that calculates twice and keeps both answers."""
    kept: list[tuple[Any, Any]] = []

    def calculate_twice(plans: Sequence[Plan], snapshot: Snapshot, span: Interval) -> Calculation:
        here = calculated(None, plans, snapshot, span)
        there = calculated(opened, plans, snapshot, span)
        kept.append((hashes(here), hashes(there)))
        here.close()
        return there

    return calculate_twice, kept


FIRST_MONTHS = Interval(date(2011, 5, 1), date(2011, 10, 1))


@cache
def first_months() -> Snapshot:
    """The sample company with the orders of its first five months."""
    from attain.examples import adventureworks
    from attain.examples.adventureworks import prepare
    from attain.facts.schema import load_fact_types
    from tests.examples.test_adventureworks_pay import CALENDARS, lines_of_fiscal_year_2014

    types = load_fact_types(Path(adventureworks.__file__).parent / "facts").values()
    orders = [row for row in prepare.orders() if row["order_date"] < FIRST_MONTHS.end]
    facts = {"orders": orders, "order_lines": list(lines_of_fiscal_year_2014())[:200]}
    decisions = {name: list(rows()) for name, rows in prepare.DECISIONS.items()}
    return Snapshot.from_rows(types, facts, decisions, CALENDARS, "gregorian")
