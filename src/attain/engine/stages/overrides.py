"""Overrides: decisions that replace the computed amount of a line, the latest one for each line.

Writes `<plan>:overrides`, key (component, payee, source, earning_period), with the amount in minor units and the
reason.
"""

from __future__ import annotations

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
            component=compilation.component_now(), amount=amount, plan=compilation.id, start=compilation.span.start
        )
        compilation.database.create(target, query, "amounts that people put in the place of computed ones")
        compilation.known[target] = True
    return target


_LATEST = """
SELECT override, component, payee, source, earning_period, reason, replaced AS amount FROM (
    SELECT override, {component} AS component, payee, source, earning_period, reason, {amount} AS replaced,
           ROW_NUMBER() OVER (PARTITION BY {component}, payee, source, earning_period ORDER BY override DESC) AS turn
    FROM overrides WHERE plan = '{plan}' AND (expires_on IS NULL OR expires_on > DATE '{start}')
) o WHERE turn = 1
"""
