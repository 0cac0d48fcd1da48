"""One plan, all its versions, over one snapshot: what is shared by the stages while they compile.

Tables of a plan are named `<plan>:<what>`. The versions of a plan share their members and credits, so that sums go on
when a version changes; each version has formulas of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import pyarrow as pa
from sqlglot import exp, parse_one

from attain.engine.adapters.port import Database
from attain.engine.formulas import Sql, condition
from attain.engine.frame import Frame, col, named, table
from attain.engine.load import FAR
from attain.engine.scopes import PERSON_FIELDS, MemberScope, fact_value
from attain.engine.sql import all_of, cast, text
from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.errors import CalculationError, PlanError, Where
from attain.kernel.intervals import Interval
from attain.kernel.money import currency
from attain.kernel.periods import Calendar, Period
from attain.plans.model import Parameter, Plan
from attain.plans.nesting import refuse_what_does_not_fit
from attain.plans.versions import in_order, present_names

LEVELS = ("person", "position", "title", "plan")


@dataclass
class Compilation:
    """The versions of one plan with what they read."""

    database: Database
    snapshot: Snapshot
    versions: Sequence[Plan]
    span: Interval
    known: dict[str, object] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Former names of components with the names that they have now."""
    as_of: date | None = None
    """The pay period's first day whose overrides hold; without it the first one of the span."""
    later: list[Compilation] = field(default_factory=list)
    """The same plan as it stands once overrides have expired, in the order of these days."""
    only: str | None = None
    """A condition on `payee`: nobody else is calculated."""
    given: Mapping[str, object] = field(default_factory=dict)
    """What is known before: the credits, where they were worked out elsewhere."""

    def __post_init__(self) -> None:
        self.known.update(self.given)
        said, self.versions = self.versions, in_order(self.versions)
        self.names = self.names or present_names(said)
        self.plan = self.versions[-1]
        refuse_what_does_not_fit(self.versions, self.calendar)

    @property
    def id(self) -> str:
        return self.plan.plan

    @property
    def calendar_name(self) -> str:
        return self.plan.calendar or self.snapshot.calendar

    @property
    def calendar(self) -> Calendar:
        return self.snapshot.calendars[self.calendar_name]

    @property
    def places(self) -> int:
        return currency(self.plan.currency).places

    @property
    def end(self) -> date:
        if self.span.end is None:
            raise CalculationError("A run needs a last day.", code="calculation.span")
        return self.span.end

    def name(self, *parts: object) -> str:
        plan = self.id if self.as_of is None else f"{self.id}@{self.as_of}"
        return ":".join([plan, *map(str, parts)])

    def index(self, plan: Plan) -> int:
        return list(self.versions).index(plan)

    @property
    def days(self) -> str:
        return f"days:{self.calendar_name}"

    def periods(self, kind: str) -> str:
        return f"periods:{self.calendar_name}:{kind}"

    def in_force(self, plan: Plan) -> exp.Expr:
        """Whether a row's period (`start`, `end`) is one of the version: the latest that has begun by its last day.

        So a period in which the plan itself ends belongs to its last version.
        """
        begun = exp.GT(this=col("end"), expression=_literal(plan.effective.start))
        if plan.effective.end is None or plan is not self.plan:
            return all_of(begun, self.governs(plan))
        return all_of(begun, exp.LT(this=col("start"), expression=_literal(plan.effective.end)))

    def governs(self, plan: Plan) -> exp.Expr:
        """Whether the version settles the row's period: also what is paid before the plan begins and after it ends."""
        place = self.index(plan)
        bounds: list[exp.Expr] = [exp.true()]
        if place:
            bounds.append(exp.GT(this=col("end"), expression=_literal(plan.effective.start)))
        if plan is not self.plan:
            following = self.versions[place + 1].effective.start
            bounds.append(exp.LTE(this=col("end"), expression=_literal(following)))
        return all_of(*bounds)

    def version_of(self, period: Period) -> Plan:
        """The latest version that has begun by a period's last day; before all of them the first."""
        begun = [plan for plan in self.versions if plan.effective.start <= period.last]
        return begun[-1] if begun else self.versions[0]

    @property
    def pay_periods(self) -> list[Period]:
        """The pay periods that end within the span: those that are booked, also where one began before the span."""
        found = self.calendar.periods(self.plan.period, self.span.start, self.end)
        return [period for period in found if period.end <= self.end]

    def is_closed(self, period: Period) -> bool:
        """Whether a period counts as closed: one that ends no earlier is, of whatever calendar and kind."""
        return period.end <= self.closed_until

    @property
    def closed_until(self) -> date:
        """The first day after all that is closed."""
        if "closed until" not in self.known:
            self.known["closed until"] = max((each.end for each in self.snapshot.closed_periods()), default=date.min)
        return self.known["closed until"]  # type: ignore[return-value]

    @property
    def overrides_on(self) -> date:
        """The day whose overrides hold here."""
        if self.as_of is not None:
            return self.as_of
        return next((period.start for period in self.pay_periods), self.span.start)

    def component_now(self, column: str = "component") -> str:
        """SQL for the present name of a component that the ledger or a decision may know by an old one (`was`)."""
        if not self.names:
            return column
        cases = " ".join(f"WHEN {text(old)} THEN {text(new)}" for old, new in sorted(self.names.items()))
        return f"CASE {column} {cases} ELSE {column} END"

    # -- facts --

    def credit_sets(self, fact: str | None = None) -> list[str]:
        """The names of the credit sets of all versions, or of those that read one fact type."""
        said = (item for plan in self.versions for item in plan.credits.items())
        return list(dict.fromkeys(name for name, rule in said if fact in (None, rule.from_)))

    def fact(self, name: str) -> FactTable:
        if name not in self.snapshot.facts:
            raise PlanError(
                f"There is no fact type `{name}`.", code="plan.unknown-fact", where=Where(field=f"plan {self.id}")
            )
        return self.snapshot.facts[name]

    def fact_column(self, fact: str, name: str, column: exp.Expr) -> Sql:
        description = self.fact(fact).schema.columns.get(name)
        if description is None:
            raise PlanError(
                f"`{fact}` has no column `{name}`.", code="plan.unknown-name", where=Where(field=f"plan {self.id}")
            )
        return fact_value(description.type, description.places, column)

    # -- members --

    def members(self) -> str:
        """The plan's participants by seat: for every payee the days on the plan, with the version in force."""
        name = self.name("members")
        if name not in self.known:
            parts = [self._members_of(plan, place) for place, plan in enumerate(self.versions)]
            union: exp.Query = parts[0]
            for part in parts[1:]:
                union = exp.union(union, part, distinct=False)
            self.database.create(name, union, "who is on the plan, from when to when")
            self.known[name] = True
        return name

    def _members_of(self, plan: Plan, place: int) -> exp.Query:
        people = [named(col(field, "who"), f"person.{field}") for field in PERSON_FIELDS]
        seats = ["position", "payee", "person", "title", "territory", "unit", "valid_from", "valid_to"]
        base = exp.select(*[named(col(name, "seat"), name) for name in seats], *people).from_(
            table("seats", "seat"), copy=False
        )
        base = base.join(
            table("people", "who"),
            on=exp.EQ(this=col("person", "who"), expression=col("person", "seat")),
            join_type="LEFT",
        )
        frame = Frame(base)
        scope = MemberScope(self, plan, frame)
        frame.keep(condition(plan.participants, scope))
        start, end = _literal(plan.effective.start), _literal(plan.effective.end or FAR)
        columns = [col(name) for name in seats[:-2]] + [col(f"person.{field}") for field in PERSON_FIELDS]
        query = exp.select(
            *columns,
            named(exp.Greatest(this=col("valid_from"), expressions=[start]), "valid_from"),
            named(exp.Least(this=col("valid_to"), expressions=[end]), "valid_to"),
            named(exp.Literal.number(place), "version"),
        ).from_(exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("m"))), copy=False)
        there = exp.LT(
            this=exp.Greatest(this=col("valid_from"), expressions=[start]),
            expression=exp.Least(this=col("valid_to"), expressions=[end]),
        )
        return query.where(there) if self.only is None else query.where(there, parse_one(self.only, dialect="duckdb"))

    # -- parameters --

    def _parameter_rows(self, plan: Plan, name: str) -> dict[tuple[str, bool], list[dict[str, object]]]:
        key = f"parameter {plan.version} {name}"
        if key not in self.known:
            found: dict[tuple[str, bool], list[dict[str, object]]] = {}
            for row in self._parameters().get(name, []):
                if row["plan"] in (None, "", plan.plan):
                    found.setdefault((str(row["level"]), bool(row["plan"])), []).append(row)
            self.known[key] = found
        return self.known[key]  # type: ignore[return-value]

    def _parameters(self) -> dict[str, list[dict[str, object]]]:
        if "parameters" not in self.known:
            by_name: dict[str, list[dict[str, object]]] = {}
            for row in self.snapshot.rows("parameters"):
                by_name.setdefault(row["parameter"], []).append(row)
            self.known["parameters"] = by_name
        return self.known["parameters"]  # type: ignore[return-value]

    def parameter_levels(self, plan: Plan, name: str) -> list[tuple[str, bool]]:
        """The levels at which the parameter is overridden, nearest first; for this plan before for every plan."""
        rows = self._parameter_rows(plan, name)
        return [(level, own) for level in LEVELS for own in (True, False) if (level, own) in rows]

    def parameter_table(self, plan: Plan, name: str, level: tuple[str, bool]) -> tuple[str, str]:
        """A table with `key`, `valid_from`, `valid_to` and `value`, and the kind of its values."""
        source = self.name("parameter", name, level[0], "own" if level[1] else "all")
        said = plan.parameters[name]
        kind = {"text": "text", "date": "date", "yes_no": "yes_no"}.get(said.type, "number")
        if source not in self.known:
            rows = self._parameter_rows(plan, name)[level]
            values = [_parameter_value(said, name, str(row["value"])) for row in rows]
            types = {"number": pa.decimal128(38, 0), "text": pa.string(), "date": pa.date32(), "yes_no": pa.bool_()}
            self.database.register(
                source,
                pa.table(
                    {
                        "key": pa.array([row["key"] for row in rows], pa.string()),
                        "valid_from": pa.array([row["valid_from"] for row in rows], pa.date32()),
                        "valid_to": pa.array([row["valid_to"] or FAR for row in rows], pa.date32()),
                        "value": pa.array(values, types[kind]),
                    }
                ),
            )
            self.known[source] = True
        return source, kind


def _parameter_value(said: Parameter, name: str, text: str) -> object:
    """The text of a decision in the parameter's type; numbers in billionths."""
    try:
        if said.type == "text":
            return text
        if said.type == "date":
            return date.fromisoformat(text)
        if said.type == "yes_no":
            return {"yes": True, "true": True, "no": False, "false": False}[text]
        value = Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1) * 10**9
        if value.denominator != 1:
            raise ValueError
        return int(value)
    except (ValueError, KeyError):
        raise CalculationError(
            f"'{text}' is no value of the parameter `{name}` ({said.type}).",
            code="calculation.parameter",
            where=Where(field=f"parameter {name}"),
            hint="Numbers have at most nine decimal places; a percentage ends in %.",
        ) from None


def _literal(day: date) -> exp.Expr:
    return cast(exp.Literal.string(day.isoformat()), "DATE")
