"""Spots: single rows of a calculation at which expressions of the plan can be asked for their values.

A spot compiles an expression with the very scopes that the stages use, over a frame cut down to one row, and runs it
in the calculation's own database. So no formula is written twice. Running sums are columns of the measured table by
then; a frame is never cut before they are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Plain, Sql, compiled
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import FactScope, PlaceScope
from attain.engine.scopes_group import GroupScope
from attain.engine.scopes_measured import CreditScope, PeriodScope
from attain.engine.stages import measure as measures
from attain.engine.stages.rows import group_rows, payee_rows
from attain.engine.trace.arithmetic import Scalar
from attain.kernel.errors import NotFound
from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.model import Plan

Answer: TypeAlias = Sql | exp.Expr | None
Question: TypeAlias = Callable[[Any], Sequence[Answer]]


class _Recalls:
    """`previous(x)` where the value of the row before is known."""

    recalled: Mapping[str, Fraction | None]

    def special(self, call: tree.Call) -> Sql:
        asked = call.arguments[0] if call.arguments else None
        if call.function == "previous" and isinstance(asked, tree.Name):
            value = self.recalled.get(asked.text)
            return frac.MISSING if value is None else frac.number(value)
        return super().special(call)  # type: ignore[misc, no-any-return]


class _AtCredit(_Recalls, CreditScope):
    pass


class _AtPeriod(_Recalls, PeriodScope):
    pass


class _AtGroup(_Recalls, GroupScope):
    pass


@dataclass(frozen=True)
class Spot:
    """A row of one grain. Subclasses say which."""

    compilation: Compilation
    plan: Plan
    recalled: Mapping[str, Fraction | None] = field(default_factory=dict, kw_only=True, compare=False, hash=False)
    """What `previous` answers here."""

    def base(self) -> exp.Select:
        raise NotImplementedError

    def scope(self, frame: Frame) -> PlaceScope:
        raise NotImplementedError

    @property
    def key(self) -> tuple[object, ...]:
        raise NotImplementedError

    def ask(self, question: Question) -> list[Scalar]:
        """The answers on this row."""
        frame = Frame(self.base())
        return answers(self.compilation, frame, question(self.scope(frame)))

    def values(self, expressions: Sequence[Expr]) -> list[Scalar]:
        return (
            self.ask(lambda scope: [compiled(expression, scope) for expression in expressions]) if expressions else []
        )

    def value(self, expression: Expr) -> Scalar:
        return self.values([expression])[0]

    def number(self, expression: Expr) -> Fraction | None:
        found = self.value(expression)
        return found if isinstance(found, Fraction) else None


@dataclass(frozen=True)
class CreditSpot(Spot):
    credit_set: str
    credit: str
    payee: str

    def base(self) -> exp.Select:
        source = measures.measured(self.compilation, self.plan, self.credit_set).table
        return where(source, {"@credit": self.credit, "@payee": self.payee})

    def scope(self, frame: Frame) -> CreditScope:
        found = _AtCredit(self.compilation, self.plan, frame, self.credit_set)
        found.recalled = self.recalled
        return found

    def of_payee(self) -> exp.Select:
        """All credits of the payee in the set."""
        return where(measures.measured(self.compilation, self.plan, self.credit_set).table, {"@payee": self.payee})

    @property
    def key(self) -> tuple[object, ...]:
        return ("credit", self.plan.version, self.credit_set, self.credit, self.payee)


@dataclass(frozen=True)
class PayeeSpot(Spot):
    """A payee's period."""

    payee: str
    kind: str
    period: str

    def base(self) -> exp.Select:
        return where(payee_rows(self.compilation, self.kind), {"payee": self.payee, "period": self.period})

    def scope(self, frame: Frame) -> PeriodScope:
        found = _AtPeriod(self.compilation, self.plan, frame, self.kind)
        found.recalled = self.recalled
        return found

    def of_payee(self) -> exp.Select:
        """All periods of the payee."""
        return where(payee_rows(self.compilation, self.kind), {"payee": self.payee})

    @property
    def key(self) -> tuple[object, ...]:
        return ("payee", self.plan.version, self.payee, self.kind, self.period)


@dataclass(frozen=True)
class GroupSpot(Spot):
    """A period of a team or of the company."""

    subject: str
    """`team` or `company`."""
    id: str
    kind: str
    period: str

    def base(self) -> exp.Select:
        return where(group_rows(self.compilation, self.subject, self.kind), {"subject": self.id, "period": self.period})

    def scope(self, frame: Frame) -> GroupScope:
        found = _AtGroup(self.compilation, self.plan, frame, self.kind, self.subject)
        found.recalled = self.recalled
        return found

    @property
    def key(self) -> tuple[object, ...]:
        return (self.subject, self.plan.version, self.id, self.kind, self.period)


@dataclass(frozen=True)
class EventSpot(Spot):
    """A fact that is credited; with the key of a related fact when a recipient is named by one."""

    credit_set: str
    event: str
    related: str | None = None
    via: str = ""
    everything: bool = False
    """Whether facts of other versions' days are looked at too."""

    @property
    def fact(self) -> str:
        return self.plan.credits[self.credit_set].from_

    def base(self) -> exp.Select:
        place = self.compilation.index(self.plan)
        return where(
            self.compilation.name(place, "all" if self.everything else "events", self.credit_set),
            {"@event": self.event},
        )

    def scope(self, frame: Frame) -> FactScope:
        if self.related is not None:
            schema = self.compilation.fact(self.related).schema
            columns = {f"{self.related}.{name}": name for name in schema.columns}
            frame.join(table(f"f:{self.related}"), {schema.key: exp.Literal.string(self.via)}, columns)
        found = FactScope(self.compilation, self.plan, frame, self.fact, self.related)
        found.on = col("@date")
        return found

    @property
    def key(self) -> tuple[object, ...]:
        return ("event", self.plan.version, self.credit_set, self.event, self.via)


def literal(value: object) -> exp.Expr:
    return exp.Literal.number(value) if isinstance(value, int) else exp.Literal.string(str(value))


def where(source: str, equal: Mapping[str, object]) -> exp.Select:
    """The rows of a table with these values."""
    query = exp.select(exp.Star()).from_(table(source), copy=False)
    for column, value in equal.items():
        query = query.where(exp.EQ(this=col(column), expression=literal(value)))
    return query


def rows(compilation: Compilation, source: str, equal: Mapping[str, object]) -> list[dict[str, Any]]:
    return list(compilation.database.rows(where(source, equal)))


def answers(
    compilation: Compilation, frame: Frame, asked: Sequence[Answer], keep: exp.Expr | None = None
) -> list[Scalar]:
    """The answers on the one row of a frame, or on the one that `keep` chooses after all of it is computed."""
    found = every_answer(compilation, frame, asked, keep)
    if not found:
        raise NotFound("The calculation has no such row.", code="trace.no-row")
    return found[0]


def every_answer(
    compilation: Compilation,
    frame: Frame,
    asked: Sequence[Answer],
    keep: exp.Expr | None = None,
    order: Sequence[exp.Expr] = (),
) -> list[list[Scalar]]:
    """The answers on every row of a frame."""
    columns: list[exp.Expr] = []
    for place, answer in enumerate(asked):
        if isinstance(answer, Num):
            over = frac.over(answer)
            columns += [named(answer.numerator, f"n{place}"), named(over, f"d{place}")]
        else:
            columns.append(named(exp.Null() if answer is None else _sql(answer), f"n{place}"))
    query = exp.select(*columns).from_(
        exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f"))), copy=False
    )
    if keep is not None:
        query = query.where(keep)
    if order:
        query = query.order_by(*order)
    return [[_scalar(row, place) for place in range(len(asked))] for row in compilation.database.rows(query)]


def _sql(answer: Sql | exp.Expr) -> exp.Expr:
    return answer.sql if isinstance(answer, Plain) else answer  # type: ignore[return-value]


def _scalar(row: Mapping[str, Any], place: int) -> Scalar:
    value = row[f"n{place}"]
    if f"d{place}" in row:
        over = row[f"d{place}"]
        return None if value is None or over is None else Fraction(int(value), int(over))
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    return value  # type: ignore[no-any-return]
