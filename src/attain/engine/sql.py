"""Building SQL without copying it.

Expressions here are values: nobody changes one after it is made, so the same one may stand in several places. SQLGlot's
builders copy what they are given, which costs more than running the queries of a small company; these do not.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp


def text(value: str) -> str:
    """A text literal for a query that is written out: quotes doubled."""
    return "'" + value.replace("'", "''") + "'"


def cast(expression: exp.Expr | str, kind: str) -> exp.Expr:
    return exp.Cast(this=exp.column(expression) if isinstance(expression, str) else expression, to=_type(kind))


_TYPES: dict[str, exp.DataType] = {}


def _type(kind: str) -> exp.DataType:
    if kind not in _TYPES:
        _TYPES[kind] = exp.DataType.build(kind)
    return _TYPES[kind]


def all_of(*conditions: exp.Expr) -> exp.Expr:
    return _joined(exp.And, conditions)


def any_of(*conditions: exp.Expr) -> exp.Expr:
    return _joined(exp.Or, conditions)


def _joined(kind: type[exp.Connector], conditions: tuple[exp.Expr, ...]) -> exp.Expr:
    result = conditions[0]
    for condition in conditions[1:]:
        result = kind(this=_wrapped(result, kind), expression=_wrapped(condition, kind))
    return result


def _wrapped(condition: exp.Expr, kind: type[exp.Connector]) -> exp.Expr:
    """A condition in parentheses where it holds an operator that binds less."""
    if isinstance(condition, exp.Connector) and not isinstance(condition, kind):
        return exp.Paren(this=condition)
    return exp.Paren(this=condition) if isinstance(condition, exp.Not) else condition


def case() -> exp.Case:
    """An empty `CASE`, to be filled with `.when(…, copy=False)` and `.else_(…, copy=False)`."""
    return exp.Case(ifs=[])


def in_types(columns: Mapping[str, str]) -> str:
    """The columns of a SELECT, each in the type that stands beside its name."""
    return ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in columns.items())
