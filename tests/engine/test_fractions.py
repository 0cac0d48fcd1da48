"""The fractions of the engine against those of Python: random formulas over random rows give the same exact number.

The database adds, multiplies and compares integers of 128 bits. What does not fit is an error with a name; it is never
a number that is nearly right.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.adapters.duckdb import DuckDB
from attain.engine.fractions import LARGEST, MISSING, Num
from attain.engine.frame import Frame, col, named, stored, table
from attain.kernel.errors import CalculationError
from attain.kernel.rounding import Rounding, round_fraction

Value = Fraction | None
Row = Mapping[str, int | None]

COLUMNS = {"cents": 100, "millionths": 10**6, "thirds": 3, "whole": 1}
"""A column and the constant that its integers are counted in parts of."""
COMPARISONS: dict[str, tuple[type[exp.Binary], Callable[[Fraction, Fraction], bool]]] = {
    "=": (exp.EQ, operator.eq),
    "<>": (exp.NEQ, operator.ne),
    "<": (exp.LT, operator.lt),
    "<=": (exp.LTE, operator.le),
    ">": (exp.GT, operator.gt),
    ">=": (exp.GTE, operator.ge),
}


@dataclass(frozen=True)
class Formula:
    """The same formula twice: as SQL over a frame, and as a function of a row."""

    text: str
    sql: Callable[[Frame], Num]
    worth: Callable[[Row], Value]

    def __repr__(self) -> str:
        return self.text


def column(name: str) -> Formula:
    def worth(row: Row) -> Value:
        found = row[name]
        return None if found is None else Fraction(found, COLUMNS[name])

    return Formula(name, lambda frame: Num(col(name), COLUMNS[name]), worth)


def over_quota(name: str) -> Formula:
    """A number with a divisor that is data: so many parts of a quota above zero, or missing."""

    def worth(row: Row) -> Value:
        found, quota = row[name], row["quota"]
        return None if found is None or quota is None else Fraction(found, COLUMNS[name] * quota)

    return Formula(f"{name}/quota", lambda frame: Num(col(name), COLUMNS[name], col("quota")), worth)


def constant(value: Fraction) -> Formula:
    return Formula(str(value), lambda frame: frac.number(value), lambda row: value)


NOTHING = Formula("null", lambda frame: MISSING, lambda row: None)


def calculated(sign: str, left: Formula, right: Formula) -> Formula:
    def worth(row: Row) -> Value:
        one, other = left.worth(row), right.worth(row)
        if one is None or other is None or (sign == "/" and other == 0):
            return None
        return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign](one, other)

    make = {"+": frac.plus, "-": frac.minus, "*": frac.product, "/": frac.quotient}[sign]
    return Formula(
        f"({left} {sign} {right})", lambda frame: make(frame.pin(left.sql(frame)), frame.pin(right.sql(frame))), worth
    )


def negative(of: Formula) -> Formula:
    def worth(row: Row) -> Value:
        found = of.worth(row)
        return None if found is None else -found

    return Formula(f"-{of}", lambda frame: frac.negate(of.sql(frame)), worth)


def chosen(sign: str, one: Formula, other: Formula, then: Formula, otherwise: Formula) -> Formula:
    kind, holds = COMPARISONS[sign]

    def worth(row: Row) -> Value:
        left, right = one.worth(row), other.worth(row)
        met = left is not None and right is not None and holds(left, right)
        return then.worth(row) if met else otherwise.worth(row)

    def sql(frame: Frame) -> Num:
        test = frac.compare(kind, frame.pin(one.sql(frame)), frame.pin(other.sql(frame)))
        return frac.choose([(test, frame.pin(then.sql(frame)))], frame.pin(otherwise.sql(frame)))

    return Formula(f"if({one} {sign} {other}, {then}, {otherwise})", sql, worth)


def extreme(largest: bool, of: Sequence[Formula]) -> Formula:
    def worth(row: Row) -> Value:
        found = [each.worth(row) for each in of]
        known = [value for value in found if value is not None]
        return (max if largest else min)(known) if len(known) == len(found) else None

    def sql(frame: Frame) -> Num:
        return frac.extreme([frame.pin(each.sql(frame)) for each in of], largest=largest)

    return Formula(f"{'greatest' if largest else 'least'}{tuple(of)}", sql, worth)


def rounded(of: Formula, places: int, mode: Rounding) -> Formula:
    def worth(row: Row) -> Value:
        found = of.worth(row)
        return None if found is None else Fraction(round_fraction(found, places, mode), 10**places)

    def sql(frame: Frame) -> Num:
        return Num(frac.rounded(frame.pin(of.sql(frame)), places, mode), 10**places)

    return Formula(f"round({of}, {places}, {mode})", sql, worth)


LITERALS = (Fraction(value) for value in ("0", "1", "-1", "0.05", "-0.125", "7/3", "1000", "1/7", "-99.99"))
LEAVES = st.one_of(
    st.sampled_from([column(name) for name in COLUMNS]),
    st.sampled_from([over_quota(name) for name in COLUMNS]),
    st.sampled_from([constant(value) for value in LITERALS]),
    st.just(NOTHING),
)


def _grown(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    return st.one_of(
        st.builds(calculated, st.sampled_from("+-*/"), inner, inner),
        st.builds(negative, inner),
        st.builds(chosen, st.sampled_from(sorted(COMPARISONS)), inner, inner, inner, inner),
        st.builds(extreme, st.booleans(), st.lists(inner, min_size=1, max_size=3)),
        st.builds(rounded, inner, st.integers(0, 4), st.sampled_from(Rounding)),
    )


FORMULAS = st.recursive(LEAVES, _grown, max_leaves=5)


def rows_of(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[list[Row]]:
    cells = {name: st.none() | numbers for name in COLUMNS}
    quota = st.none() | numbers.map(lambda value: abs(value) or 1)
    return st.lists(st.fixed_dictionaries({**cells, "quota": quota}), min_size=1, max_size=6)


SMALL = st.integers(-3000, 3000)
NEAR_HALVES = st.sampled_from([0, 1, -1, 2, -2, 5, -5, 15, -15, 25, -25, 50, -50, 149, 150, -150, 151])
WIDE = st.integers(-LARGEST, LARGEST) | st.sampled_from([LARGEST, -LARGEST, LARGEST - 1, 2**64, -(2**63), 2**126])


@pytest.fixture(scope="module")
def database() -> Iterator[DuckDB]:
    opened = DuckDB(threads=1)
    yield opened
    opened.close()


def answers(database: DuckDB, formula: Formula, rows: Sequence[Row]) -> list[Value]:
    """What the database makes of a formula, row by row."""
    names = [*COLUMNS, "quota"]
    # The widest numbers need 39 digits, more than an Arrow decimal holds: they come as text.
    given = {
        name: pa.array([None if row[name] is None else str(row[name]) for row in rows], pa.string()) for name in names
    }
    database.register("given", pa.table({"place": pa.array(range(len(rows))), **given}))
    cells = [named(exp.cast(col(name), "INT128"), name) for name in names]
    frame = Frame(exp.select(col("place"), *cells).from_(table("given")))
    top, below = stored(frame.pin(formula.sql(frame), "answer"))
    frame.add("top", top)
    frame.add("below", below)
    database.create("answers", exp.select("place", "top", "below").from_(frame.query().subquery("f")), "one formula")
    found = database.rows("SELECT * FROM answers ORDER BY place")
    return [
        None if row["top"] is None or row["below"] is None else Fraction(int(row["top"]), int(row["below"]))
        for row in found
    ]


@settings(max_examples=150)
@given(formula=FORMULAS, rows=rows_of(SMALL))
def test_a_random_formula_is_the_same_exact_number_in_the_database(
    database: DuckDB, formula: Formula, rows: list[Row]
) -> None:
    """Q.1: plus, minus, times, divided, compared, chosen, least, greatest and rounded, with what is missing."""
    try:
        found = answers(database, formula, rows)
    except CalculationError as refused:
        assert refused.code == "calculation.overflow"
        # Refused only where the exact fraction has become long: five numbers of up to eleven digits multiplied.
        assert formula.text.count("/") + formula.text.count("*") >= 2
        return
    assert found == [formula.worth(row) for row in rows]


@settings(max_examples=120)
@given(
    leaf=st.sampled_from([column("cents"), column("millionths"), column("thirds"), over_quota("cents")]),
    places=st.integers(0, 4),
    mode=st.sampled_from(Rounding),
    rows=rows_of(NEAR_HALVES),
)
def test_each_of_seven_ways_to_round_is_the_same_at_and_around_the_half(
    database: DuckDB, leaf: Formula, places: int, mode: Rounding, rows: list[Row]
) -> None:
    """Q.1: also for what is below zero, and for a divisor that is a row's own."""
    formula = rounded(leaf, places, mode)
    assert answers(database, formula, rows) == [formula.worth(row) for row in rows]


@settings(max_examples=200)
@given(formula=FORMULAS, rows=rows_of(WIDE))
def test_numbers_at_the_edge_are_exact_or_refused_and_never_nearly_right(
    database: DuckDB, formula: Formula, rows: list[Row]
) -> None:
    """Q.1: anything that 128 bits cannot hold is `calculation.overflow`."""
    try:
        found = answers(database, formula, rows)
    except CalculationError as refused:
        assert refused.code == "calculation.overflow"
        return
    assert found == [formula.worth(row) for row in rows]


ROW = {"cents": LARGEST, "millionths": 1, "thirds": -LARGEST, "whole": LARGEST, "quota": 1}


@pytest.mark.parametrize(
    "formula",
    [
        calculated("+", column("whole"), constant(Fraction(1))),
        calculated("-", column("thirds"), constant(Fraction(1))),
        calculated("*", column("whole"), constant(Fraction(2))),
        calculated("*", column("whole"), column("thirds")),
        calculated("/", column("millionths"), calculated("/", column("whole"), column("whole"))),
        rounded(column("whole"), 1, Rounding.HALF_UP),
        rounded(column("cents"), 1, Rounding.HALF_UP),
        rounded(column("thirds"), 0, Rounding.HALF_EVEN),
    ],
    ids=str,
)
def test_one_step_too_far_is_an_overflow(database: DuckDB, formula: Formula) -> None:
    """Q.1: the largest number plus one, times two, or doubled on the way to a half."""
    with pytest.raises(CalculationError) as refused:
        answers(database, formula, [ROW])
    assert refused.value.code == "calculation.overflow"
    assert refused.value.hint


def test_the_largest_numbers_themselves_are_exact(database: DuckDB) -> None:
    """Q.1: at the last number that fits, nothing is lost."""
    for name in COLUMNS:
        assert answers(database, column(name), [ROW]) == [column(name).worth(ROW)]
    for mode in (Rounding.UP, Rounding.DOWN, Rounding.CEILING, Rounding.FLOOR):
        formula = rounded(column("whole"), 0, mode)
        assert answers(database, formula, [ROW]) == [Fraction(LARGEST)]
    assert answers(database, negative(column("whole")), [ROW]) == [Fraction(-LARGEST)]


@pytest.mark.parametrize("value", [2**127, -(2**127), 2**128, 10**39, 10**60, 10**400])
def test_a_constant_that_is_too_wide_is_refused_and_not_read_as_zero(value: int) -> None:
    """Q.1: the database reads a literal of sixty digits as zero, so no such literal is ever written."""
    with pytest.raises(CalculationError) as refused:
        frac.integer(value)
    assert refused.value.code == "calculation.overflow"


@settings(max_examples=40)
@given(rows=rows_of(SMALL), sign=st.sampled_from("+-*/"), names=st.tuples(*[st.sampled_from(sorted(COLUMNS))] * 2))
def test_a_positive_divisor_gives_the_same_as_any_divisor(
    database: DuckDB, rows: list[Row], sign: str, names: tuple[str, str]
) -> None:
    """A.3: attainment divides by a quota that was checked to be above zero."""
    one, quota = column(names[0]), Formula("quota", lambda frame: Num(col("quota")), lambda row: _whole(row["quota"]))
    short = Formula(
        "attainment", lambda frame: frac.positive_quotient(one.sql(frame), quota.sql(frame)), lambda row: None
    )
    assert answers(database, short, rows) == [calculated("/", one, quota).worth(row) for row in rows]
    both = calculated(sign, Formula("attainment", short.sql, calculated("/", one, quota).worth), column(names[1]))
    assert answers(database, both, rows) == [both.worth(row) for row in rows]


def _whole(value: int | None) -> Value:
    return None if value is None else Fraction(value)
