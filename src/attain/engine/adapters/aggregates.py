"""Functions of several rows, written for another engine: sums and counts, the value of an extreme row, windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from attain.engine.adapters.dialects import BIGINT, BOOLEAN, HUGEINT, NULL, WHOLE
from attain.engine.adapters.translation import Scope, Translation, Typed, only, refused

Writer = Callable[[Translation, exp.Expr, Scope], Typed]


def _count(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "big_int")
    if isinstance(node.this, exp.Star):
        return Typed("COUNT(*)", BIGINT)
    if isinstance(node.this, exp.Distinct):
        inner = ", ".join(to.expression(each, scope).text for each in node.this.expressions)
        return Typed(f"COUNT(DISTINCT {inner})", BIGINT)
    return Typed(f"COUNT({to.expression(node.this, scope).text})", BIGINT)


def _sum(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this")
    inner = to.expression(node.this, scope)
    if inner.kind not in (*WHOLE, NULL):
        raise refused(f"SUM of {inner.kind}")
    wide = inner.text if inner.kind == HUGEINT else to.dialect.cast(inner.text, inner.kind, HUGEINT)
    return Typed(f"SUM({wide})", HUGEINT)


def _extreme(name: str) -> Writer:
    def write(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
        only(node, "this")
        inner = to.expression(node.this, scope)
        if inner.kind == BOOLEAN:
            return Typed(to.dialect.extreme_truth(inner.text, name == "MAX"), BOOLEAN)
        return Typed(f"{name}({inner.text})", inner.kind)

    return write


def _truth(largest: bool) -> Writer:
    def write(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
        return Typed(to.dialect.extreme_truth(to.expression(node.this, scope).text, largest), BOOLEAN)

    return write


def _value_at(largest: bool) -> Writer:
    def write(to: Translation, node: exp.Expr, scope: Scope, conditions: Sequence[str] = ()) -> Typed:
        only(node, "this", "expression")
        value, key = to.expression(node.this, scope), to.expression(node.expression, scope)
        return Typed(to.dialect.value_at(value.text, key.text, largest, conditions), value.kind)

    return write


def _filter(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    condition = to.expression(node.expression.this, scope).text
    if isinstance(node.this, exp.ArgMax | exp.ArgMin):
        return _value_at(isinstance(node.this, exp.ArgMax))(to, node.this, scope, [condition])  # type: ignore[call-arg]
    if not isinstance(node.this, exp.Sum | exp.Count | exp.Min | exp.Max):
        raise refused(f"FILTER of {type(node.this).__name__}")
    inner = to.expression(node.this, scope)
    return Typed(to.dialect.filtered(inner.text, [condition]), inner.kind)


# -- windows --


def _window(to: Translation, node: exp.Expr, scope: Scope) -> Typed:
    only(node, "this", "partition_by", "order", "spec", "over")
    parts = []
    if node.args.get("partition_by"):
        parts.append("PARTITION BY " + ", ".join(to.expression(each, scope).text for each in node.args["partition_by"]))
    if node.args.get("order"):
        parts.append("ORDER BY " + to.ordered(node.args["order"], scope))
    if node.args.get("spec"):
        parts.append(_frame(node.args["spec"]))
    window = " ".join(parts)
    function = node.this
    if isinstance(function, exp.IgnoreNulls):
        if not isinstance(function.this, exp.LastValue):
            raise refused("IGNORE NULLS of another function than LAST_VALUE")
        value = to.expression(function.this.this, scope)
        return Typed(to.dialect.last_known(value.text, window), value.kind)
    if isinstance(function, exp.RowNumber | exp.Rank):
        name = "ROW_NUMBER" if isinstance(function, exp.RowNumber) else "RANK"
        return Typed(to.dialect.cast(f"{name}() OVER ({window})", BIGINT, BIGINT), BIGINT)
    if isinstance(function, exp.Lead | exp.Lag | exp.FirstValue | exp.LastValue):
        only(function, "this")
        value = to.expression(function.this, scope)
        name = {exp.Lead: "LEAD", exp.Lag: "LAG", exp.FirstValue: "FIRST_VALUE", exp.LastValue: "LAST_VALUE"}[
            type(function)
        ]
        return Typed(f"{name}({value.text}) OVER ({window})", value.kind)
    if not isinstance(function, exp.Sum | exp.Count | exp.Min | exp.Max | exp.LogicalOr | exp.LogicalAnd):
        raise refused(f"{type(function).__name__} over a window")
    inner = to.expression(function, scope)
    return Typed(f"{inner.text} OVER ({window})", inner.kind)


def _frame(spec: exp.Expr) -> str:
    only(spec, "kind", "start", "start_side", "end", "end_side")
    if spec.args.get("kind") != "ROWS":
        raise refused(f"a window by {spec.args.get('kind')}")
    ends = []
    for name in ("start", "end"):
        place, side = spec.args.get(name), spec.args.get(f"{name}_side") or ""
        said = place.this if isinstance(place, exp.Literal) else str(place)
        ends.append(f"{said} {side}".strip())
    return f"ROWS BETWEEN {ends[0]} AND {ends[1]}"


WRITERS: dict[type[exp.Expr], Writer] = {
    exp.ArgMax: _value_at(largest=True),
    exp.ArgMin: _value_at(largest=False),
    exp.Count: _count,
    exp.Filter: _filter,
    exp.LogicalAnd: _truth(largest=False),
    exp.LogicalOr: _truth(largest=True),
    exp.Max: _extreme("MAX"),
    exp.Min: _extreme("MIN"),
    exp.Sum: _sum,
    exp.Window: _window,
}
