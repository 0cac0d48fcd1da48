"""Decisions that touch nothing: an override of no line, a hold that stops none, an adjustment that nobody can be paid.

Each gives a row of `exceptions` in the run in whose span it falls, so that no decision is dropped without a word. The
decisions are few: which of them fall into the span is asked here, what they point to in the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attain.engine.compilation import Compilation
from attain.engine.sql import text
from attain.kernel.errors import PeriodError
from attain.kernel.periods import Period


def untouched(compilation: Compilation) -> Iterator[str]:
    """Queries in the columns of `exceptions`."""
    words = {"plan": compilation.id, "own": compilation.plan.currency}
    if chosen := _chosen(compilation, "overrides", "override", "earning_period"):
        component = compilation.component_now("o.component")
        yield _OVERRIDES.format(chosen=chosen, raw=compilation.name("raw"), component=component, **words)
    if chosen := _chosen(compilation, "adjustments", "adjustment", "pay_period"):
        payable = f"pay_period IN (SELECT period FROM \"{compilation.name('open')}\") AND {can_be_paid(compilation)}"
        component = compilation.component_now()
        yield _ADJUSTMENTS.format(chosen=chosen, payable=payable, component=component, **words)
    opened = compilation.pay_periods
    if opened and any(row["plan"] == compilation.id for row in compilation.snapshot.rows("holds")):
        yield _HOLDS.format(
            booked=compilation.name("booked"),
            opened=compilation.name("open"),
            ledger=compilation.name("ledger"),
            component=compilation.component_now("h.component"),
            start=compilation.overrides_on,
            end=opened[-1].end,
            **words,
        )


def can_be_paid(compilation: Compilation) -> str:
    """The condition that the payee of an adjustment is known, and its component one that a version of the plan has."""
    known = ", ".join(text(name) for name in dict.fromkeys(n for plan in compilation.versions for n in plan.components))
    somebody = "payee IN (SELECT person FROM people UNION ALL SELECT 'vacant:' || position FROM positions)"
    return f"{compilation.component_now()} IN ({known}) AND {somebody}"


def _chosen(compilation: Compilation, table: str, key: str, period: str) -> str:
    """The ids of the decisions that fall into the span, or into no pay period at all, as a list in SQL."""
    opened = {found.id for found in compilation.pay_periods}
    chosen = []
    for row in compilation.snapshot.rows(table):
        if row["plan"] != compilation.id:
            continue
        found = _period(compilation, row[period])
        if found is None or found.kind != compilation.plan.period:
            chosen.append(text(row[key]))
            continue
        late = table == "overrides" and compilation.is_closed(found) and _holds(compilation, row)
        if found.id in opened or late:
            chosen.append(text(row[key]))
    return ", ".join(chosen)


def _period(compilation: Compilation, said: str) -> Period | None:
    try:
        return compilation.calendar.parse(said)
    except PeriodError:
        return None


def _holds(compilation: Compilation, row: Mapping[str, Any]) -> bool:
    return row["expires_on"] is None or row["expires_on"] > compilation.overrides_on


_OVERRIDES = """
SELECT '{plan}' AS plan, {component} AS component, '' AS event_type, NULL::VARCHAR AS event, payee,
       earning_period AS period, CAST(amount AS HUGEINT) AS amount, 10000::HUGEINT AS amount_over, '{own}' AS currency,
       'the override ' || override || ' points to no line: ' || source AS reason, 'touches_nothing' AS code
FROM overrides o WHERE plan = '{plan}' AND override IN ({chosen}) AND NOT EXISTS (
    SELECT 1 FROM "{raw}" r WHERE r.component = {component} AND r.payee = o.payee AND r.source = o.source
        AND r.period = o.earning_period)
"""
_ADJUSTMENTS = """
SELECT '{plan}' AS plan, {component} AS component, '' AS event_type, NULL::VARCHAR AS event, payee,
       pay_period AS period, CAST(amount AS HUGEINT) AS amount, 10000::HUGEINT AS amount_over, currency,
       'the adjustment ' || adjustment || ' names no payee, component or pay period of the plan' AS reason,
       'touches_nothing' AS code
FROM adjustments WHERE plan = '{plan}' AND adjustment IN ({chosen}) AND NOT ({payable})
"""
_HOLDS = """
SELECT '{plan}' AS plan, COALESCE({component}, '') AS component, '' AS event_type, NULL::VARCHAR AS event, payee,
       NULL::VARCHAR AS period, NULL::HUGEINT AS amount, 1::HUGEINT AS amount_over, '{own}' AS currency,
       'the hold ' || hold || ' stops no line' || COALESCE(': ' || source, '') AS reason, 'touches_nothing' AS code
FROM holds h WHERE plan = '{plan}' AND valid_from < DATE '{end}' AND valid_to > DATE '{start}' AND NOT EXISTS (
    SELECT 1 FROM "{opened}" p JOIN (
        SELECT b.component, b.payee, b.source, n.start FROM "{booked}" b JOIN "{opened}" n ON n.period = b.pay_period
        UNION ALL SELECT component, payee, source, DATE '0001-01-01' AS start FROM "{ledger}"
    ) l ON l.start <= p.start
    WHERE h.valid_from < p."end" AND p."end" <= h.valid_to AND l.payee = h.payee
      AND (h.component IS NULL OR h.component = '' OR {component} = l.component)
      AND (h.source IS NULL OR h.source = '' OR h.source = l.source))
"""
