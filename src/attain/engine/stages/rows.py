"""The rows of period frames: which payee has which period of a kind.

`<plan>:rows:<kind>`   key (payee, period): from a payee's first period on the plan or with a credit, dense; `present`
                       where there is a day on the plan or a credit
`<plan>:groups:<kind>` key (subject, period): the teams, or the company, in every period of the plan
"""

from __future__ import annotations

from sqlglot import exp

from attain.engine.compilation import Compilation
from attain.engine.frame import col, table
from attain.engine.load import FAR
from attain.engine.sql import text
from attain.engine.stages.credit import credits

_ROWS = """
WITH active AS (
    SELECT m.payee, p.place, SUM(CAST(LEAST(m.valid_to, p."end") - GREATEST(m.valid_from, p.start) AS BIGINT)) AS
        active_days
    FROM "{members}" m JOIN "{periods}" p ON m.valid_from < p."end" AND p.start < m.valid_to AND p.start < DATE '{end}'
    GROUP BY m.payee, p.place
), credited AS ({credited}),
spans AS (
    SELECT payee, MIN(place) AS first_place FROM (SELECT payee, place FROM active UNION
        SELECT payee, place FROM credited) GROUP BY payee
), dense AS (
    SELECT s.payee, p.*, p.place - s.first_place + 1 AS ordinal
    FROM spans s JOIN "{periods}" p ON p.place >= s.first_place AND p.start < DATE '{end}'
), seated AS ({seated})
SELECT d.* EXCLUDE (ordinal), COALESCE(a.active_days, 0) AS active_days,
       (a.active_days IS NOT NULL OR c.place IS NOT NULL) AS present, d.ordinal,
       s.position, s.person, s.title, s.territory, s.unit, s."person.name", s."person.country", s."person.currency",
       s."person.kind", s."person.hired_on", s."person.left_on",
       LEAST(s.valid_to, d."end") - 1 AS last_day, s.valid_to >= d."end" AND a.active_days IS NOT NULL AS there_at_end
FROM dense d
LEFT JOIN active a ON a.payee = d.payee AND a.place = d.place
LEFT JOIN credited c ON c.payee = d.payee AND c.place = d.place
LEFT JOIN seated s ON s.payee = d.payee AND s.valid_from < d."end" AND d."end" <= s.followed_on
"""
_SEATED = """
SELECT *, COALESCE(LEAD(valid_from) OVER (PARTITION BY payee ORDER BY valid_from, position DESC), DATE '{far}') AS
    followed_on
FROM "{members}"
"""
"""Where a payee sits at the end of a period: the latest seat that has begun by then."""

_CREDITED = """
SELECT DISTINCT c."@payee" AS payee, p.place
FROM "{credits}" c JOIN "{days}" d ON d.day = c."@date" JOIN "{periods}" p ON p.period = d."{kind}"
"""


def payee_rows(compilation: Compilation, kind: str) -> str:
    name = compilation.name("rows", kind)
    if name not in compilation.known:
        sets = dict.fromkeys(name for plan in compilation.versions for name in plan.credits)
        parts = [
            _CREDITED.format(
                credits=credits(compilation, each).table,
                days=compilation.days,
                periods=compilation.periods(kind),
                kind=kind,
            )
            for each in sets
        ]
        credited = " UNION ".join(parts) or "SELECT NULL::VARCHAR AS payee, NULL::BIGINT AS place WHERE FALSE"
        query = _ROWS.format(
            members=compilation.members(),
            seated=_seated(compilation),
            periods=compilation.periods(kind),
            end=compilation.end,
            credited=credited,
        )
        _create(compilation, name, query, f"payees and their {kind} periods")
        compilation.known[name] = True
    return name


def _seated(compilation: Compilation) -> str:
    return _SEATED.format(members=compilation.members(), far=FAR)


_PAY_ROWS = """
WITH firsts AS (
    SELECT payee, MIN(place) AS first_place FROM (
        SELECT payee, place FROM "{rows}"
        UNION ALL SELECT l.payee, p.place FROM "{lines}" l JOIN "{periods}" p ON p.period = l.period
        UNION ALL SELECT a.payee, p.place FROM ({paid}) a JOIN "{periods}" p ON p.period = a.pay_period
    ) f GROUP BY payee
), dense AS (
    SELECT f.payee, p.* FROM firsts f JOIN "{periods}" p ON p.place >= f.first_place AND p.start < DATE '{end}'
), seated AS ({seated}), first_rows AS (SELECT payee, MIN(place) AS place FROM "{rows}" GROUP BY payee)
SELECT d.*, COALESCE(r.active_days, 0) AS active_days, COALESCE(r.present, FALSE) AS present,
       d.place - o.place + 1 AS ordinal, s.position, COALESCE(s.person, w.person) AS person, s.title, s.territory,
       s.unit, w.name AS "person.name", w.country AS "person.country", w.currency AS "person.currency",
       w.kind AS "person.kind", w.hired_on AS "person.hired_on", w.left_on AS "person.left_on",
       CAST(LEAST(COALESCE(s.valid_to, d."end"), d."end") - 1 AS DATE) AS last_day,
       COALESCE(r.there_at_end, FALSE) AS there_at_end
FROM dense d
LEFT JOIN "{rows}" r ON r.payee = d.payee AND r.period = d.period
LEFT JOIN seated s ON s.payee = d.payee AND s.valid_from < d."end" AND d."end" <= s.followed_on
LEFT JOIN first_rows o ON o.payee = d.payee
LEFT JOIN people w ON w.person = d.payee
"""
_PAID = " UNION ".join(
    f"SELECT payee, pay_period FROM {name} WHERE plan = {{plan}}"
    for name in ("adjustments", "ledger_lines", "ledger_releases", "ledger_balances")
)


def pay_rows(compilation: Compilation) -> str:
    """The pay periods of everybody who is paid: from a payee's first one to the end of the run, on the plan or not.

    Who has left is still paid what is due later, and a window's most holds for it. Needs the lines of all components.
    """
    name = compilation.name("pay-rows")
    if name not in compilation.known:
        kind = compilation.plan.period
        query = _PAY_ROWS.format(
            rows=payee_rows(compilation, kind),
            lines=compilation.name("lines"),
            periods=compilation.periods(kind),
            paid=_PAID.format(plan=text(compilation.id)),
            seated=_seated(compilation),
            end=compilation.end,
        )
        _create(compilation, name, query, "everybody who is paid, and their pay periods")
        compilation.known[name] = True
    return name


_GROUPS = """
SELECT g.subject, p.*, p.days AS active_days, TRUE AS present, p."end" - 1 AS last_day, p.place - MIN(p.place) OVER ()
    + 1 AS ordinal
FROM ({subjects}) g JOIN "{periods}" p ON p.start < DATE '{end}' AND p."end" > DATE '{start}'
"""


def group_rows(compilation: Compilation, subject: str, kind: str) -> str:
    """Every team, or the company, in every period from the plan's first day to the end of the run."""
    name = compilation.name("groups", subject, kind)
    if name not in compilation.known:
        subjects = (
            "SELECT 'company' AS subject" if subject == "company" else "SELECT DISTINCT team AS subject FROM teams"
        )
        start = compilation.versions[0].effective.start
        query = _GROUPS.format(subjects=subjects, periods=compilation.periods(kind), start=start, end=compilation.end)
        _create(compilation, name, query, f"{subject} by {kind}")
        compilation.known[name] = True
    return name


def _create(compilation: Compilation, name: str, text: str, meaning: str) -> None:
    compilation.database.create(name, text, meaning)


def everything(name: str) -> exp.Select:
    return exp.select(exp.Star()).from_(table(name), copy=False)


__all__ = ["col", "everything", "group_rows", "pay_rows", "payee_rows"]
