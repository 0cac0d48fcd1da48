"""A calculation: plans over a snapshot for a span of pay periods, and the answers that it can give.

Pure: nothing outside the snapshot is read, nothing is written. Publishing the tables is the business of
`attain.engine.run`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from attain.engine import answers, soundness
from attain.engine.adapters.duckdb import DuckDB
from attain.engine.adapters.port import Database
from attain.engine.compilation import Compilation
from attain.engine.load import load
from attain.engine.reading import with_fractions
from attain.engine.stages import book, release, settle, shape
from attain.engine.stages.credit import credits
from attain.engine.stages.overrides import with_expiries
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import CalculationError
from attain.kernel.intervals import Interval
from attain.plans.model import Plan
from attain.plans.outcome import NamedValue

TABLES = ("credits", "lines", "releases", "payments", "uncredited", "exceptions")


class Calculation:
    """The outcome of one calculation; holds its private database until it is closed."""

    def __init__(self, database: Database, compilations: Mapping[str, Compilation], span: Interval) -> None:
        self.database = database
        self.compilations = compilations
        self.span = span

    def rows(self, table: str) -> Iterable[Mapping[str, Any]]:
        """See `attain.plans.outcome.Outcome`."""
        for row in self.database.rows(f'SELECT * FROM "{table}"'):
            yield with_fractions(row)

    def table(self, name: str) -> pa.Table:
        """A result table as Arrow."""
        return self.database.arrow(f'SELECT * FROM "{name}"')

    def values(self, plan: str, name: str) -> Iterable[NamedValue]:
        """See `attain.plans.outcome.Outcome`."""
        return answers.values(self.compilations[plan], name)

    def close(self) -> None:
        self.database.close()


def calculate(
    plans: Sequence[Plan],
    snapshot: Snapshot,
    span: Interval,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    database: Database | None = None,
    only: str | None = None,
) -> Calculation:
    """Pay for the pay periods that end within the span, of each plan those of its own kind and calendar.

    `plans` may hold several versions of a plan. `database` is an empty one of another engine, which belongs to the
    calculation from here on, and is closed if it fails; without it the calculation runs in DuckDB in this process.
    `only` is a condition in SQL on `payee`: nobody else is paid.
    """
    if database is None:
        database = DuckDB(threads=threads, memory_limit=memory_limit)
    try:
        compilations = compiled(database, plans, snapshot, span, only)
        load(database, snapshot, calendars_of(plans, snapshot), days_of(plans, snapshot, span))
        soundness.check(database)
        return paid(database, compilations, span)
    except BaseException:
        database.close()
        raise


def paid(database: Database, compilations: Mapping[str, Compilation], span: Interval) -> Calculation:
    """What comes of plans over a snapshot that the database holds."""
    for compilation in compilations.values():
        pay(compilation)
    answers.write_results(list(compilations.values()))
    return Calculation(database, compilations, span)


def compiled(
    database: Database, plans: Sequence[Plan], snapshot: Snapshot, span: Interval, only: str | None = None
) -> dict[str, Compilation]:
    """The plans by name, each with its versions."""
    if span.end is None:
        raise CalculationError(
            "A run needs a last day.",
            code="calculation.span",
            hint="Name the periods to calculate, such as 2026-01..2026-03.",
        )
    by_id: dict[str, list[Plan]] = {}
    for plan in plans:
        by_id.setdefault(plan.plan, []).append(plan)
    found = {
        name: Compilation(database, snapshot, versions, span, only=only) for name, versions in sorted(by_id.items())
    }
    for compilation in found.values():
        _refuse_closed(compilation)
    return found


def calendars_of(plans: Sequence[Plan], snapshot: Snapshot) -> set[str]:
    return {plan.calendar or snapshot.calendar for plan in plans}


def _refuse_closed(compilation: Compilation) -> None:
    """A period that counts as closed is never calculated again: what is due for it is booked in the open ones."""
    for period in compilation.pay_periods[:1]:
        if compilation.is_closed(period):
            last = max(compilation.snapshot.closed_periods(), key=lambda each: each.end)
            raise CalculationError(
                f"{period.id} is closed or ends before {last.id}, which is; a run cannot pay it again.",
                code="calculation.closed",
                hint="Start with the first open period: what is due for earlier ones is paid there as a difference.",
            )


def pay(compilation: Compilation) -> None:
    """From credits to payments."""
    compilation.later = with_expiries(compilation)
    due = [_due(each) for each in (compilation, *compilation.later)]
    booked = book.booked(compilation, due)
    released = release.releases(compilation, booked)
    settle.payments(compilation, booked, released)


def _due(compilation: Compilation) -> str:
    """What the plan says is due, by earning period."""
    for name in compilation.credit_sets():
        credits(compilation, name)
    return shape.entitled(compilation)


def days_of(plans: Sequence[Plan], snapshot: Snapshot, span: Interval) -> Interval:
    """The days that calendars must know: from the first fact or plan to the end of the year after the span."""
    first = min([span.start, *(plan.effective.start for plan in plans), *_first_dates(snapshot)])
    last = max([span.end or span.start, *(plan.effective.start for plan in plans)])
    return Interval(date(first.year - 1, 1, 1), date(last.year + 2, 1, 1) + timedelta(days=31))


def _first_dates(snapshot: Snapshot) -> Iterator[date]:
    for fact in snapshot.facts.values():
        found = pc.min(fact.table[fact.schema.date]).as_py()
        if found is not None:
            yield found
