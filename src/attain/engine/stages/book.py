"""The book: in which pay period a line is paid.

A line of an open period is booked there. For a period that counts as closed the difference to what the ledger holds
is booked in the first open period: late facts, corrections, changed quotas and changed plans all come through this one
door, and so does a plan that is published when its first periods are closed already. An
override that expires within the span comes through it, too: in the first pay period without it, for all that were
booked with it.
Writes `<plan>:booked`, key (component, payee, source, earning_period, pay_period).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.fractions import Num
from attain.engine.frame import col
from attain.engine.sql import cast, text
from attain.engine.stages.lines import mode_of
from attain.engine.stages.shape import COLUMNS, create, view
from attain.engine.untouched import can_be_paid


def booked(compilation: Compilation, due: Sequence[str]) -> str:
    """`due` are the entitled lines, one table for the plan as it stands at first and each time overrides expire."""
    kind = compilation.plan.period
    span = f"\"end\" > DATE '{compilation.span.start}' AND \"end\" <= DATE '{compilation.end}'"
    create(
        compilation,
        compilation.name("open"),
        f'SELECT period, place, start, "end" FROM "{compilation.periods(kind)}" WHERE {span}',
        "the pay periods that are booked",
    )
    ledger = f"""
    SELECT {compilation.component_now()} AS component, payee, source, earning_period, CAST(SUM(amount) AS HUGEINT) AS
        amount
    FROM ledger_lines WHERE plan = '{compilation.id}' GROUP BY ALL
    """
    create(compilation, compilation.name("ledger"), ledger, "what closed periods have booked, by line")
    target = compilation.name("booked")
    others = [*_changes(compilation, due), _adjustments(compilation)]
    create(compilation, f"{target}:others", " UNION ALL ".join(others), "differences to other periods, adjustments")
    query = " UNION ALL ".join([*_lines(compilation, due), f'SELECT * FROM "{target}:others"'])
    view(compilation, target, query, "every line with the pay period in which it is booked")
    return target


def _lines(compilation: Compilation, due: Sequence[str]) -> Iterator[str]:
    """Lines of the open periods, under the overrides that hold there."""
    columns = COLUMNS.replace("period,", "period AS earning_period, period AS pay_period,")
    for entitled, since, until in _under(compilation, due):
        here = f'SELECT period FROM "{compilation.name("open")}" WHERE {since} AND {until}'
        yield f'SELECT {columns} FROM "{entitled}" WHERE period IN ({here})'


def _under(compilation: Compilation, due: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What is due, with the first and the last day (as conditions) of the pay periods in which it is that."""
    borders = [later.as_of for later in compilation.later]
    for place, entitled in enumerate(due):
        since = f"start >= DATE '{borders[place - 1]}'" if place else "TRUE"
        until = f"start < DATE '{borders[place]}'" if place < len(borders) else "TRUE"
        yield entitled, since, until


def _changes(compilation: Compilation, due: Sequence[str]) -> Iterator[str]:
    """What changed in the periods before: in closed ones, and where an override has expired."""
    if not compilation.pay_periods:
        return
    opened = compilation.name("open")
    borders = [later.as_of for later in compilation.later]
    paid = f"""(SELECT * FROM "{compilation.name("ledger")}" WHERE source NOT LIKE 'adjustment:%')"""
    closed = f"""
    SELECT period FROM "{compilation.periods(compilation.plan.period)}"
    WHERE "end" <= DATE '{compilation.closed_until.isoformat()}'
    """
    for place, (entitled, since, _) in enumerate(_under(compilation, due)):
        before = closed
        if place:
            before += f" UNION ALL SELECT period FROM \"{opened}\" WHERE start < DATE '{borders[place - 1]}'"
            paid = f"""(
                SELECT component, payee, source, period AS earning_period, SUM(amount) AS amount
                FROM "{due[place - 1]}" WHERE period IN ({before}) GROUP BY ALL
            )"""
        first = f'(SELECT MIN_BY(period, place) FROM "{opened}" WHERE {since})'
        yield _differences(compilation, f'(SELECT * FROM "{entitled}" WHERE period IN ({before}))', paid, first)


def _differences(compilation: Compilation, entitled: str, paid: str, first: str) -> str:
    """What is due for earlier periods minus what they have booked, paid in the period `first`."""
    version = text(compilation.plan.version)
    late = compilation.plan.policies.late_facts
    note = (
        "'restates ' || COALESCE(e.period, g.earning_period)"
        if late == "restatement"
        else "'late: ' || COALESCE(e.period, g.earning_period)"
    )
    return f"""
    SELECT COALESCE(e.version, {version}) AS version, COALESCE(e.component, g.component) AS
        component, 'difference' AS kind, COALESCE(e.payee, g.payee) AS payee, e.position,
           COALESCE(e.event_type, '') AS event_type, e.event, COALESCE(e.source, g.source) AS source, e.credited_on,
               COALESCE(e.period, g.earning_period) AS earning_period,
           {first} AS pay_period, COALESCE(e.amount,
               0::HUGEINT) - COALESCE(g.amount, 0::HUGEINT) AS amount,
           COALESCE(e.amount, 0::HUGEINT) - COALESCE(g.amount, 0::HUGEINT) AS computed, {note} AS note
    FROM {entitled} e FULL JOIN {paid} g
      ON g.component = e.component AND g.payee = e.payee AND g.source = e.source AND g.earning_period = e.period
    WHERE COALESCE(e.amount, 0::HUGEINT) <> COALESCE(g.amount, 0::HUGEINT)
    """


def _adjustments(compilation: Compilation) -> str:
    version, given = text(compilation.plan.version), Num(cast(col("amount"), frac.WIDE), 10**4)
    minor = frac.rounded(given, compilation.places, mode_of(compilation.plan)).sql(dialect="duckdb")
    return f"""
    SELECT {version} AS version, {compilation.component_now()} AS component, 'adjustment' AS kind, payee,
           NULL AS position, '' AS event_type, NULL AS event, 'adjustment:' || adjustment AS source,
           NULL::DATE AS credited_on, pay_period AS earning_period, pay_period,
           {minor} AS amount, {minor} AS computed, reason AS note
    FROM adjustments WHERE plan = '{compilation.id}' AND currency = '{compilation.plan.currency}'
      AND pay_period IN (SELECT period FROM "{compilation.name("open")}") AND {can_be_paid(compilation)}
    """


__all__ = ["booked"]
