"""The book: in which pay period a line is paid.

A line of an open period is booked there. For a closed period the difference to what the ledger holds is booked in
the first
open period: late facts, corrections, changed quotas and changed plans all come through this one door.
Writes `<plan>:booked`, key (component, payee, source, earning_period, pay_period).
"""

from __future__ import annotations

from attain.engine.compilation import Compilation
from attain.engine.sql import text
from attain.engine.stages.shape import COLUMNS, create


def booked(compilation: Compilation, entitled: str) -> str:
    calendar, kind = compilation.calendar_name, compilation.plan.period
    version = text(compilation.plan.version)
    span = f"start >= DATE '{compilation.span.start}' AND \"end\" <= DATE '{compilation.end}'"
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
    late = compilation.plan.policies.late_facts
    note = (
        "'restates ' || COALESCE(e.period, g.earning_period)"
        if late == "restatement"
        else "'late: ' || COALESCE(e.period, g.earning_period)"
    )
    query = f"""
    SELECT {COLUMNS.replace("period,", "period AS earning_period, period AS pay_period,")} FROM "{entitled}" WHERE
        period IN (SELECT period FROM "{compilation.name("open")}")
    UNION ALL
    SELECT COALESCE(e.version, {version}) AS version, COALESCE(e.component, g.component) AS
        component, 'difference' AS kind, COALESCE(e.payee, g.payee) AS payee, e.position,
           COALESCE(e.event_type, '') AS event_type, e.event, COALESCE(e.source, g.source) AS source, e.credited_on,
               COALESCE(e.period, g.earning_period) AS earning_period,
           (SELECT MIN_BY(period, place) FROM "{compilation.name("open")}") AS pay_period, COALESCE(e.amount,
               0::HUGEINT) - COALESCE(g.amount, 0::HUGEINT) AS amount,
           COALESCE(e.amount, 0::HUGEINT) - COALESCE(g.amount, 0::HUGEINT) AS computed, {note} AS note
    FROM (SELECT * FROM "{entitled}" WHERE period IN (SELECT period FROM closed_periods WHERE calendar = {
        text(calendar)
    }
        AND kind = '{kind}')) e
    FULL JOIN (SELECT * FROM "{compilation.name("ledger")}" WHERE source NOT LIKE 'adjustment:%') g
      ON g.component = e.component AND g.payee = e.payee AND g.source = e.source AND g.earning_period = e.period
    WHERE COALESCE(e.amount, 0::HUGEINT) <> COALESCE(g.amount, 0::HUGEINT)
    UNION ALL
    SELECT {version} AS version, component, 'adjustment' AS kind, payee, NULL AS position, '' AS
        event_type, NULL AS event, 'adjustment:' || adjustment AS source,
           NULL::DATE AS credited_on, pay_period AS earning_period, pay_period, CAST(amount AS HUGEINT) // {
        10 ** (4 - compilation.places)
    } AS amount,
           CAST(amount AS HUGEINT) // {10 ** (4 - compilation.places)} AS computed, reason AS note
    FROM adjustments WHERE plan = '{compilation.id}' AND currency = '{
        compilation.plan.currency
    }' AND pay_period IN (SELECT period FROM "{compilation.name("open")}")
    """
    target = compilation.name("booked")
    create(compilation, target, query, "every line with the pay period in which it is booked")
    return target


__all__ = ["booked"]
