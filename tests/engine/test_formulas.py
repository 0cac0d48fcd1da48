"""Random expressions of the plan language, compiled by the engine and read literally by the checker, agree row by row.

The two share the parser and nothing else: one writes SQL over a frame, the other walks the tree in Python fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from attain.checker.evaluate import evaluate
from attain.checker.tables import TableScope
from attain.engine.adapters.duckdb import DuckDB
from attain.engine.formulas import Kind, Plain, Scope, Sql, compiled
from attain.engine.fractions import MISSING, Num
from attain.engine.frame import Frame, col, num, stored, table
from attain.engine.load import as_integers
from attain.kernel.errors import CalculationError
from attain.plans import expressions as tree
from attain.plans.loader import load_plan
from attain.plans.model import Plan, Table
from attain.plans.outcome import Scalar
from attain.plans.parser import parse

Row = Mapping[str, Any]

PLAN = load_plan(
    """
plan: tables-of-every-kind
version: "1"
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "true"
tables:
  upper_tiers: {tiers: [{to: 50, rate: 4%}, {to: 100, rate: 6%}, {rate: 12%}], border: upper}
  lower_tiers: {tiers: [{to: 50, rate: 4%}, {to: 100, rate: 6%}, {rate: 12%}], border: lower}
  closed_tiers: {tiers: [{to: 10, per_unit: 3}, {to: 100, per_unit: 1/3}], border: upper}
  amount_tiers: {tiers: [{to: 30, amount: 100}, {to: 100, amount: 50}], border: lower}
  phasing: {keys: [place], match: unique, rows: [{place: 4, value: 40%}, {place: -1, value: 1/7}], otherwise: 20%}
  words: {keys: [word], match: first,
    rows: [{word: Desk, value: 1}, {word: "O'Neil; --", value: 2}, {word: '', value: 3}]}
  nearest: {keys: [word, sure, on], match: most_specific, rows: [{value: 10}, {word: Desk, value: 20},
    {sure: yes, value: 30}, {on: 2026-02-28, value: 40}, {word: desk, on: 2026-02-28, value: 50}]}
  upper_grid: {by: {a: [0, 50], b: [1, 100]}, values: [[1, 2, 3], [4, 5, 6], [7, 8, 1/9]], border: upper}
  lower_grid: {by: {a: [0, 50], b: [1, 100]}, values: [[1, 2, 3], [4, 5, 6], [7, 8, 1/9]], border: lower}
  payout: {below: 0%,
    segments: [{from: -50, pays: 15%, slope: 2.5}, {from: 50, pays: 60%, slope: 1/3}, {from: 100, pays: 85%}]}
  flat_bends: {points: [{at: -10, pays: -5}, {at: 50, pays: 0}, {at: 100, pays: 100}], below: flat, above: flat}
  long_bends: {points: [{at: 0, pays: 0%}, {at: 7, pays: 100%}, {at: 50, pays: 90%}], below: extend, above: extend}
  said_bends: {points: [{at: 0, pays: 10%}, {at: 50, pays: 90%}], below: 0%, above: 2}
components: {c: {per: payee month, pays: fixed, amount: 1}}
policies:
  rounding: {mode: half_up, scope: line}
  missing: hold
  negative_pay: carry
  late_facts: difference
"""
).plan

# -- the row: columns of every kind -----------------------------------------------------------------------------------

NUMBERS = {"cents": 2, "count": 0, "share": 6}
KINDS: dict[str, Kind] = {
    "word": "text", "other_word": "text", "on": "date", "later": "date", "sure": "yes_no", "done": "yes_no",
}  # fmt: skip
ARROW = {"text": pa.string(), "date": pa.date32(), "yes_no": pa.bool_()}
TEXTS = ["", "Desk", "desk", "DESK TOP", "O'Neil; --", "Äöü ẞ", "ΣΑΣ", "İstanbul", "🪑 seat", "\u202eabc", "a\\'b%_"]
MARKS = [0, 1, 4, 7, 10, 30, 50, 100, -1, -10, -50]
DAYS = [
    date(2024, 2, 29),
    date(2026, 1, 31),
    date(2026, 2, 28),
    date(2026, 3, 31),
    date(2026, 12, 31),
    date(2027, 1, 1),
]

numbers = st.sampled_from(MARKS).map(Decimal) | st.decimals(-200, 200, places=2, allow_nan=False)
days = st.sampled_from(DAYS) | st.dates(date(2023, 1, 1), date(2028, 12, 31))
rows = st.fixed_dictionaries(
    {
        "cents": st.none() | numbers,
        "count": st.none() | st.sampled_from(MARKS).map(Decimal) | st.integers(-40, 120).map(Decimal),
        "share": st.none() | st.sampled_from([Decimal(text) for text in ("0", "1", "0.5", "0.333333", "-0.25")]),
        **{name: st.none() | st.sampled_from(TEXTS) for name in ("word", "other_word")},
        **{name: st.none() | days for name in ("on", "later")},
        **{name: st.none() | st.booleans() for name in ("sure", "done")},
    }
)


class EngineRow(Scope):
    """Where the engine compiles: names are columns of the frame."""

    plan: Plan = PLAN
    border = None

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def name(self, parts: tuple[str, ...]) -> Sql:
        (name,) = parts
        return num(name, NUMBERS[name]) if name in NUMBERS else Plain(KINDS[name], col(name))

    def table(self, name: str) -> Table:
        return PLAN.tables[name]

    def special(self, call: tree.Call) -> Sql:
        raise AssertionError(call)

    def pin(self, value: Num) -> Num:
        return self.frame.pin(value)


class CheckerRow(TableScope):
    """Where the checker reads: names are cells of the row."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.ladders = {}

    def name(self, name: tree.Name) -> Scalar:
        value: Any = self.row[name.text]
        return Fraction(value) if isinstance(value, Decimal) else value

    def table(self, name: str) -> Table:
        return PLAN.tables[name]

    def call(self, call: tree.Call) -> Scalar:
        from attain.checker.tables import read

        return read(call, self)


@pytest.fixture(scope="module")
def database() -> Iterator[DuckDB]:
    opened = DuckDB(threads=1)
    yield opened
    opened.close()


def by_engine(database: DuckDB, expression: tree.Expr, given: Sequence[Row]) -> list[Scalar]:
    columns: dict[str, pa.Array] = {"place": pa.array(range(len(given)))}
    for name, places in NUMBERS.items():
        columns[name] = pa.array([row[name] for row in given], pa.decimal128(18, places))
    for name, kind in KINDS.items():
        columns[name] = pa.array([row[name] for row in given], ARROW[kind])
    database.register("given", as_integers(pa.table(columns)))
    frame = Frame(exp.select("*").from_(table("given")))
    found = compiled(expression, EngineRow(frame))
    if isinstance(found, Num):
        top, below = stored(frame.pin(found, "answer"))
        frame.add("top", top)
        frame.add("below", below)
    else:
        frame.add("top", found.sql)
    database.create("answers", exp.select("*").from_(frame.query().subquery("f")), "one expression")
    answers: list[Scalar] = []
    for row in database.rows("SELECT * FROM answers ORDER BY place"):
        if not isinstance(found, Num):
            answers.append(row["top"])
        elif row["top"] is None or row["below"] is None:
            answers.append(None)
        else:
            answers.append(Fraction(int(row["top"]), int(row["below"])))
    return answers


def by_checker(expression: tree.Expr, given: Sequence[Row]) -> list[Scalar]:
    return [evaluate(expression, CheckerRow(row)) for row in given]


def agree(database: DuckDB, text: str, given: Sequence[Row]) -> None:
    expression = parse(text)
    wanted = by_checker(expression, given)
    try:
        found = by_engine(database, expression, given)
    except CalculationError as refused:
        assert refused.code == "calculation.overflow", text
        assert sum(text.count(sign) for sign in "*/+-") >= 3, text
        return
    assert found == wanted, text


# -- expressions, by kind ---------------------------------------------------------------------------------------------

Text = st.SearchStrategy[str]


def _common(inner: Text, condition: Text) -> Text:
    """The shapes that exist for values of every kind."""
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(condition, inner, inner).map(lambda t: f"if({t[0]}, {t[1]}, {t[2]})"),
        st.tuples(condition, inner).map(lambda t: f"if({t[0]}, {t[1]}, null)"),
        st.tuples(condition, inner, condition, inner).map(
            lambda t: f"case when {t[0]} then {t[1]} when {t[2]} then {t[3]} end"
        ),
        st.tuples(condition, inner, inner).map(lambda t: f"case when {t[0]} then {t[1]} else {t[2]} end"),
        pair.map(lambda t: f"coalesce({t[0]}, {t[1]})"),
    )


def _extremes(inner: Text) -> Text:
    return st.tuples(st.sampled_from(["least", "greatest"]), st.lists(inner, min_size=2, max_size=3)).map(
        lambda t: f"{t[0]}({', '.join(t[1])})"
    )


def numeric(depth: int) -> Text:
    leaf = st.sampled_from([*NUMBERS, *NUMBERS, "0", "1", "2.5", "12%", "7", "50", "100", "(0 - 3)"])
    if depth == 0:
        return leaf
    inner, day = st.deferred(lambda: numeric(depth - 1)), dated(depth - 1)
    one_number = ["whole(upper_tiers, {})", "whole(lower_tiers, {})", "whole(closed_tiers, {})",
                  "whole(amount_tiers, {})", "lookup(phasing, {})", "curve(payout, {})", "curve(flat_bends, {})",
                  "curve(long_bends, {})", "curve(said_bends, {})", "abs({})", "-{}", "round({}, 0)", "round({}, 2)",
                  "{} of 20%"]  # fmt: skip
    two_numbers = ["({} + {})", "({} - {})", "{} * {}", "({}) / ({})", "lookup(upper_grid, {}, {})",
                   "lookup(lower_grid, {}, {})", "marginal(upper_tiers, {}, {})", "marginal(closed_tiers, {}, {})",
                   "marginal(amount_tiers, {}, {})"]  # fmt: skip
    two_days = ["days_between({}, {})", "months_between({}, {})", "months_touched({}, {})"]
    return st.one_of(
        leaf,
        st.tuples(st.sampled_from(one_number), inner).map(lambda t: t[0].format(f"({t[1]})")),
        st.tuples(st.sampled_from(two_numbers), inner, inner).map(lambda t: t[0].format(t[1], t[2])),
        st.tuples(st.sampled_from(two_days), day, day).map(lambda t: t[0].format(t[1], t[2])),
        st.tuples(st.sampled_from(["year", "month", "quarter", "day"]), day).map(lambda t: f"{t[0]}({t[1]})"),
        worded(depth - 1).map(lambda word: f"lookup(words, {word})"),
        st.tuples(worded(0), conditional(0), dated(0)).map(lambda t: f"lookup(nearest, {t[0]}, {t[1]}, {t[2]})"),
        _extremes(inner),
        _common(inner, conditional(depth - 1)),
    )


def worded(depth: int) -> Text:
    leaf = st.sampled_from(["word", "other_word", *("'" + text.replace("'", "''") + "'" for text in TEXTS)])
    if depth == 0:
        return leaf
    inner = worded(depth - 1)
    return st.one_of(leaf, inner.map(lambda text: f"lower({text})"), _common(inner, conditional(depth - 1)))


def dated(depth: int) -> Text:
    leaf = st.sampled_from(["on", "later", *(f"date '{day}'" for day in DAYS)])
    if depth == 0:
        return leaf
    inner = dated(depth - 1)
    far = st.sampled_from(["0", "1", "(0 - 1)", "count", "12", "(0 - 13)", "count / 2", "cents", "1.5", "(0 - 1.5)"])
    return st.one_of(
        leaf,
        st.tuples(st.sampled_from(["add_days", "add_months"]), inner, far).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        _extremes(inner),
        _common(inner, conditional(depth - 1)),
    )


def conditional(depth: int) -> Text:
    leaf = st.sampled_from(["sure", "done", "true", "false", "cents > 0", "word = 'Desk'", "on <= later"])
    if depth == 0:
        return leaf
    inner = st.deferred(lambda: conditional(depth - 1))
    kinds: list[Callable[[int], Text]] = [numeric, worded, dated]

    def of_one_kind(make: Callable[[Text], Text]) -> Text:
        return st.one_of([make(kind(depth - 1)) for kind in kinds])

    return st.one_of(
        leaf,
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        of_one_kind(
            lambda kind: st.tuples(kind, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), kind).map(
                lambda t: f"({t[0]}) {t[1]} ({t[2]})"
            )
        ),
        of_one_kind(
            lambda kind: st.tuples(kind, st.sampled_from(["between", "not between"]), kind, kind).map(
                lambda t: f"({t[0]}) {t[1]} ({t[2]}) and ({t[3]})"
            )
        ),
        of_one_kind(
            lambda kind: st.tuples(kind, st.sampled_from(["in", "not in"]), st.lists(kind, min_size=1, max_size=3)).map(
                lambda t: f"({t[0]}) {t[1]} ({', '.join(t[2])})"
            )
        ),
        of_one_kind(
            lambda kind: st.tuples(kind, st.sampled_from(["is null", "is not null"])).map(lambda t: f"({t[0]}) {t[1]}")
        ),
        inner.map(lambda text: f"({text}) is null"),
        st.tuples(worded(0), worded(0)).map(lambda t: f"starts_with({t[0]}, {t[1]})"),
        _common(inner, inner),
    )


SEVERAL = st.lists(rows, min_size=2, max_size=6)


@settings(max_examples=100)
@given(text=numeric(2), several=SEVERAL)
def test_numbers_agree(database: DuckDB, text: str, several: list[Row]) -> None:
    """A.16, Q.1: arithmetic, tables with values on their borders, parts of dates, counts of months."""
    agree(database, text, several)


@settings(max_examples=100)
@given(text=conditional(2), several=SEVERAL)
def test_conditions_agree_in_three_answers(database: DuckDB, text: str, several: list[Row]) -> None:
    """A.16, Q.1: yes, no and missing; a missing operand makes the answer missing only where it decides."""
    agree(database, text, several)


@settings(max_examples=80)
@given(text=dated(2), several=SEVERAL)
def test_dates_agree_and_are_clamped(database: DuckDB, text: str, several: list[Row]) -> None:
    """A.16, Q.1: the last day of a month stays the last day; a part of a day or month is dropped."""
    agree(database, text, several)


@settings(max_examples=60)
@given(text=worded(2), several=SEVERAL)
def test_texts_agree(database: DuckDB, text: str, several: list[Row]) -> None:
    """A.16, Q.1: also with quotes, marks of comments, other alphabets and signs that turn the writing round."""
    agree(database, text, several)


@settings(max_examples=80)
@given(start=days, end=days, back=st.booleans())
def test_months_are_counted_the_same_in_both_directions(database: DuckDB, start: date, end: date, back: bool) -> None:
    """A.16: whole months completed, from the earlier to the later day and the other way round."""
    first, last = (max(start, end), min(start, end)) if back else (min(start, end), max(start, end))
    row = {**dict.fromkeys([*NUMBERS, *KINDS]), "on": first, "later": last}
    near = {**row, "later": last + timedelta(1)}
    agree(database, "months_between(on, later)", [row, near])


BY_HAND = [
    ("months_between(date '2026-01-31', date '2026-02-28')", Fraction(1)),
    ("months_between(date '2026-02-28', date '2026-01-31')", Fraction(-1)),
    ("months_between(date '2026-03-15', date '2026-01-16')", Fraction(-1)),
    ("months_between(date '2026-01-15', date '2026-02-14')", Fraction(0)),
    ("add_months(date '2026-01-31', 1)", date(2026, 2, 28)),
    ("add_months(date '2024-02-29', 12)", date(2025, 2, 28)),
    ("add_months(date '2026-03-31', -1)", date(2026, 2, 28)),
    ("add_days(date '2026-02-27', 1.9)", date(2026, 2, 28)),
    ("months_touched(date '2026-01-31', date '2026-02-01')", Fraction(2)),
    ("months_touched(date '2026-02-01', date '2026-01-31')", Fraction(0)),
    ("least(1, null, 3)", None),
    ("greatest(cents, 3)", None),
    ("coalesce(null, cents, 3)", Fraction(3)),
    ("1 / 0", None),
    ("0 / (count - count)", None),
    ("1 / 3 + 1 / 6", Fraction(1, 2)),
    ("round(-2.5, 0)", Fraction(-3)),
    ("round(0.125, 2)", Fraction(13, 100)),
    ("false and sure", False),
    ("true or sure", True),
    ("true and sure", None),
    ("not sure", None),
    ("1 in (2, null)", None),
    ("1 in (1, null)", True),
    ("1 not in (2, null)", None),
    ("1 between 2 and cents", False),
    ("1 between 0 and cents", None),
    ("if(sure, 1, 2)", Fraction(2)),
    ("whole(upper_tiers, 50)", Fraction(6, 100)),
    ("whole(lower_tiers, 50)", Fraction(4, 100)),
    ("whole(closed_tiers, 100)", None),
    ("whole(lower_tiers, -5)", Fraction(4, 100)),
    ("marginal(upper_tiers, 0, 120)", Fraction("7.4")),
    ("marginal(upper_tiers, 120, 0)", Fraction("-7.4")),
    ("marginal(upper_tiers, 0, -10)", Fraction("-0.4")),
    ("marginal(closed_tiers, 90, 500)", Fraction(10, 3)),
    ("marginal(amount_tiers, 0, 65)", Fraction(125)),
    ("lookup(upper_grid, 0, 1)", Fraction(5)),
    ("lookup(lower_grid, 0, 1)", Fraction(1)),
    ("lookup(phasing, 4)", Fraction(2, 5)),
    ("lookup(phasing, 3)", Fraction(1, 5)),
    ("lookup(words, 'O''Neil; --')", Fraction(2)),
    ("lookup(words, 'desk')", None),
    ("lookup(nearest, 'desk', true, date '2026-02-28')", Fraction(50)),
    ("lookup(nearest, 'Desk', true, date '2026-03-01')", Fraction(30)),
    ("curve(payout, 100)", Fraction(85, 100)),
    ("curve(payout, -50.01)", Fraction(0)),
    ("curve(payout, 53)", Fraction(16, 10)),
    ("curve(flat_bends, 75)", Fraction(50)),
    ("curve(flat_bends, 1000)", Fraction(100)),
    ("curve(long_bends, -7)", Fraction(-1)),
    ("curve(said_bends, 50.01)", Fraction(2)),
    ("lower('ΣΑΣ')", "σασ"),
    ("lower('İ')", "i"),
    ("starts_with('Desk', '')", True),
    ("starts_with('Desk', 'desk')", False),
    ("'a' < 'B'", False),
    ("'🪑' > 'ﬀ'", True),
]


@pytest.mark.parametrize(("text", "wanted"), BY_HAND, ids=[text for text, _ in BY_HAND])
def test_figures_by_hand(database: DuckDB, text: str, wanted: Scalar) -> None:
    """A.16, A.2, A.3: where two of the same mind could be wrong together."""
    row = {**dict.fromkeys([*NUMBERS, *KINDS]), "count": Decimal(3)}
    assert by_checker(parse(text), [row]) == [wanted]
    assert by_engine(database, parse(text), [row]) == [wanted]


def test_a_missing_value_alone_is_missing(database: DuckDB) -> None:
    """A.16: `null` has no kind of its own."""
    assert compiled(parse("null"), EngineRow(Frame(exp.select("*").from_(table("given"))))) is MISSING
