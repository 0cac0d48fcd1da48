"""From a snapshot to the tables that queries read: decimals become whole numbers, open ends a far day, calendars a
row a day.

Tables: `f:<type>` for facts, the decision tables by name, `seats` and `holders` (who holds which position when), and
for every
calendar `days:<calendar>` (a row a day with the period of each kind) and `periods:<calendar>:<kind>`.
"""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa

from attain.engine.adapters.port import Database
from attain.facts.snapshot import Snapshot
from attain.kernel.intervals import Interval
from attain.kernel.periods import Calendar, Period

FAR = date(9999, 12, 31)
KINDS = ("week", "month", "quarter", "half", "year")


def load(database: Database, snapshot: Snapshot, calendars: set[str], days: Interval) -> None:
    """Puts a snapshot into an empty database. `days` is the span that calendars must cover."""
    load_rows(database, snapshot)
    for name in sorted(calendars):
        _load_calendar(database, name, snapshot.calendars[name], days)
    seats(database)


def load_rows(database: Database, snapshot: Snapshot, before: Snapshot | None = None) -> None:
    """Facts and decisions. Where the database holds those of another snapshot, the tables in which they differ; seats
    and calendars stay what they are."""
    for name, fact in snapshot.facts.items():
        if before is None or fact.table is not before.facts[name].table:
            database.register(f"f:{name}", as_integers(fact.table))
    for name, decision in snapshot.decisions.items():
        if before is None or decision is not before.decisions[name]:
            database.register(name, as_integers(closed(decision)))


def as_integers(table: pa.Table) -> pa.Table:
    """Every decimal column as whole units of its last place: the same bytes, read at scale 0."""
    columns, fields = [], []
    for field, column in zip(table.schema, table.columns, strict=True):
        if pa.types.is_decimal(field.type):
            kind = pa.decimal128(38, 0)
            chunks = [
                pa.Array.from_buffers(kind, len(part), part.buffers(), offset=part.offset) for part in column.chunks
            ]
            column = pa.chunked_array(chunks, type=kind)
            field = pa.field(field.name, kind)
        columns.append(column)
        fields.append(field)
    return pa.table(columns, schema=pa.schema(fields))


def closed(table: pa.Table) -> pa.Table:
    """`valid_to` without an end becomes a far day, so that a row holds on d when valid_from <= d < valid_to."""
    if "valid_to" not in table.column_names:
        return table
    place = table.column_names.index("valid_to")
    return table.set_column(place, "valid_to", table["valid_to"].fill_null(pa.scalar(FAR, pa.date32())))


def _load_calendar(database: Database, name: str, calendar: Calendar, days: Interval) -> None:
    end = days.end or FAR
    every: dict[str, list[object]] = {"day": [days.start + timedelta(n) for n in range((end - days.start).days)]}
    for kind in KINDS:
        periods = calendar.periods(kind, days.start, end)  # in order, without gaps
        every[kind] = [period.id for period in periods for _ in range(_days_within(period, days.start, end))]
        around = [{other: calendar.period(other, period.last) for other in KINDS} for period in periods]
        rows = [
            {
                "period": period.id,
                "start": period.start,
                "end": period.end,
                "place": place,
                "number": period.number,
                "days": period.days,
                "month": outer["month"].number,
                "quarter": outer["quarter"].number,
                "year": int("".join(sign for sign in period.year if sign.isdigit())),
                **{f"in_{kind}": other.id for kind, other in outer.items()},
            }
            for place, (period, outer) in enumerate(zip(periods, around, strict=True))
        ]
        database.register(f"periods:{name}:{kind}", pa.Table.from_pylist(rows))
    database.register(f"days:{name}", pa.table(every))


def _days_within(period: Period, start: date, end: date) -> int:
    return (min(period.end, end) - max(period.start, start)).days


_SEATS = """
WITH held AS (
    SELECT * FROM (
        SELECT a.person, a.position, GREATEST(a.valid_from, COALESCE(p.hired_on, a.valid_from)) AS valid_from,
               LEAST(a.valid_to, COALESCE(p.left_on, a.valid_to)) AS valid_to
        FROM assignments a LEFT JOIN people p ON p.person = a.person
    ) employed WHERE valid_from < valid_to
), borders AS (
    SELECT position, valid_from AS day FROM positions UNION SELECT position, valid_to FROM positions
    UNION SELECT position, valid_from FROM held UNION SELECT position, valid_to FROM held
), pieces AS (
    SELECT position, day AS valid_from, LEAD(day) OVER (PARTITION BY position ORDER BY day) AS valid_to FROM borders
)
SELECT pieces.position, positions.title, positions.territory, positions.unit, positions.manager, held.person,
       COALESCE(held.person, 'vacant:' || pieces.position) AS payee, pieces.valid_from, pieces.valid_to
FROM pieces
JOIN positions ON positions.position = pieces.position AND positions.valid_from <= pieces.valid_from AND
    pieces.valid_from < positions.valid_to
LEFT JOIN held ON held.position = pieces.position AND held.valid_from <= pieces.valid_from AND
    pieces.valid_from < held.valid_to
WHERE pieces.valid_to IS NOT NULL
"""

_HOLDERS = """
SELECT position AS ref, position, payee, person, title, territory, unit, manager, valid_from, valid_to FROM seats
UNION ALL
SELECT person AS ref, position, payee, person, title, territory, unit, manager, valid_from, valid_to FROM seats
WHERE person IS NOT NULL AND person NOT IN (SELECT position FROM positions)
UNION ALL
SELECT person AS ref, NULL AS position, person AS payee, person, NULL AS title, NULL AS territory, NULL AS unit,
       NULL AS manager, valid_from, valid_to
FROM (
    SELECT person, COALESCE(MAX(seat_to) OVER (PARTITION BY person ORDER BY seat_from, seat_to
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), DATE '0001-01-01') AS valid_from, seat_from AS valid_to
    FROM (
        SELECT person, valid_from AS seat_from, valid_to AS seat_to FROM seats WHERE person IS NOT NULL
        UNION ALL SELECT person, DATE '{far}' AS seat_from, DATE '{far}' AS seat_to FROM people
    ) s
) gaps WHERE valid_from < valid_to AND person NOT IN (SELECT position FROM positions)
    AND person IN (SELECT person FROM people)
"""


def seats(database: Database) -> None:
    """Makes `seats` and `holders` of people, positions and assignments."""
    database.create("seats", _SEATS, "who sits where, day by day; nobody's seat is paid to its vacancy")
    database.create("holders", _HOLDERS.format(far=FAR), "a position or a person by reference, and the seat behind it")
