"""Quotas as exact figures of a window.

A row of the decisions holds an amount for its own span (`per: span`), or for each period of a kind while it is in
force. Dividing
by days would bring a divisor into every formula behind it; instead all figures of a quota share one denominator, the
least
common multiple of the day counts that occur.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import gcd, lcm
from typing import Any, NamedTuple

import pyarrow as pa
from sqlglot import exp

from attain.engine.compilation import Compilation
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, table
from attain.engine.load import FAR
from attain.engine.sql import all_of
from attain.kernel.errors import CalculationError, Where
from attain.kernel.intervals import Interval
from attain.kernel.periods import Period
from attain.plans.model import Measure, Plan

SCALE = 10**4
BETWEEN = "\x1f"
"""Stands in no id of a person or position, so that no subject is taken for a person in a seat."""


@dataclass(frozen=True)
class Figures:
    """A table with subject, `key` (a window or pay period), valid_from, valid_to, since and amount; and the amounts'
    denominator.

    `by_day`: the row in force on the day that is read. `by_key`: the row of the key. `since`: of a quota that resets,
    from when on the amount has been the same. `of_seats`, `of_others`: whether positions have a row, and whether
    anybody else has. `of_both`: whether there are rows of a person in a seat where both have some (`_in_seat`).
    """

    table: str
    denominator: int
    by_day: bool
    by_key: bool
    of_seats: bool
    of_others: bool
    of_both: bool = False


class _Row(NamedTuple):
    """A figure; without an amount (only of a quota that resets) the days on which there is none."""

    subject: str
    key: str
    start: date
    end: date
    amount: int | None
    since: date | None = None


def rows_of(compilation: Compilation, quota: str) -> list[dict[str, Any]]:
    """The rows of a quota. One in another currency than the plan's is as good as absent; it is listed."""
    if "quotas" not in compilation.known:
        found: dict[str, list[dict[str, Any]]] = {}
        for row in compilation.snapshot.rows("quotas"):
            if row["currency"] in (None, "", compilation.plan.currency):
                found.setdefault(row["quota"], []).append(row)
        compilation.known["quotas"] = found
    return compilation.known["quotas"].get(quota, [])  # type: ignore[attr-defined, no-any-return]


def figures(compilation: Compilation, plan: Plan, measure: Measure) -> Figures:
    """The quota figures of a measure with a quota of the decisions."""
    quota, over = str(measure.quota), measure.over.kind if measure.over else plan.period
    change = plan.policies.quota_change or "on_event"
    key = f"quota {quota} {over} {change} {measure.against}"
    if key not in compilation.known:
        rows = rows_of(compilation, quota)
        kinds = {row["per"] for row in rows}
        spans = not rows or kinds <= {"span"}
        if not spans and kinds != {over}:
            raise CalculationError(
                f"The quota `{quota}` is given per {', '.join(sorted(kinds))}, but it is measured over {over}.",
                code="calculation.quota-kind",
                where=Where(field=f"quota {quota}"),
                hint=f"Give it per {over}, or per span with the amount for the row's own dates.",
            )
        compilation.known[key] = _figures(compilation, plan, measure, rows, over, change, spans)
    return compilation.known[key]  # type: ignore[return-value]


def _figures(
    compilation: Compilation,
    plan: Plan,
    measure: Measure,
    rows: list[dict[str, Any]],
    over: str,
    change: str,
    spans: bool,
) -> Figures:
    target = compilation.name("quota", str(measure.quota), over, change, measure.against)
    by_day = not spans and change in ("on_event", "reset")
    by_key = not by_day or measure.against == "to_date"
    denominator, pairs = 1, set()
    if by_key:
        keys = _keys(compilation, plan, measure, over)
        denominator, out = _begun(rows, keys) if by_day else _shares(rows, keys, spans)
    elif change == "reset":
        pairs = _pairs(compilation, {row["subject"] for row in rows})
        out = _timelines(rows, pairs)
    else:
        out = [_Row(row["subject"], "", row["valid_from"], row["valid_to"] or FAR, _units(row)) for row in rows]
    table_of = pa.table(
        {
            "subject": pa.array([row.subject for row in out], pa.string()),
            "key": pa.array([row.key for row in out], pa.string()),
            "valid_from": pa.array([row.start for row in out], pa.date32()),
            "valid_to": pa.array([row.end for row in out], pa.date32()),
            "since": pa.array([row.since for row in out], pa.date32()),
            "amount": pa.array([row.amount for row in out], pa.decimal128(38, 0)),
        }
    )
    compilation.database.register(target, table_of)
    subjects = {row["subject"] for row in rows}
    of_seats = subjects & set(compilation.snapshot.table("positions")["position"].to_pylist())
    of_people = subjects & set(compilation.snapshot.table("people")["person"].to_pylist())
    others = bool(subjects - of_seats or of_people)
    return Figures(target, denominator * SCALE, by_day, by_key, bool(of_seats), others, bool(pairs))


def _pairs(compilation: Compilation, subjects: set[str]) -> set[tuple[str, str]]:
    """Who ever sat where, of people and positions that both have rows."""
    seats = compilation.snapshot.rows("assignments")
    return {(row["person"], row["position"]) for row in seats if {row["person"], row["position"]} <= subjects}


def _in_seat(person: str, position: str) -> str:
    return f"{person}{BETWEEN}{position}"


def _timelines(rows: list[dict[str, Any]], pairs: set[tuple[str, str]]) -> list[_Row]:
    """For each subject, and each person in a seat, the amount day by day: where a person has no row, the seat's."""
    of: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        of.setdefault(row["subject"], []).append(row)
    found = [part for subject, own in of.items() for part in _timeline(subject, [own])]
    for person, position in sorted(pairs):
        found += _timeline(_in_seat(person, position), [of[person], of[position]])
    return found


def _timeline(subject: str, nearest_first: list[list[dict[str, Any]]]) -> list[_Row]:
    """A row that says the same amount again changes nothing."""
    every = [row for rows in nearest_first for row in rows]
    edges = sorted({edge for row in every for edge in (row["valid_from"], row["valid_to"] or FAR)} | {FAR})
    found: list[_Row] = []
    for start, end in pairwise(edges):
        holds = (row for rows in nearest_first for row in rows if row["valid_from"] <= start < (row["valid_to"] or FAR))
        row = next(holds, None)
        amount = None if row is None else _units(row)
        same = found and found[-1].amount == amount
        found.append(_Row(subject, "", start, end, amount, found[-1].since if same else start))
    return found


def _units(row: dict[str, Any]) -> int:
    return int(row["amount"] * SCALE)


@dataclass(frozen=True)
class _Key:
    """A figure to compute: for this window, counting the days up to `until`; `part` of `parts` pay periods have
    begun."""

    id: str
    window: Interval
    since: date
    until: date
    part: int
    parts: int


def _keys(compilation: Compilation, plan: Plan, measure: Measure, over: str) -> list[_Key]:
    """One key a window, or one a pay period when the quota is counted to date."""
    start, end = compilation.versions[0].effective.start, compilation.end
    windows = _windows(compilation, over, start, end)
    if measure.against == "full":
        return [
            _Key(window.id, Interval(window.start, window.end), window.start, window.end, 1, 1) for window in windows
        ]
    found = []
    for window in windows:
        inside = [
            period
            for period in compilation.calendar.periods(plan.period, window.start, window.end)
            if window.start <= period.last < window.end
        ]
        for place, period in enumerate(inside, start=1):
            span = Interval(window.start, window.end)
            found.append(_Key(period.id, span, period.start, period.end, place, len(inside)))
    return found


def _windows(compilation: Compilation, over: str, start: date, end: date) -> list[Period]:
    if over == "plan":
        last = compilation.versions[-1].effective.end or end
        return [Period(compilation.calendar_name, "plan", "plan", start, max(last, end), 1, "")]
    return compilation.calendar.periods(over, start, end)


def _begun(rows: list[dict[str, Any]], keys: list[_Key]) -> tuple[int, list[_Row]]:
    """For each pay period the rows that are in force on one of its days, in the share that has begun."""
    denominator = lcm(1, *(key.parts for key in keys))
    return denominator, [
        _Row(
            row["subject"],
            key.id,
            row["valid_from"],
            row["valid_to"] or FAR,
            _units(row) * key.part * (denominator // key.parts),
        )
        for row in rows
        for key in keys
        if row["valid_from"] < key.until and key.since < (row["valid_to"] or FAR)
    ]


def _shares(rows: list[dict[str, Any]], keys: list[_Key], spans: bool) -> tuple[int, list[_Row]]:
    """Every figure as a whole number over one denominator."""
    exact: list[tuple[str, _Key, int, int]] = []
    for row in rows:
        own = Interval(row["valid_from"], row["valid_to"])
        for key in keys:
            common = own.intersect(Interval(key.window.start, key.until if spans else key.window.end))
            if common is None or common.days is None:
                continue
            if spans:
                if own.days is None:
                    raise CalculationError(
                        f"The quota of {row['subject']} from {own.start} has no last day.",
                        code="calculation.quota-open",
                        hint="A quota per span needs valid_to.",
                    )
                exact.append((row["subject"], key, _units(row) * common.days, own.days))
            else:
                exact.append(
                    (row["subject"], key, _units(row) * common.days * key.part, (key.window.days or 1) * key.parts)
                )
    reduced = [
        (subject, key, top // _shared(top, below), below // _shared(top, below)) for subject, key, top, below in exact
    ]
    denominator = lcm(1, *{below for _, _, _, below in reduced})
    sums: dict[tuple[str, str], int] = {}
    for subject, key, top, below in reduced:
        sums[subject, key.id] = sums.get((subject, key.id), 0) + top * (denominator // below)
    return denominator, [_Row(subject, id_, date(1, 1, 1), FAR, amount) for (subject, id_), amount in sums.items()]


def _shared(top: int, below: int) -> int:
    return gcd(top, below) or 1


def join(
    frame: Frame, found: Figures, subjects: list[exp.Expr], key: exp.Expr, day: exp.Expr
) -> tuple[Num, exp.Expr | None]:
    """The figure for the first subject that has one; and, of a quota that resets, since when it has been the same.

    Two subjects are the payee and the seat: who can have no row is not looked up.
    """
    if len(subjects) > 1:
        person, position = subjects
        both = exp.DPipe(this=exp.DPipe(this=person, expression=exp.Literal.string(BETWEEN)), expression=position)
        there = (found.of_both, found.of_others, found.of_seats)
        subjects = [one for one, has in zip((both, person, position), there, strict=True) if has] or subjects[:1]
    values: list[Num] = []
    since: list[exp.Expr] = []
    for subject in subjects:
        name = frame.fresh("quota")
        take = {name: "amount", f"{name}.from": "valid_from", f"{name}.to": "valid_to", f"{name}.since": "since"}
        on = {"subject": subject, **({"key": key} if found.by_key else {})}
        if found.by_day:
            dated = all_of(
                exp.LTE(this=col(f"{name}.from"), expression=exp.Paren(this=day)),
                exp.LT(this=exp.Paren(this=day), expression=col(f"{name}.to")),
            )
            frame.join(table(found.table), on, take, also=dated)
            since.append(col(f"{name}.since"))
        else:
            frame.join(table(found.table), on, take)
        values.append(Num(col(name), found.denominator))
    value = values[0]
    if len(values) > 1:
        value = Num(
            exp.Coalesce(this=col(values[0].numerator.name), expressions=[item.numerator for item in values[1:]]),
            found.denominator,
        )
    return value, exp.Coalesce(this=since[0], expressions=since[1:]) if since else None
