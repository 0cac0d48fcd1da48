"""Named values that have a grain of their own: one table each.

`<plan>:<version>:value:<name>` has the grain's key (subject and period, or credit and payee) and the number `x` over
a constant, or
over `x/`. A value that reads `previous(…)` is computed in set steps: the first row of everybody, then the second of
everybody …
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Plain, Sql, compiled, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PlaceScope
from attain.engine.scopes_group import GroupScope
from attain.engine.scopes_measured import CreditScope, PeriodScope
from attain.engine.stages import measure as measures
from attain.engine.stages.credit import ORDER
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


def value_table(compilation: Compilation, plan: Plan, name: str) -> Stored:
    target = compilation.name(compilation.index(plan), "value", name)
    if target not in compilation.known:
        group = recursive_group(plan, name)
        if group:
            _recursive(compilation, plan, group)
        else:
            compilation.known[target] = _plain(compilation, plan, plan.values[name], target, name)
    return compilation.known[target]  # type: ignore[return-value]


def recursive_group(plan: Plan, name: str) -> list[str]:
    """The values that reach each other through `previous`, in an order in which each reads earlier ones of the same
    row; empty when none does."""
    grain = (plan.values[name].per, plan.values[name].each)
    same = {other for other, value in plan.values.items() if (value.per, value.each) == grain}
    reads = {other: _reads(plan.values[other].formula) & same for other in same}

    def reachable(start: str) -> set[str]:
        found: set[str] = set()
        todo = list(reads[start])
        while todo:
            item = todo.pop()
            if item not in found:
                found.add(item)
                todo.extend(reads[item])
        return found

    group = {other for other in reachable(name) if name in reachable(other)}
    if not group:
        return []
    ordered: list[str] = []
    while len(ordered) < len(group):
        ready = [
            item
            for item in sorted(group)
            if item not in ordered and not (_reads_now(plan.values[item].formula) & group) - set(ordered)
        ]
        if not ready:
            raise PlanError(
                f"The values {', '.join(sorted(group))} read each other without `previous`.",
                code="plan.cycle",
                where=Where(field=f"plan {plan.plan}"),
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


def _base(
    compilation: Compilation, plan: Plan, value: Value, mark: str = ""
) -> tuple[Frame, PlaceScope, tuple[str, ...]]:
    """The frame of a value's grain with its scope and key columns."""
    if value.each is not None:
        source = measures.measured(compilation, plan, value.each).table
        frame = Frame(exp.select("*").from_(table(source)), mark)
        return frame, CreditScope(compilation, plan, frame, value.each), ("@credit", "@payee")
    if value.per is None:
        raise PlanError("A value without a grain has no table.", code="plan.wrong-place")
    if value.per.subject == "payee":
        frame = Frame(exp.select("*").from_(table(payee_rows(compilation, value.per.kind))), mark)
        return frame, PeriodScope(compilation, plan, frame, value.per.kind), ("payee", "period")
    frame = Frame(exp.select("*").from_(table(group_rows(compilation, value.per.subject, value.per.kind))))
    return frame, GroupScope(compilation, plan, frame, value.per.kind, value.per.subject), ("subject", "period")


def _keyed(keys: Sequence[str]) -> list[exp.Expr]:
    names = {"@credit": "credit", "@payee": "payee"} if "@credit" in keys else {keys[0]: "subject", "period": "period"}
    return [named(col(key), name) for key, name in names.items()]


def _plain(compilation: Compilation, plan: Plan, value: Value, target: str, name: str) -> Stored:
    frame, scope, keys = _base(compilation, plan, value)
    result = _rounded(compiled(value.formula, scope), value)
    return store(compilation, frame, result, keys, target, f"value {name}")


def _rounded(result: Sql, value: Value) -> Sql:
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
    compilation.database.create(target, exp.select(*_keyed(keys), *columns).from_(inner), meaning)
    return found


# -- recursion ---------------------------------------------------------------------------------------------------------


def _recursive(compilation: Compilation, plan: Plan, group: Sequence[str]) -> None:
    """All values of the group in one table, step by step, then a table each."""
    first = plan.values[group[0]]
    frame, scope, keys = _base(compilation, plan, first, "b")
    partition = _partition(first)
    order = [exp.Ordered(this=col(column)) for column in (ORDER if first.each is not None else ("start",))]
    outside = {
        name.parts for item in group for name in tree.names_in(plan.values[item].formula) if name.parts[0] not in group
    }
    known = {parts: scope.name(parts) for parts in sorted(outside) if parts[0] not in plan.tables}
    starts = {item: numeric(plan.values[item].start or tree.Number(Fraction(0)), scope) for item in group}
    known_starts = {item: scope.pin(value) for item, value in starts.items()}
    frame.add(
        "step",
        exp.Window(
            this=exp.RowNumber(), partition_by=[col(column) for column in partition], order=exp.Order(expressions=order)
        ),
    )
    frame.add(
        "window",
        col(f"in_{first.over.kind}")
        if first.over is not None and first.over.kind != "plan"
        else exp.Literal.string(""),
    )
    base = compilation.name(compilation.index(plan), "steps", group[0])
    compilation.database.create(base, frame.query(), f"what {', '.join(group)} read")
    formulas = {item: plan.values[item].formula for item in group}
    rounds = {item: plan.values[item] for item in group}
    state = set_steps(compilation, plan, base, partition, keys, formulas, known, known_starts, rounds)
    for item in group:
        target = compilation.name(compilation.index(plan), "value", item)
        query = exp.select(*_keyed(keys), named(col(item), "x"), named(col(f"{item}/"), "x/")).from_(table(state))
        compilation.database.create(target, query, f"value {item}")
        compilation.known[target] = Stored(target, 1, True)


def _partition(value: Value) -> tuple[str, ...]:
    if value.each is not None:
        return ("@payee", *([value.within] if value.within else []))
    return ("payee",)


class StepScope(PlaceScope):
    """A row of one step: what was computed before, this row's earlier values, and the previous row's."""

    def __init__(
        self,
        compilation: Compilation,
        plan: Plan,
        frame: Frame,
        known: Mapping[tuple[str, ...], Sql],
        previous: Mapping[str, Num],
    ) -> None:
        super().__init__(compilation, plan, frame)
        self.known = dict(known)
        self.previous = previous

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        return self.known[parts] if parts in self.known else super().resolve(parts)

    def special(self, call: tree.Call) -> Sql:
        named_value = call.arguments[0]
        if call.function == "previous" and isinstance(named_value, tree.Name) and named_value.text in self.previous:
            return self.previous[named_value.text]
        return super().special(call)


def set_steps(
    compilation: Compilation,
    plan: Plan,
    base: str,
    partition: Sequence[str],
    keys: Sequence[str],
    formulas: Mapping[str, tree.Expr],
    known: Mapping[tuple[str, ...], Sql],
    starts: Mapping[str, Num],
    rounds: Mapping[str, Value],
) -> str:
    """Runs the recurrence: one query a step over everybody's row of that step. Returns the table of all rows."""
    database = compilation.database
    state = f"{base}:state"
    steps = int(database.value(f'SELECT COALESCE(MAX(step), 0) FROM "{base}"') or 0)
    for step in range(1, max(steps, 1) + 1):
        frame = Frame(
            exp.select("*").from_(table(base)).where(exp.EQ(this=col("step"), expression=exp.Literal.number(step)))
        )
        previous = dict(starts)
        if step > 1:
            on = {column: col(column) for column in partition} | {"step": exp.Literal.number(step - 1)}
            take = {f"was:{item}{part}": f"{item}{part}" for item in formulas for part in ("", "/")} | {
                "was:window": "window"
            }
            frame.join(table(state), on, take)
            same = exp.EQ(this=col("was:window"), expression=col("window"))
            previous = {
                item: frame.pin(frac.choose([(same, Num(col(f"was:{item}"), 1, col(f"was:{item}/")))], starts[item]))
                for item in formulas
            }
        scope = StepScope(compilation, plan, frame, known, previous)
        for item, formula in formulas.items():
            result = _rounded(numeric(formula, scope), rounds[item])
            if isinstance(result, Num):
                scope.known[(item,)] = _reduced(frame, item, result)
        columns = list(dict.fromkeys([*partition, *keys, "step", "window"])) + [
            f"{item}{part}" for item in formulas for part in ("", "/")
        ]
        query = exp.select(*[col(column) for column in columns]).from_(
            exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("s")))
        )
        if step == 1:
            database.create(state, query, f"step 1 of {', '.join(formulas)}")
        else:
            database.append(state, query)
    return state


def _reduced(frame: Frame, item: str, value: Num) -> Num:
    """The fraction in lowest terms, so that it does not grow from step to step."""
    pinned = frame.pin(value)
    over = frac.over(pinned)
    shared = frame.add(
        frame.fresh("gcd"), exp.Greatest(this=exp.func("gcd", pinned.numerator, over), expressions=[frac.integer(1)])
    )
    top = frame.add(item, exp.IntDiv(this=frac.group(pinned.numerator), expression=shared))
    below = frame.add(f"{item}/", exp.IntDiv(this=frac.group(over), expression=shared))
    return Num(top, 1, below)
