"""What stands in queries, written for another engine: each kind of part has a function here, and what has none is
refused."""

from __future__ import annotations

from sqlglot import exp

from attain.engine.adapters import aggregates
from attain.engine.adapters.aggregates import Writer
from attain.engine.adapters.dialects import (
    BIGINT,
    BOOLEAN,
    DATE,
    HUGEINT,
    INTEGER,
    NULL,
    TIMESTAMP,
    VARCHAR,
    WHOLE,
)
from attain.engine.adapters.translation import Scope, Translation, Typed, only, refused, together


def written(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    writer = _WRITERS.get(type(node))
    if writer is None:
        name = node.name.upper() if isinstance(node, exp.Anonymous) else type(node).__name__
        raise refused(f"{name} in `{node.sql(dialect='duckdb')[:120]}`")
    return writer(to, node, scope)


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


# -- values and names --


def _literal(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    if node.is_string:
        return Typed(to.dialect.text(node.this), VARCHAR)
    if not node.this.isdigit():
        raise refused(f"the number {node.this}, which is not whole")
    size = int(node.this)
    if size < 2**31:
        return Typed(node.this, INTEGER)
    kind = BIGINT if size < 2**63 else HUGEINT
    return Typed(to.dialect.cast(node.this, kind, kind), kind)


def _null(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    return Typed("NULL", NULL)


def _boolean(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    return Typed("TRUE" if node.this else "FALSE", BOOLEAN)


def _column(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "table")
    table = node.text("table")
    source, name, here = to.found(node.name, table, scope)
    if source is None:  # an alias of the same query, which other engines do not see
        inner = to.expression(here.aliases[node.name.lower()], here)
        return Typed(f"({inner.text})", inner.kind)
    kind = source.columns[name]
    if kind == NULL:
        return Typed("NULL", NULL)
    quoted = to.dialect.quoted
    return Typed(f"{quoted(source.name)}.{quoted(name)}" if table else quoted(name), kind)


def _paren(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    inner = to.expression(node.this, scope)
    return Typed(f"({inner.text})", inner.kind)


_KINDS = {
    exp.DataType.Type.INT: INTEGER,
    exp.DataType.Type.BIGINT: BIGINT,
    exp.DataType.Type.INT128: HUGEINT,
    exp.DataType.Type.DATE: DATE,
    exp.DataType.Type.TEXT: VARCHAR,
    exp.DataType.Type.VARCHAR: VARCHAR,
    exp.DataType.Type.BOOLEAN: BOOLEAN,
}


def _cast(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "to")
    kind = _KINDS.get(node.args["to"].this)
    if kind is None or node.args["to"].expressions:
        raise refused(f"the type {node.args['to'].sql(dialect='duckdb')}")
    bare = _bare(node.this)
    if isinstance(bare, exp.Anonymous) and bare.name.lower() == "error":
        return _error(to, bare, scope, kind)
    if isinstance(bare, exp.Literal) and not bare.is_string and kind in WHOLE and bare.this.isdigit():
        return Typed(to.dialect.cast(bare.this, kind, kind), kind)
    inner = to.expression(node.this, scope)
    if inner.kind == NULL:
        return Typed(to.dialect.nothing(kind), kind)
    return Typed(to.dialect.cast(inner.text, inner.kind, kind), kind)


# -- arithmetic --


def _whole(node: exp.Expr, *kinds: str) -> str:
    kind = together(kinds)
    if kind not in (*WHOLE, NULL):
        raise refused(f"arithmetic with {kind} in `{node.sql(dialect='duckdb')[:120]}`")
    return kind


def _plus(sign: str) -> Writer:
    def write(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
        left, months = to.expression(node.this, scope), _bare(node.expression)
        if isinstance(months, exp.Anonymous) and months.name.lower() == "to_months":
            count = to.expression(months.expressions[0], scope)
            return Typed(to.dialect.months_later(left.text, count.text, sign), TIMESTAMP)
        right = to.expression(node.expression, scope)
        if left.kind == DATE and right.kind == DATE and sign == "-":
            return Typed(to.dialect.days_between(left.text, right.text), BIGINT)
        if left.kind == DATE and right.kind in WHOLE:
            return Typed(to.dialect.days_later(left.text, right.text, sign), DATE)
        return Typed(f"{left.text} {sign} {right.text}", _whole(node, left.kind, right.kind))

    return write


def _times(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    left, right = to.expression(node.this, scope), to.expression(node.expression, scope)
    return Typed(f"{left.text} * {right.text}", _whole(node, left.kind, right.kind))


def _divided(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    left, right = to.expression(_bare(node.this), scope), to.expression(_bare(node.expression), scope)
    kind = _whole(node, left.kind, right.kind)
    known = _bare(node.expression)
    if isinstance(known, exp.Cast):
        known = _bare(known.this)
    may_be_one = not isinstance(known, exp.Literal) or known.this == "1"
    above, below = (_grouped(bare, typed) for bare, typed in ((node.this, left), (node.expression, right)))
    return Typed(to.dialect.divided(above, below, kind, may_be_one), kind)


def _grouped(node: exp.Expr, typed: Typed) -> str:
    return f"({typed.text})" if isinstance(_bare(node), exp.Binary | exp.Neg | exp.Case) else typed.text


def _modulo(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    left, right = to.expression(node.this, scope), to.expression(node.expression, scope)
    text = to.dialect.modulo(_grouped(node.this, left), _grouped(node.expression, right))
    return Typed(text, _whole(node, left.kind, right.kind))


def _negative(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    inner = to.expression(node.this, scope)
    return Typed(f"(-{inner.text})", _whole(node, inner.kind))


def _size(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    inner = to.expression(node.this, scope)
    return Typed(f"ABS({inner.text})", _whole(node, inner.kind))


# -- conditions --


def _binary(sign: str) -> Writer:
    def write(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
        only(node, "this", "expression")
        left, right = to.expression(node.this, scope), to.expression(node.expression, scope)
        if sign not in ("AND", "OR"):
            together([left.kind, right.kind])
        return Typed(f"{left.text} {sign} {right.text}", BOOLEAN)

    return write


def _not(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    return Typed(f"NOT {to.expression(node.this, scope).text}", BOOLEAN)


def _is(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    if not isinstance(node.expression, exp.Null | exp.Boolean):
        raise refused(f"IS in `{node.sql(dialect='duckdb')[:120]}`")
    right = to.expression(node.expression, scope).text
    negated = "NOT " if node.args.get("negate") else ""
    return Typed(f"{to.expression(node.this, scope).text} IS {negated}{right}", BOOLEAN)


def _not_(node: exp.Expr) -> str:
    return " NOT" if node.args.get("negate") else ""


def _same(negated: bool) -> Writer:
    def write(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
        left, right = to.expression(node.this, scope), to.expression(node.expression, scope)
        return Typed(to.dialect.same(left.text, right.text, negated), BOOLEAN)

    return write


def _in(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "expressions", "query", "negate")
    value = to.expression(node.this, scope)
    if node.args.get("query") is not None:
        inner = to.query(node.args["query"].unnest(), scope).text
    else:
        listed = [to.expression(each, scope) for each in node.expressions]
        together([value.kind, *(each.kind for each in listed)])
        inner = ", ".join(each.text for each in listed)
    return Typed(f"{value.text}{_not_(node)} IN ({inner})", BOOLEAN)


def _between(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "low", "high", "negate")
    value, low, high = (to.expression(node.args[name], scope).text for name in ("this", "low", "high"))
    return Typed(f"({value}{_not_(node)} BETWEEN {low} AND {high})", BOOLEAN)


def _like(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "expression", "negate")
    if not isinstance(node.expression, exp.Literal):
        raise refused("LIKE with a pattern that is not a literal")
    pattern = to.dialect.pattern(node.expression.this)
    return Typed(f"{to.expression(node.this, scope).text}{_not_(node)} LIKE {pattern}", BOOLEAN)


def _exists(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this")
    return Typed(f"EXISTS ({to.query(node.this, scope).text})", BOOLEAN)


def _subquery(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this")
    inner = to.query(node.this, scope)
    if len(inner.columns) != 1:
        raise refused("a query of several columns as a value")
    return Typed(f"({inner.text})", next(iter(inner.columns.values())))


def _case(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "ifs", "default")
    of = f" {to.expression(node.this, scope).text}" if node.this is not None else ""
    tests = [to.expression(each.this, scope).text for each in node.args["ifs"]]
    results = [to.expression(each.args["true"], scope) for each in node.args["ifs"]]
    otherwise = to.expression(node.args["default"], scope) if node.args.get("default") is not None else None
    kind = together([each.kind for each in [*results, *([otherwise] if otherwise else [])]])
    text = "".join(f" WHEN {test} THEN {result.text}" for test, result in zip(tests, results, strict=True))
    last = f" ELSE {otherwise.text}" if otherwise else ""
    return Typed(f"CASE{of}{text}{last} END", kind)


# -- functions of a row --


def _chosen(name: str) -> Writer:
    def write(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
        only(node, "this", "expressions", "ignore_nulls")
        parts = [to.expression(each, scope) for each in [node.this, *node.expressions]]
        kind = together([each.kind for each in parts])
        if kind == NULL:
            return Typed("NULL", NULL)
        known = [each for each in parts if each.kind != NULL]
        if len(known) == 1:
            return known[0]
        return Typed(to.dialect.chosen(name, [each.text for each in known]), kind)

    return write


def _nullif(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    left, right = to.expression(node.this, scope), to.expression(node.expression, scope)
    return Typed(f"NULLIF({left.text}, {right.text})", left.kind)


def _as_text(to: Translation, node: exp.Expr, scope: Scope) -> str:
    typed = to.expression(node, scope)
    if typed.kind == NULL:
        return to.dialect.nothing(VARCHAR)
    return typed.text if typed.kind == VARCHAR else to.dialect.cast(typed.text, typed.kind, VARCHAR)


def _pipe(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    parts: list[exp.Expr] = []
    left = node
    while isinstance(left, exp.DPipe):
        parts.append(left.expression)
        left = left.this
    texts = [_as_text(to, each, scope) for each in [left, *reversed(parts)]]
    return Typed(to.dialect.joined(texts), VARCHAR)


def _concat(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    return Typed(to.dialect.joined_known([_as_text(to, each, scope) for each in node.expressions]), VARCHAR)


def _concat_ws(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    return Typed(f"CONCAT_WS({', '.join(_as_text(to, each, scope) for each in node.expressions)})", VARCHAR)


def _lower(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    return Typed(to.dialect.lower(_as_text(to, node.this, scope)), VARCHAR)


def _length(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this")
    return Typed(to.dialect.cast(f"LENGTH({to.expression(node.this, scope).text})", INTEGER, BIGINT), BIGINT)


def _substring(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "start", "length")
    parts = [to.expression(node.this, scope).text]
    for name in ("start", "length"):
        if node.args.get(name) is not None:
            typed = to.expression(node.args[name], scope)
            parts.append(to.dialect.cast(typed.text, typed.kind, INTEGER))
    return Typed(f"SUBSTRING({', '.join(parts)})", VARCHAR)


def _starts_with(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    text, start = to.expression(node.this, scope).text, to.expression(node.expression, scope).text
    return Typed(to.dialect.starts_with(text, start), BOOLEAN)


def _extract(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    part = node.this.name.upper()
    if part not in ("YEAR", "QUARTER", "MONTH", "DAY"):
        raise refused(f"EXTRACT of {part}")
    return Typed(to.dialect.part_of_day(part, to.expression(node.expression, scope).text), BIGINT)


def _first_of(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "unit")
    if node.args["unit"].name.upper() != "MONTH":
        raise refused(f"DATE_TRUNC to {node.args['unit'].name}")
    return Typed(to.dialect.first_of_month(to.expression(node.this, scope).text), TIMESTAMP)


def _last_of(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this")
    return Typed(to.dialect.last_of_month(to.expression(node.this, scope).text), DATE)


def _anonymous(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    name = node.name.lower()
    if name == "gcd" and len(node.expressions) == 2:
        one, other = (to.expression(each, scope) for each in node.expressions)
        return Typed(to.dialect.greatest_divisor(one.text, other.text), HUGEINT)
    if name == "error":
        return _error(to, node, scope, VARCHAR)
    raise refused(f"the function {name.upper()}")


def _error(to: Translation, node: exp.Expr, scope: Scope, kind: str) -> Typed:
    said = node.expressions[0]
    if not isinstance(said, exp.Literal):
        raise refused("an error whose words are not a literal")
    return Typed(to.dialect.failing(said.this, kind), kind)


_WRITERS: dict[type[exp.Expr], Writer] = {
    exp.Literal: _literal,
    exp.Null: _null,
    exp.Boolean: _boolean,
    exp.Column: _column,
    exp.Paren: _paren,
    exp.Cast: _cast,
    exp.Add: _plus("+"),
    exp.Sub: _plus("-"),
    exp.Mul: _times,
    exp.IntDiv: _divided,
    exp.Mod: _modulo,
    exp.Neg: _negative,
    exp.Abs: _size,
    exp.And: _binary("AND"),
    exp.Or: _binary("OR"),
    exp.EQ: _binary("="),
    exp.NEQ: _binary("<>"),
    exp.LT: _binary("<"),
    exp.LTE: _binary("<="),
    exp.GT: _binary(">"),
    exp.GTE: _binary(">="),
    exp.Not: _not,
    exp.Is: _is,
    exp.NullSafeEQ: _same(negated=False),
    exp.NullSafeNEQ: _same(negated=True),
    exp.In: _in,
    exp.Between: _between,
    exp.Like: _like,
    exp.Exists: _exists,
    exp.Subquery: _subquery,
    exp.Case: _case,
    exp.Coalesce: _chosen("COALESCE"),
    exp.Greatest: _chosen("GREATEST"),
    exp.Least: _chosen("LEAST"),
    exp.Nullif: _nullif,
    exp.DPipe: _pipe,
    exp.Concat: _concat,
    exp.ConcatWs: _concat_ws,
    exp.Lower: _lower,
    exp.Length: _length,
    exp.Substring: _substring,
    exp.StartsWith: _starts_with,
    exp.Extract: _extract,
    exp.TimestampTrunc: _first_of,
    exp.DateTrunc: _first_of,
    exp.LastDay: _last_of,
    exp.Anonymous: _anonymous,
    **aggregates.WRITERS,
}
