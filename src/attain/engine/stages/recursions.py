"""Values that read their row before: computed in set steps, the first row of everybody, then the second of everybody …

A row is said by its own version; the row before may belong to another one. So the rows of all versions are numbered
together, and each step asks every version for its rows. Writes `<plan>:steps:…`, and of each value a table with the
grain's key, the number `x` over `x/`, for all versions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Sql, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PlaceScope
from attain.engine.sql import all_of, any_of, cast
from attain.engine.stages import values
from attain.engine.stages.credit import ORDER
from attain.plans import expressions as tree
from attain.plans.model import Plan, Value


@dataclass(frozen=True)
class Part:
    """The rows of one version: what they read from outside of the recursion stands in columns of `table`."""

    plan: Plan
    items: list[str]
    table: str
    known: Mapping[tuple[str, ...], Sql]
    starts: Mapping[str, Num]
    first: int
    last: int


def compute(compilation: Compilation, plan: Plan, group: Sequence[str]) -> None:
    """All values of the group in one table, step by step, then a table each."""
    one = plan.values[next(item for item in group if item in plan.values)]
    grain = (one.per, one.each, one.within)
    having: dict[int, list[str]] = {}
    for place, version in enumerate(compilation.versions):
        said = {item: version.values[item] for item in group if item in version.values}
        same = [item for item, value in said.items() if (value.per, value.each, value.within) == grain]
        if same:
            having[place] = values.in_order(version, same)
    kinds = sorted(
        {
            over.kind
            for place, items in having.items()
            for item in items
            if (over := compilation.versions[place].values[item].over) is not None and over.kind != "plan"
        }
    )
    label = compilation.name("steps", one.each or "", one.within or "", one.per.kind if one.per else "", *group)
    parts = [_part(compilation, place, items, one, list(having), kinds, label) for place, items in having.items()]
    keys = ("@credit", "@payee") if one.each is not None else ("payee", "period")
    _steps(compilation, parts, label, list(group), [*_partition(one), *keys], kinds)
    for item in group:
        target = f"{label}:{item}"
        rows = exp.select(*values.keyed(keys), named(col(item), "x"), named(col(f"{item}/"), "x/"))
        rows = rows.from_(table(label)).where(col(f"own {item}"))
        compilation.database.create(target, rows, f"value {item}")
        for place, items in having.items():
            if item in items:
                compilation.known[compilation.name(place, "value", item)] = values.Stored(target, 1, True)


def _partition(value: Value) -> tuple[str, ...]:
    if value.each is not None:
        return ("@payee", *(["@within"] if value.within else []))
    return ("payee",)


def _part(
    compilation: Compilation,
    place: int,
    items: list[str],
    value: Value,
    having: Sequence[int],
    kinds: Sequence[str],
    label: str,
) -> Part:
    plan = compilation.versions[place]
    frame, scope, _ = values.base_of(compilation, plan, value, "b")
    frame.keep(any_of(*(_is_of(compilation, value, other) for other in having)))
    outside = {
        name.parts for item in items for name in tree.names_in(plan.values[item].formula) if name.parts[0] not in items
    }
    known = {parts: scope.name(parts) for parts in sorted(outside) if parts[0] not in plan.tables}
    starts = {item: scope.pin(numeric(plan.values[item].start or tree.Number(Fraction(0)), scope)) for item in items}
    if value.within is not None:  # a missing value is one of its own
        missing = [exp.Literal.string("")]
        frame.add("@within", exp.Coalesce(this=cast(col(value.within), "VARCHAR"), expressions=missing))
    order = [exp.Ordered(this=col(column)) for column in (ORDER if value.each is not None else ("start",))]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[col(column) for column in _partition(value)],
        order=exp.Order(expressions=order),
    )
    frame.add("step", number)
    for kind in kinds:
        frame.add(f"window {kind}", col(f"@{kind}" if value.each is not None else f"in_{kind}"))
    frame.keep(_is_of(compilation, value, place))
    target = f"{label}:{place}"
    compilation.database.create(target, frame.query(), f"what {', '.join(items)} read")
    [found] = compilation.database.rows(
        f'SELECT COALESCE(MIN(step), 1) AS first, COALESCE(MAX(step), 0) AS last FROM "{target}"'
    )
    return Part(plan, items, target, known, starts, int(found["first"]), int(found["last"]))


def _is_of(compilation: Compilation, value: Value, place: int) -> exp.Expr:
    """Whether a row belongs to the version."""
    if value.each is not None:
        return exp.EQ(this=col("@version"), expression=exp.Literal.number(place))
    return compilation.governs(compilation.versions[place])


def _steps(
    compilation: Compilation, parts: list[Part], state: str, group: list[str], rows: list[str], kinds: Sequence[str]
) -> None:
    """Runs the recurrence: a query for each step and version over everybody's row of that step."""
    database = compilation.database
    partition = rows[:-2]
    made = False
    for step in range(1, max([1, *(part.last for part in parts)]) + 1):
        for part in parts:
            if made and not part.first <= step <= part.last:
                continue
            query = _step(compilation, part, step, state, group, rows, partition, kinds)
            if made:
                database.append(state, query)
            else:
                database.create(state, query, f"step {step} of {', '.join(group)}")
            made = True


def _step(
    compilation: Compilation,
    part: Part,
    step: int,
    state: str,
    group: list[str],
    rows: list[str],
    partition: list[str],
    kinds: Sequence[str],
) -> exp.Query:
    at_step = exp.EQ(this=col("step"), expression=exp.Literal.number(step))
    frame = Frame(exp.select(exp.Star()).from_(table(part.table), copy=False).where(at_step, copy=False))
    marks = [f"{item}{mark}" for item in group for mark in ("", "/", *(f" {kind}" for kind in kinds))]
    marks += [f"has {item}" for item in group]
    if step > 1:
        on = {column: col(column) for column in partition} | {"step": exp.Literal.number(step - 1)}
        frame.join(table(state), on, {f"was {mark}": mark for mark in marks})
    previous = {item: _before(frame, part, item, step) for item in part.items}
    scope = StepScope(compilation, part.plan, frame, part.known, previous)
    for item in group:
        if item in part.items:
            value = part.plan.values[item]
            result = values.rounded(numeric(value.formula, scope), value)
            if isinstance(result, Num):
                scope.known[(item,)] = _reduced(frame, item, result)
        elif step > 1:  # a version without this value leaves it as it was
            frame.add(item, col(f"was {item}"))
            frame.add(f"{item}/", col(f"was {item}/"))
        else:
            frame.add(item, frac.integer(0))
            frame.add(f"{item}/", frac.integer(1))
        own = item in part.items
        frame.add(f"own {item}", exp.Boolean(this=own))
        kept = exp.Coalesce(this=col(f"was has {item}"), expressions=[exp.false()]) if step > 1 else exp.false()
        frame.add(f"has {item}", exp.true() if own else kept)
        for kind in kinds:
            nothing = col(f"was {item} {kind}") if step > 1 else exp.Literal.string("")
            frame.add(f"{item} {kind}", col(f"window {kind}") if own else nothing)
    columns = [*dict.fromkeys(rows), "step", *marks, *(f"own {item}" for item in group)]
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("s")))
    return exp.select(*[col(column) for column in columns]).from_(inner, copy=False)


def _before(frame: Frame, part: Part, item: str, step: int) -> Num:
    """The value of the row before; `start` on the first row, and where the value starts again."""
    if step == 1:
        return part.starts[item]
    over = part.plan.values[item].over
    there: exp.Expr = col(f"was has {item}")
    if over is not None and over.kind != "plan":
        same = exp.EQ(this=col(f"was {item} {over.kind}"), expression=col(f"window {over.kind}"))
        there = all_of(there, same)
    return frame.pin(frac.choose([(there, Num(col(f"was {item}"), 1, col(f"was {item}/")))], part.starts[item]))


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
