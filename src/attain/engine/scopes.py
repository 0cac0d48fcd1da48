"""What names mean in each place of a plan: parameters, inputs, people, periods, measures, values as columns.

A place knows three things: the frame that it adds columns to, on which day dated decisions are read, and whose row
it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.formulas import Kind, Plain, Scope, Sql, compiled, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, num, table
from attain.engine.sql import all_of, cast
from attain.kernel.errors import PlanError
from attain.plans import expressions as tree
from attain.plans.model import Plan, Table

if TYPE_CHECKING:
    from attain.engine.compilation import Compilation

PERSON_FIELDS: dict[str, Kind] = {
    "name": "text",
    "country": "text",
    "currency": "text",
    "kind": "text",
    "hired_on": "date",
    "left_on": "date",
}
POSITION_FIELDS = ("title", "territory", "unit")


class PlaceScope(Scope):
    """The part that all places share: tables, parameters, and named formulas that are read where they stand."""

    def __init__(self, compilation: Compilation, plan: Plan, frame: Frame) -> None:
        self.compilation = compilation
        self.plan = plan
        self.frame = frame
        self.border = plan.policies.border
        self._found: dict[tuple[str, ...], Sql] = {}

    # -- the scope protocol --

    def name(self, parts: tuple[str, ...]) -> Sql:
        if parts not in self._found:
            found = self.resolve(parts)
            self._found[parts] = self.pin(found) if isinstance(found, Num) else found
        return self._found[parts]

    def table(self, name: str) -> Table:
        return self.plan.tables[name]

    def special(self, call: tree.Call) -> Sql:
        raise PlanError(f"`{call.function}` cannot be used here.", code="plan.wrong-place")

    def pin(self, value: Num) -> Num:
        return self.frame.pin(value)

    # -- names --

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        first = parts[0]
        if first in self.plan.parameters:
            return self.parameter(first)
        if first in self.plan.values and len(parts) == 1:
            value = self.plan.values[first]
            if value.per is None and value.each is None:
                result = compiled(value.formula, self)
                if value.round is not None and isinstance(result, Num):
                    return Num(frac.rounded(result, value.round), 10**value.round)
                return result
        raise PlanError(f"`{'.'.join(parts)}` has no meaning here.", code="plan.unknown-name")

    def parameter(self, name: str) -> Sql:
        """The nearest of person, position, title and plan on the day; else the document's own value."""
        said = self.plan.parameters[name]
        own: Sql = compiled(said.value, self) if said.value is not None else frac.MISSING
        found = [
            value
            for level in self.compilation.parameter_levels(self.plan, name)
            if (value := self._override(name, level))
        ]
        if not found:
            return own if not (said.value is None and said.type in ("text", "date", "yes_no")) else _null(said.type)
        return _first_present([*found, own])

    def _override(self, name: str, level: tuple[str, bool]) -> Sql | None:
        keys = {
            "person": self.key_of_person,
            "position": self.key_of_position,
            "title": self.key_of_title,
            "plan": None,
        }
        source, kind = self.compilation.parameter_table(self.plan, name, level)
        maker = keys[level[0]]
        key = maker() if maker is not None else None
        if maker is not None and key is None:
            return None
        taken = self.frame.fresh("p")
        bounds = {f"{taken}.from": "valid_from", f"{taken}.to": "valid_to", taken: "value"}
        self.frame.join(
            table(source),
            {"key": key} if key is not None else {},
            bounds,
            also=_holds(self.day(), col(f"{taken}.from"), col(f"{taken}.to")),
        )
        return Num(col(taken), 10**9) if kind == "number" else Plain(kind, col(taken))  # type: ignore[arg-type]

    # -- whose row it is, and when; places override what they have --

    def day(self) -> exp.Expr:
        raise PlanError("Nothing dated can be read here.", code="plan.wrong-place")

    def key_of_person(self) -> exp.Expr | None:
        return None

    def key_of_position(self) -> exp.Expr | None:
        return None

    def key_of_title(self) -> exp.Expr | None:
        return None


def _null(kind: str) -> Plain:
    return Plain(kind, cast(exp.Null(), {"text": "VARCHAR", "date": "DATE", "yes_no": "BOOLEAN"}[kind]))  # type: ignore[arg-type]


def _holds(day: exp.Expr, start: exp.Expr, end: exp.Expr) -> exp.Expr:
    return all_of(exp.LTE(this=start, expression=exp.Paren(this=day)), exp.LT(this=exp.Paren(this=day), expression=end))


def _first_present(values: list[Sql]) -> Sql:
    plain = next((value for value in values if isinstance(value, Plain)), None)
    if plain is not None:
        first, *others = [value.sql for value in values if isinstance(value, Plain)]
        return Plain(plain.kind, exp.Coalesce(this=first, expressions=others))
    numbers = [value for value in values if isinstance(value, Num)]
    branches = [(exp.Not(this=exp.Paren(this=value.is_missing)), value) for value in numbers[:-1]]
    return frac.choose(branches, numbers[-1])


class MemberScope(PlaceScope):
    """`participants`: a seat and its person, for as long as both stay the same."""

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        return person_or_position(parts, lambda name: col(name)) or super().resolve(parts)


def person_or_position(parts: tuple[str, ...], column: Callable[[str], exp.Expr]) -> Sql | None:
    """`person.*` and `position.*` as columns."""
    if len(parts) != 2:
        return None
    subject, field = parts
    if subject == "person":
        if field == "id":
            return Plain("text", column("person"))
        if field in PERSON_FIELDS:
            return Plain(PERSON_FIELDS[field], column(f"person.{field}"))
    if subject == "position":
        if field == "id":
            return Plain("text", column("position"))
        if field in POSITION_FIELDS:
            return Plain("text", column(field))
    return None


class FactScope(PlaceScope):
    """`credits`: the columns of a fact, in a frame that holds them under their own names."""

    def __init__(
        self,
        compilation: Compilation,
        plan: Plan,
        frame: Frame,
        fact: str,
        related: str | None = None,
        payee: bool = False,
    ) -> None:
        super().__init__(compilation, plan, frame)
        self.fact = fact
        self.related = related
        self.payee = payee
        self.on: exp.Expr | None = None
        """The day on which parameters are read, once it is known."""

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        if len(parts) == 1 and parts[0] in self.compilation.fact(self.fact).schema.columns:
            return self.compilation.fact_column(self.fact, parts[0], col(parts[0]))
        if len(parts) == 2 and parts[0] == self.related:
            return self.compilation.fact_column(parts[0], parts[1], col(f"{parts[0]}.{parts[1]}"))
        if self.payee and len(parts) == 2 and parts[0] == "payee":
            name = {"id": "payee", "position": "position"}.get(parts[1], parts[1])
            return Plain("text", col(f"@{name}"))
        return super().resolve(parts)

    def day(self) -> exp.Expr:
        return col(self.compilation.fact(self.fact).schema.date) if self.on is None else self.on


class TriggerScope(FactScope):
    """A trigger's `where` and `part`: the columns of the related fact alone."""


def _column_kind(kind: str) -> str:
    return {"date": "date", "yes_no": "yes_no"}.get(kind, "text")


def fact_value(kind: str, places: int, column: exp.Expr) -> Sql:
    """A column of a fact in the language's types."""
    if kind in ("money", "number", "rate", "integer"):
        return Num(cast(column, frac.WIDE), 10**places)
    return Plain(_column_kind(kind), column)  # type: ignore[arg-type]


__all__ = [
    "FactScope",
    "MemberScope",
    "PlaceScope",
    "TriggerScope",
    "fact_value",
    "num",
    "numeric",
    "person_or_position",
]
