"""Named values that have a grain of their own: one table each.

`<plan>:<version>:value:<name>` has the grain's key (subject and period, or credit and payee) and the number `x` over
a constant, or over `x/`. A place of the same grain reads the rows of its own version; a finer one reads
`<plan>:value:<name>…`, in which each row is said by the version of its own period. A value that reads `previous(…)` is
the business of `recursions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Plain, Sql, compiled
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.placing import computes
from attain.engine.scopes import PlaceScope
from attain.engine.scopes_group import GroupScope
from attain.engine.scopes_measured import CreditScope, PeriodScope
from attain.engine.stages import measure as measures
from attain.engine.stages.rows import group_rows, payee_rows
from attain.kernel.errors import PlanError, Where
from attain.plans import expressions as tree
from attain.plans.model import Plan, Value


@dataclass(frozen=True)
class Stored:
    """Where a value's table is, and how to read its column."""

    table: str
    denominator: int
    has_divisor: bool
    kind: str = "number"


@computes("values")
def value_table(compilation: Compilation, plan: Plan, name: str) -> Stored:
    """The rows of a value as one version says it; of a value that reads its row before, those of all versions."""
    target = compilation.name(compilation.index(plan), "value", name)
    if target not in compilation.known:
        group = recursive_group(compilation, plan, name)
        if group:
            from attain.engine.stages import recursions

            recursions.compute(compilation, plan, group)
        else:
            compilation.known[target] = _plain(compilation, plan, plan.values[name], target, name)
    return compilation.known[target]  # type: ignore[return-value]


def of_all_versions(compilation: Compilation, plan: Plan, name: str) -> Stored:
    """The rows of a value of a coarser grain: each is said by the version of its own period."""
    per = plan.values[name].per
    having = [version for version in compilation.versions if name in version.values and version.values[name].per == per]
    if len(compilation.versions) == 1 or recursive_group(compilation, plan, name):
        return value_table(compilation, plan, name)
    target = compilation.name("value", name, per.subject if per else "", per.kind if per else "")
    if target not in compilation.known:
        compilation.known[target] = _united(compilation, name, having, target)
    return compilation.known[target]  # type: ignore[return-value]


def _united(compilation: Compilation, name: str, having: Sequence[Plan], target: str) -> Stored:
    tables = [value_table(compilation, version, name) for version in having]
    if len({found.kind for found in tables}) > 1:
        raise PlanError(
            f"The value `{name}` has another type in another version of the plan.",
            code="plan.versions-differ",
            where=Where(field=f"plan {compilation.id}, value {name}"),
            hint="Give the changed value another name.",
        )
    scale = lcm(*(found.denominator for found in tables))
    divided = any(found.has_divisor for found in tables)
    per = having[0].values[name].per
    parts: list[exp.Query] = []
    for version, found in zip(having, tables, strict=True):
        frame = Frame(exp.select(exp.Star()).from_(table(found.table), copy=False))
        periods = table(compilation.periods(per.kind if per is not None else version.period))
        frame.join(periods, {"period": col("period")}, {"start": "start", "end": "end"})
        frame.keep(compilation.governs(version))
        number = found.kind == "number"
        columns = [named(frac.times_int(col("x"), scale // found.denominator) if number else col("x"), "x")]
        if divided:
            columns.append(named(col("x/") if found.has_divisor else frac.integer(1), "x/"))
        inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
        parts.append(exp.select(col("subject"), col("period"), *columns).from_(inner, copy=False))
    union: exp.Query = parts[0]
    for part in parts[1:]:
        union = exp.union(union, part, distinct=False)
    compilation.database.create(target, union, f"value {name} in all versions")
    return Stored(target, scale, divided, tables[0].kind)


def recursive_group(compilation: Compilation, plan: Plan, name: str) -> list[str]:
    """The values that reach each other through `previous` in any version; empty when none does."""
    value = plan.values[name]
    grain = (value.per, value.each, value.within)
    key = f"recursive {grain} {name}"
    if key not in compilation.known:
        group: set[str] = set()
        todo = {name}
        while todo:
            found = {item for version in compilation.versions for one in todo for item in _group(version, one, grain)}
            group, todo = group | found, found - group - todo
        compilation.known[key] = sorted(group)
    return compilation.known[key]  # type: ignore[return-value]


def _group(plan: Plan, name: str, grain: object) -> set[str]:
    same = {other for other, value in plan.values.items() if (value.per, value.each, value.within) == grain}
    reads = {other: _reads(plan.values[other].formula) & same for other in same}

    def reachable(start: str) -> set[str]:
        found: set[str] = set()
        todo = list(reads.get(start, ()))
        while todo:
            item = todo.pop()
            if item not in found:
                found.add(item)
                todo.extend(reads[item])
        return found

    return {other for other in reachable(name) if name in reachable(other)}


def in_order(plan: Plan, group: Sequence[str]) -> list[str]:
    """The values of a group that a version has, each after those that it reads on the same row."""
    here = [item for item in group if item in plan.values]
    ordered: list[str] = []
    while len(ordered) < len(here):
        ready = [
            item
            for item in here
            if item not in ordered and not (_reads_now(plan.values[item].formula) & set(here)) - set(ordered)
        ]
        if not ready:
            raise PlanError(
                f"The values {', '.join(here)} read each other without `previous`.",
                code="plan.cycle",
            )
        ordered += ready
    return ordered


def _reads(formula: tree.Expr) -> set[str]:
    return {name.parts[0] for name in tree.names_in(formula)}


def _reads_now(formula: tree.Expr) -> set[str]:
    """Names that are read on the same row, not through `previous`."""
    hidden = [call for call in tree.parts_of(formula) if isinstance(call, tree.Call) and call.function == "previous"]
    inside = {id(name) for call in hidden for name in tree.names_in(call)}
    return {name.parts[0] for name in tree.names_in(formula) if id(name) not in inside}


def base_of(
    compilation: Compilation, plan: Plan, value: Value, mark: str = ""
) -> tuple[Frame, PlaceScope, tuple[str, ...]]:
    """The frame of a value's grain with its scope and key columns."""
    if value.each is not None:
        source = measures.measured(compilation, plan, value.each).table
        frame = Frame(exp.select(exp.Star()).from_(table(source), copy=False), mark)
        return frame, CreditScope(compilation, plan, frame, value.each), ("@credit", "@payee")
    if value.per is None:
        raise PlanError("A value without a grain has no table.", code="plan.wrong-place")
    if value.per.subject == "payee":
        frame = Frame(exp.select(exp.Star()).from_(table(payee_rows(compilation, value.per.kind)), copy=False), mark)
        return frame, PeriodScope(compilation, plan, frame, value.per.kind), ("payee", "period")
    frame = Frame(
        exp.select(exp.Star()).from_(table(group_rows(compilation, value.per.subject, value.per.kind)), copy=False)
    )
    return frame, GroupScope(compilation, plan, frame, value.per.kind, value.per.subject), ("subject", "period")


def keyed(keys: Sequence[str]) -> list[exp.Expr]:
    names = {"@credit": "credit", "@payee": "payee"} if "@credit" in keys else {keys[0]: "subject", "period": "period"}
    return [named(col(key), name) for key, name in names.items()]


def _plain(compilation: Compilation, plan: Plan, value: Value, target: str, name: str) -> Stored:
    frame, scope, keys = base_of(compilation, plan, value)
    result = rounded(compiled(value.formula, scope), value)
    return store(compilation, frame, result, keys, target, f"value {name}")


def rounded(result: Sql, value: Value) -> Sql:
    if value.round is not None and isinstance(result, Num):
        return Num(frac.rounded(result, value.round), 10**value.round)
    return result


def store(
    compilation: Compilation, frame: Frame, result: Sql, keys: Sequence[str], target: str, meaning: str
) -> Stored:
    if isinstance(result, Plain):
        columns = [named(result.sql, "x")]
        found = Stored(target, 1, False, result.kind)
    else:
        columns = [named(result.numerator, "x")] + ([named(result.divisor, "x/")] if result.divisor is not None else [])
        found = Stored(target, result.denominator, result.divisor is not None)
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
    compilation.database.create(target, exp.select(*keyed(keys), *columns).from_(inner, copy=False), meaning)
    return found
