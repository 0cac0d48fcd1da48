"""From the tree of an expression to SQL, given what its names mean where it stands.

A number becomes a `Num` (an exact fraction); yes/no, text and dates become a `Plain`. Missing is NULL and spreads by
the rules of
SQL, except where SQL would skip it (`least`, `greatest`), which is mended here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.fractions import Num, group
from attain.engine.sql import all_of, any_of, case, cast
from attain.kernel.errors import PlanError
from attain.kernel.rounding import Rounding
from attain.plans import expressions as tree
from attain.plans.model import Plan, Table

Kind = Literal["yes_no", "text", "date"]


@dataclass(frozen=True)
class Plain:
    """A value that is no number."""

    kind: Kind
    sql: exp.Expr


Sql = Num | Plain
Maker = Callable[["Scope", Sequence[Sql]], Sql]


class Scope(Protocol):
    """What the place of an expression offers."""

    plan: Plan

    def name(self, parts: tuple[str, ...]) -> Sql:
        """The value of a name; a `PlanError` when the place has none."""
        ...

    def table(self, name: str) -> Table:
        """A table of the plan."""
        ...

    def special(self, call: tree.Call) -> Sql:
        """`previous`, `sum`, `count`, `min`, `max`: what only some places have."""
        ...

    def pin(self, value: Num) -> Num:
        """The same value as columns of its own, so that it is computed once however often it is read."""
        ...


def compiled(expression: tree.Expr, scope: Scope) -> Sql:
    """The SQL of an expression."""
    return _COMPILERS[type(expression)](expression, scope)


def numeric(expression: tree.Expr, scope: Scope) -> Num:
    value = compiled(expression, scope)
    if isinstance(value, Num):
        return value
    if isinstance(expression, tree.Missing):
        return frac.MISSING
    raise PlanError(f"A number was expected, not {value.kind}.", code="plan.type-mismatch")


def condition(expression: tree.Expr, scope: Scope) -> exp.Expr:
    value = compiled(expression, scope)
    if isinstance(value, Plain) and value.kind == "yes_no":
        return value.sql
    raise PlanError("A condition (yes or no) was expected.", code="plan.type-mismatch")


def day(expression: tree.Expr, scope: Scope) -> exp.Expr:
    value = compiled(expression, scope)
    if isinstance(value, Plain) and value.kind == "date":
        return value.sql
    raise PlanError("A date was expected.", code="plan.type-mismatch")


def yes_no(sql: exp.Expr) -> Plain:
    return Plain("yes_no", sql)


def date_literal(text: str) -> exp.Expr:
    return cast(exp.Literal.string(text), "DATE")


def cast_int(value: Num) -> exp.Expr:
    """A whole number for a date function: a part of a day or month is dropped."""
    if value.constant is not None:
        return exp.Literal.number(int(value.constant))
    return cast(frac.rounded(value, 0, Rounding.DOWN), "INT")


# -- one function a kind of node ---------------------------------------------------------------------------------------


def _number(node: tree.Number, scope: Scope) -> Sql:
    return frac.number(node.value)


def _text(node: tree.Text, scope: Scope) -> Sql:
    return Plain("text", exp.Literal.string(node.value))


def _day(node: tree.Day, scope: Scope) -> Sql:
    return Plain("date", date_literal(node.value.isoformat()))


def _truth(node: tree.Truth, scope: Scope) -> Sql:
    return yes_no(exp.Boolean(this=node.value))


def _missing(node: tree.Missing, scope: Scope) -> Sql:
    return frac.MISSING


def _name(node: tree.Name, scope: Scope) -> Sql:
    return scope.name(node.parts)


def _negative(node: tree.Negative, scope: Scope) -> Sql:
    return frac.negate(numeric(node.value, scope))


def _not(node: tree.Not, scope: Scope) -> Sql:
    return yes_no(exp.Not(this=group(condition(node.value, scope))))


def _calculation(node: tree.Calculation, scope: Scope) -> Sql:
    left, right = numeric(node.left, scope), numeric(node.right, scope)
    if node.operator == "/":
        return frac.quotient(left, scope.pin(right))
    return {"+": frac.plus, "-": frac.minus, "*": frac.product}[node.operator](left, right)


_OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def compare(operator: str, left: Sql, right: Sql) -> exp.Expr:
    kind = _OPERATORS[operator]
    if isinstance(left, Num) and isinstance(right, Num):
        return frac.compare(kind, left, right)
    if isinstance(left, Plain) and isinstance(right, Plain):
        return kind(this=group(left.sql), expression=group(right.sql))
    if frac.MISSING in (left, right):
        return cast(exp.Null(), "BOOLEAN")
    raise PlanError("Two values of different kinds cannot be compared.", code="plan.type-mismatch")


def _compare(node: tree.Compare, scope: Scope) -> Sql:
    return yes_no(compare(node.operator, compiled(node.left, scope), compiled(node.right, scope)))


def _logic(node: tree.Logic, scope: Scope) -> Sql:
    joined = exp.and_ if node.operator == "and" else exp.or_
    return yes_no(joined(condition(node.left, scope), condition(node.right, scope)))


def _between(node: tree.Between, scope: Scope) -> Sql:
    value = compiled(node.value, scope)
    low, high = compiled(node.low, scope), compiled(node.high, scope)
    inside = all_of(compare(">=", value, low), compare("<=", value, high))
    return yes_no(exp.Not(this=exp.Paren(this=inside)) if node.negated else inside)


def _within(node: tree.Within, scope: Scope) -> Sql:
    value = compiled(node.value, scope)
    equal = [compare("=", value, compiled(option, scope)) for option in node.options]
    inside = any_of(*equal)
    return yes_no(exp.Not(this=exp.Paren(this=inside)) if node.negated else inside)


def missing(value: Sql) -> exp.Expr:
    return value.is_missing if isinstance(value, Num) else frac.is_null(value.sql)


def _is_missing(node: tree.IsMissing, scope: Scope) -> Sql:
    found = missing(compiled(node.value, scope))
    return yes_no(exp.Not(this=exp.Paren(this=found)) if node.negated else found)


def choose(branches: Sequence[tuple[exp.Expr, Sql]], otherwise: Sql, scope: Scope) -> Sql:
    values = [*(value for _, value in branches), otherwise]
    plain = next((value for value in values if isinstance(value, Plain)), None)
    if plain is None:
        numbers = [(test, scope.pin(value)) for test, value in branches if isinstance(value, Num)]
        return frac.choose(numbers, scope.pin(otherwise) if isinstance(otherwise, Num) else frac.MISSING)
    cases = case()
    for test, value in branches:
        cases = cases.when(test, _plain_sql(value), copy=False)
    return Plain(plain.kind, cases.else_(_plain_sql(otherwise), copy=False))


def _plain_sql(value: Sql) -> exp.Expr:
    return value.sql if isinstance(value, Plain) else exp.Null()


def _case(node: tree.Case, scope: Scope) -> Sql:
    branches = [(condition(test, scope), compiled(value, scope)) for test, value in node.branches]
    return choose(branches, compiled(node.otherwise, scope) if node.otherwise else frac.MISSING, scope)


def _call(node: tree.Call, scope: Scope) -> Sql:
    if node.function in ("previous", "sum", "count", "min", "max"):
        return scope.special(node)
    if node.function in ("lookup", "whole", "marginal", "curve"):
        from attain.engine import tables

        return tables.call(node, scope)
    return _FUNCTIONS[node.function](scope, [compiled(argument, scope) for argument in node.arguments])


# -- functions ---------------------------------------------------------------------------------------------------------


def _numbers(values: Sequence[Sql], scope: Scope) -> list[Num]:
    return [scope.pin(value) for value in values if isinstance(value, Num)]


def _coalesce(scope: Scope, values: Sequence[Sql]) -> Sql:
    return choose([(exp.Not(this=exp.Paren(this=missing(value))), value) for value in values[:-1]], values[-1], scope)


def _extreme(largest: bool) -> Maker:
    def make(scope: Scope, values: Sequence[Sql]) -> Sql:
        numbers = _numbers(values, scope)
        if len(numbers) == len(values):
            result = numbers[0]
            for number in numbers[1:]:
                result = scope.pin(frac.extreme([result, number], largest=largest))
            return result
        result_sql = values[0]
        for value in values[1:]:
            first = compare(">=" if largest else "<=", result_sql, value)
            second = compare("<" if largest else ">", result_sql, value)
            result_sql = choose([(first, result_sql), (second, value)], frac.MISSING, scope)
        return result_sql

    return make


def _abs(scope: Scope, values: Sequence[Sql]) -> Sql:
    (value,) = _numbers(values, scope)
    constant = abs(value.constant) if value.constant is not None else None
    return Num(exp.Abs(this=value.numerator), value.denominator, value.divisor, constant)


def _round(scope: Scope, values: Sequence[Sql]) -> Sql:
    value, places = values
    if not isinstance(value, Num) or not isinstance(places, Num) or places.constant is None:
        raise PlanError("`round` takes a number and a literal count of places.", code="plan.type-mismatch")
    count = int(places.constant)
    return scope.pin(Num(frac.rounded(scope.pin(value), count), 10**count))


def _plain(value: Sql) -> exp.Expr:
    if isinstance(value, Num):
        raise PlanError("A date or text was expected, not a number.", code="plan.type-mismatch")
    return value.sql


def _as_number(sql: exp.Expr) -> Num:
    return Num(cast(sql, frac.WIDE))


def _date_part(part: str) -> Maker:
    def make(scope: Scope, values: Sequence[Sql]) -> Sql:
        return _as_number(exp.Extract(this=exp.var(part), expression=_plain(values[0])))

    return make


def months_from_zero(day_sql: exp.Expr) -> exp.Expr:
    year = exp.Extract(this=exp.var("year"), expression=day_sql)
    month = exp.Extract(this=exp.var("month"), expression=day_sql)
    return exp.Add(this=exp.Mul(this=year, expression=exp.Literal.number(12)), expression=month)


def add_months(day_sql: exp.Expr, count: exp.Expr) -> exp.Expr:
    """The same day of another month, or that month's last day."""
    interval = exp.func("to_months", cast(count, "INT"))
    return cast(exp.Paren(this=exp.Add(this=group(day_sql), expression=interval)), "DATE")


def later(start: exp.Expr, count: int, unit: str) -> exp.Expr:
    """A day some days or months after another."""
    number = exp.Literal.number(count)
    return add_days(start, number) if unit == "days" else add_months(start, number)


def on_day_of_month(start: exp.Expr, number: int) -> exp.Expr:
    """The given day of the month, or its last day."""
    first = cast(exp.func("date_trunc", exp.Literal.string("month"), start), "DATE")
    last = exp.func("last_day", start)
    return exp.Least(this=add_days(first, exp.Literal.number(number - 1)), expressions=[cast(last, "DATE")])


def add_days(day_sql: exp.Expr, count: exp.Expr) -> exp.Expr:
    return cast(exp.Paren(this=exp.Add(this=group(day_sql), expression=cast(count, "INT"))), "DATE")


def days_from(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    """Days from the first to the second date."""
    return exp.Paren(this=exp.Sub(this=group(second), expression=group(first)))


def _months_between(scope: Scope, values: Sequence[Sql]) -> Sql:
    first, second = _plain(values[0]), _plain(values[1])
    months = exp.Paren(this=exp.Sub(this=group(months_from_zero(second)), expression=group(months_from_zero(first))))
    one = exp.Literal.number(1)
    after = all_of(
        exp.GTE(this=group(second), expression=group(first)),
        exp.GT(this=add_months(first, months), expression=group(second)),
    )
    backwards = exp.Neg(this=months)
    before = all_of(
        exp.LT(this=group(second), expression=group(first)),
        exp.GT(this=add_months(second, backwards), expression=group(first)),
    )
    result = (
        case()
        .when(after, exp.Sub(this=months, expression=one), copy=False)
        .when(before, exp.Add(this=months, expression=one), copy=False)
    )
    return _as_number(result.else_(months, copy=False))


def _months_touched(scope: Scope, values: Sequence[Sql]) -> Sql:
    first, second = _plain(values[0]), _plain(values[1])
    months = exp.Sub(this=group(months_from_zero(second)), expression=group(months_from_zero(first)))
    none = exp.LT(this=group(second), expression=group(first))
    some = exp.GTE(this=group(second), expression=group(first))
    one_more = exp.Add(this=exp.Paren(this=months), expression=exp.Literal.number(1))
    return _as_number(case().when(none, exp.Literal.number(0), copy=False).when(some, one_more, copy=False))


def _days_between(scope: Scope, values: Sequence[Sql]) -> Sql:
    return _as_number(days_from(_plain(values[0]), _plain(values[1])))


_FIRST_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"
_MOST_DAYS = 3_700_000
"""More days, or months, than the calendar of the years 1 to 9999 has; the database moves any day so far."""


def _moved(by: Callable[[exp.Expr, exp.Expr], exp.Expr]) -> Maker:
    """A day some days or months from another; missing where the calendar of the years 1 to 9999 does not have it."""

    def make(scope: Scope, values: Sequence[Sql]) -> Sql:
        count = values[1]
        if not isinstance(count, Num):
            raise PlanError("A number of days or months was expected.", code="plan.type-mismatch")
        if count.constant is not None and abs(count.constant) > _MOST_DAYS:
            return Plain("date", cast(exp.Null(), "DATE"))
        late, early = True, True
        if count.constant is not None:
            moved = by(_plain(values[0]), cast_int(count))
            late, early = count.constant > 0, count.constant < 0
        else:
            count = scope.pin(count)
            least = frac.compare(exp.GTE, count, frac.number(-_MOST_DAYS))
            most = frac.compare(exp.LTE, count, frac.number(_MOST_DAYS))
            number = case().when(all_of(least, most), frac.rounded(count, 0, Rounding.DOWN), copy=False)
            moved = by(_plain(values[0]), number)
        ends: list[exp.Expr] = [exp.GTE(this=group(moved), expression=date_literal(_FIRST_DAY))] if early else []
        ends += [exp.LTE(this=group(moved), expression=date_literal(_LAST_DAY))] if late else []
        return Plain("date", case().when(all_of(*ends), moved, copy=False) if ends else moved)

    return make


def _lower(scope: Scope, values: Sequence[Sql]) -> Sql:
    return Plain("text", exp.Lower(this=_plain(values[0])))


def _starts_with(scope: Scope, values: Sequence[Sql]) -> Sql:
    return yes_no(exp.StartsWith(this=_plain(values[0]), expression=_plain(values[1])))


_FUNCTIONS: dict[str, Maker] = {
    "coalesce": _coalesce,
    "least": _extreme(largest=False),
    "greatest": _extreme(largest=True),
    "abs": _abs,
    "round": _round,
    "days_between": _days_between,
    "months_between": _months_between,
    "months_touched": _months_touched,
    "add_days": _moved(add_days),
    "add_months": _moved(add_months),
    "year": _date_part("year"),
    "month": _date_part("month"),
    "quarter": _date_part("quarter"),
    "day": _date_part("day"),
    "lower": _lower,
    "starts_with": _starts_with,
}

_COMPILERS: dict[type[tree.Expr], Callable[..., Sql]] = {
    tree.Number: _number,
    tree.Text: _text,
    tree.Day: _day,
    tree.Truth: _truth,
    tree.Missing: _missing,
    tree.Name: _name,
    tree.Negative: _negative,
    tree.Not: _not,
    tree.Calculation: _calculation,
    tree.Compare: _compare,
    tree.Logic: _logic,
    tree.Between: _between,
    tree.Within: _within,
    tree.IsMissing: _is_missing,
    tree.Case: _case,
    tree.Call: _call,
}
