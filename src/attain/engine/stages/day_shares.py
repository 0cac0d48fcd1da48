"""Shares of a window: of its pay periods that have begun, of its days on the plan, of its days without leave.

All shares of a kind are whole numbers over one denominator, so that multiplying a quota by them adds no divisor.
"""

from __future__ import annotations

from math import lcm

import pyarrow as pa

from attain.engine.compilation import Compilation
from attain.engine.stages import quota as quotas
from attain.plans.model import Plan


def begun_shares(compilation: Compilation, plan: Plan, over: str) -> tuple[str, int]:
    """For each pay period its place in the window as a share of the window's pay periods."""
    source = compilation.name("begun", plan.period, over)
    if source not in compilation.known:
        found: list[tuple[str, int, int]] = []
        for window in quotas._windows(compilation, over, compilation.versions[0].effective.start, compilation.end):
            inside = [
                period
                for period in compilation.calendar.periods(plan.period, window.start, window.end)
                if window.start <= period.last < window.end
            ]
            found += [(period.id, place, len(inside)) for place, period in enumerate(inside, start=1)]
        scale = lcm(1, *{count for _, _, count in found})
        shares = pa.array([place * (scale // count) for _, place, count in found], pa.int64())
        compilation.database.register(
            source, pa.table({"period": pa.array([id_ for id_, _, _ in found], pa.string()), "share": shares})
        )
        compilation.known[source] = scale
    return source, int(str(compilation.known[source]))


_ACTIVE = """
SELECT m.payee, p.period, CAST(SUM(LEAST(m.valid_to, p."end") - GREATEST(m.valid_from, p.start)) AS HUGEINT) AS days,
    p.days AS of_days
FROM "{members}" m JOIN "{periods}" p ON m.valid_from < p."end" AND p.start < m.valid_to GROUP BY m.payee, p.period,
    p.days
"""
_RELIEF = """
SELECT m.payee, p.period, p.days - CAST(SUM(LEAST(l.valid_to, p."end") - GREATEST(l.valid_from, p.start)) AS HUGEINT)
    AS days, p.days AS of_days
FROM (SELECT DISTINCT payee, person FROM "{members}") m JOIN (
    SELECT person, valid_to, GREATEST(valid_from, COALESCE(MAX(valid_to) OVER (PARTITION BY person
        ORDER BY valid_from, valid_to ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), valid_from)) AS valid_from
    FROM leaves
) l ON l.person = m.person AND l.valid_from < l.valid_to
JOIN "{periods}" p ON l.valid_from < p."end" AND p.start < l.valid_to GROUP BY m.payee, p.period, p.days
"""
"""Of a leave the days that no earlier one holds: a day of two leaves counts once."""


def day_shares(compilation: Compilation, kind: str, what: str) -> tuple[str, int]:
    """Shares of a window's days by payee, over one denominator for all windows."""
    source = compilation.name("days", what, kind)
    if source not in compilation.known:
        text = (_ACTIVE if what == "active" else _RELIEF).format(
            members=compilation.members(), periods=compilation.periods(kind)
        )
        days = {
            int(row["days"])
            for row in compilation.database.rows(f'SELECT DISTINCT days FROM "{compilation.periods(kind)}"')
        }
        scale = lcm(1, *days)
        compilation.database.create(
            source,
            f"SELECT payee, period, days * ({scale} // of_days) AS share FROM ({text}) d",
            f"{what} days by {kind}",
        )
        compilation.known[source] = scale
    return source, int(str(compilation.known[source]))
