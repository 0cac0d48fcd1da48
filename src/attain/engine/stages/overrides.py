"""Overrides: decisions that replace the computed amount of a line, the latest one for each line.

An override holds for what is booked in pay periods that begin before it expires. So a run in which some expire
calculates what is due once more for each pay period that begins without them (`with_expiries`).

Writes `<plan>:overrides`, key (component, payee, source, earning_period), with the amount in minor units and the
reason.
"""

from __future__ import annotations

from dataclasses import replace

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.fractions import Num
from attain.engine.frame import col
from attain.engine.sql import cast
from attain.engine.stages.lines import mode_of


def overrides(compilation: Compilation) -> str:
    target = compilation.name("overrides")
    if target not in compilation.known:
        given = Num(cast(col("amount"), frac.WIDE), 10**4)
        amount = frac.rounded(given, compilation.places, mode_of(compilation.plan)).sql(dialect="duckdb")
        query = _LATEST.format(
            component=compilation.component_now(), amount=amount, plan=compilation.id, start=compilation.overrides_on
        )
        compilation.database.create(target, query, "amounts that people put in the place of computed ones")
        compilation.known[target] = True
    return target


def with_expiries(compilation: Compilation) -> list[Compilation]:
    """The plan as it stands from each later pay period of the span on that begins with other overrides."""
    starts = [period.start for period in compilation.pay_periods]
    days = {
        row["expires_on"]
        for row in compilation.snapshot.rows("overrides")
        if row["plan"] == compilation.id and row["expires_on"] is not None
    }
    borders = {next((start for start in starts if start >= day), None) for day in days} - {None, *starts[:1]}
    return [replace(compilation, known={}, as_of=border, later=[]) for border in sorted(filter(None, borders))]


_LATEST = """
SELECT override, component, payee, source, earning_period, reason, replaced AS amount FROM (
    SELECT override, {component} AS component, payee, source, earning_period, reason, {amount} AS replaced,
           ROW_NUMBER() OVER (PARTITION BY {component}, payee, source, earning_period ORDER BY override DESC) AS turn
    FROM overrides WHERE plan = '{plan}' AND (expires_on IS NULL OR expires_on > DATE '{start}')
) o WHERE turn = 1
"""
