# ruff: noqa: RUF012  the base class copies its defaults
"""The document model: what a plan says, section by section, with every scalar in its type.

A document is immutable and knows nothing of files: `attain.plans.loader` keeps the line of each part. The meaning of
every field is in docs/plan-language.md, whose headings are the names of the classes here, in
`rate_tables` and in `settlement`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from attain.kernel.rounding import Rounding
from attain.plans.expressions import Expr
from attain.plans.fields import (
    Date,
    Formula,
    Formulas,
    Grain,
    Identifier,
    Integer,
    Kind,
    Plain,
    PlanPart,
    Window,
    Words,
    YesNo,
)
from attain.plans.rate_tables import Curve, Grid, LookupTable, Point, Segment, Table, Tier, TierTable
from attain.plans.scalars import as_parameter
from attain.plans.settlement import (
    Cap,
    Clawback,
    ClawbackStep,
    Draw,
    Guarantee,
    PayIn,
    Recover,
    Release,
    Releases,
    Settlement,
    Trigger,
)

__all__ = [
    "BudgetLimit",
    "Cap",
    "Clawback",
    "ClawbackStep",
    "Component",
    "Convert",
    "CreditRule",
    "CreditSet",
    "Curve",
    "Draw",
    "Effective",
    "Floor",
    "Formula",
    "Fragment",
    "Grid",
    "Guarantee",
    "Input",
    "Kind",
    "Limit",
    "LookupTable",
    "Measure",
    "Parameter",
    "PayIn",
    "Plan",
    "PlanPart",
    "PlanTest",
    "Point",
    "Policies",
    "Recover",
    "Release",
    "Releases",
    "RoundingPolicy",
    "Sections",
    "Segment",
    "Settlement",
    "Step",
    "Table",
    "Tier",
    "TierTable",
    "Trigger",
    "Value",
    "WindowLimit",
]


class Effective(PlanPart):
    """The days on which a version holds. Both ends are included in the document; `end` is the excluded one for code."""

    from_: Date = Field(alias="from")
    through: Date | None = None

    @property
    def start(self) -> date:
        return self.from_

    @property
    def end(self) -> date | None:
        return None if self.through is None else self.through + timedelta(days=1)


class Parameter(PlanPart):
    """A number that people may override: person before position before title before plan."""

    type: Literal["money", "number", "text", "date", "yes_no", "plain"] = "plain"
    value: Formula | None = None

    @model_validator(mode="before")
    @classmethod
    def short_form(cls, given: Any) -> Any:
        said = {"value": given} if isinstance(given, str) else given
        if isinstance(said, dict) and isinstance(said.get("value"), str):
            return {**said, "value": as_parameter(said["value"], said.get("type"))}
        return said


class Input(PlanPart):
    per: Grain
    type: Literal["money", "number", "yes_no"] = "number"
    min: Formula | None = None
    max: Formula | None = None
    missing: Annotated[Literal["hold"] | Formula, Field(union_mode="left_to_right")] = "hold"


class Convert(PlanPart):
    rate: Plain
    at: Formula | None = None
    within: Integer = 7


class CreditRule(PlanPart):
    """One item of `to`: who gets which share of the event."""

    who: Plain = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")
    of: Formula | None = None
    share: Annotated[Literal["rest"] | Formulas | None, Field(union_mode="left_to_right")] = None
    levels: Integer = Field(default=1, ge=1, le=12)
    role: Plain = ""
    when: Formula | None = None

    @property
    def relationship(self) -> str | None:
        """The kind of a `relationship.<kind>` rule."""
        return self.who.partition(".")[2] if self.who.startswith("relationship.") else None

    @property
    def related(self) -> tuple[str, str] | None:
        """Fact type and column of a rule over related facts."""
        if "." not in self.who or self.relationship is not None:
            return None
        fact, _, column = self.who.partition(".")
        return fact, column

    @property
    def is_direct(self) -> bool:
        return self.who != "manager" and self.relationship is None


class CreditSet(PlanPart):
    from_: Plain = Field(alias="from")
    when: Formula | None = None
    date: Formula | None = None
    amount: Formula | None = None
    amounts: dict[Identifier, Formula] = {}
    convert: Convert | None = None
    to: tuple[CreditRule, ...] = Field(default=(CreditRule(who="owner"),), min_length=1, max_length=50)
    limit: Formula | None = None
    once_per: Literal["payee"] | None = None

    @model_validator(mode="after")
    def one_way_to_say_the_amount(self) -> Self:
        if (self.amount is None) == (not self.amounts):
            raise ValueError("a credit set needs either `amount` or `amounts`")
        if sum(rule.share == "rest" for rule in self.to) > 1:
            raise ValueError("only one item of `to` may have the share `rest`")
        return self

    @property
    def named_amounts(self) -> dict[str, Expr]:
        """Every amount by name; the first is `credit.amount`."""
        return {"amount": self.amount} if self.amount is not None else dict(self.amounts)


class Measure(PlanPart):
    sum: Plain | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")
    count: Plain | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")
    of: Formula | None = None
    where: Formula | None = None
    over: Window | None = None
    for_: Literal["payee", "team", "company"] = Field(default="payee", alias="for")
    quota: Plain | None = None
    against: Literal["full", "to_date"] = "full"
    prorate: Literal["days"] | None = None
    relief: Literal["leave"] | None = None

    @model_validator(mode="after")
    def one_aggregate(self) -> Self:
        if (self.sum is None) == (self.count is None):
            raise ValueError("a measure needs either `sum` or `count`")
        if self.of is not None and (self.count is not None or "." in (self.sum or "")):
            raise ValueError("`of` goes with `sum: <credit set>` only")
        return self

    @property
    def credits(self) -> str:
        """The credit set that is measured."""
        return (self.sum or self.count or "").partition(".")[0]

    @property
    def amount(self) -> str | None:
        """The amount of `sum: set.amount`, when one is named."""
        return (self.sum or "").partition(".")[2] or None


class Value(PlanPart):
    """A named formula."""

    formula: Formula
    per: Grain | None = None
    each: Plain | None = None
    within: Plain | None = None
    start: Formula | None = None
    over: Window | None = None
    round: Integer | None = Field(default=None, ge=0, le=6)

    @model_validator(mode="before")
    @classmethod
    def short_form(cls, given: Any) -> Any:
        return {"formula": given} if isinstance(given, str) else given


class WindowLimit(PlanPart):
    """The most for a window; what is above is lost or waits for the next window."""

    per: Window
    amount: Formula
    excess: Literal["lost", "carried"] = "lost"


class BudgetLimit(PlanPart):
    budget: Formula
    crossing: Literal["part", "whole", "none"]


class Floor(PlanPart):
    per: Window
    amount: Formula


def _limit_kind(given: Any) -> str:
    if isinstance(given, dict):
        return "budget" if "budget" in given else "window"
    return "window" if isinstance(given, WindowLimit) else "budget" if isinstance(given, BudgetLimit) else "line"


Limit = Annotated[
    Annotated[WindowLimit, Tag("window")] | Annotated[BudgetLimit, Tag("budget")] | Annotated[Formula, Tag("line")],
    Discriminator(_limit_kind),
]


class Component(PlanPart):
    """One separately paid part of a plan."""

    title: Words = {}
    clause: Plain = ""
    was: Plain | None = None
    each: Plain | None = None
    per: Grain | None = None
    over: Window | None = None
    when: Formula | None = None
    pays: Literal["percent", "per_unit", "fixed", "marginal", "whole", "curve", "lookup", "formula", "pool", "prizes"]
    rate: Formula | None = None
    amount: Formula | None = None
    formula: Formula | None = None
    of: Formula | None = None
    by: Formulas | None = None
    table: Plain | None = None
    tiers: tuple[Tier, ...] = ()
    segments: tuple[Segment, ...] = ()
    points: tuple[Point, ...] = ()
    below: Annotated[Literal["flat", "extend"] | Formula | None, Field(union_mode="left_to_right")] = None
    above: Annotated[Literal["flat", "extend"] | Formula | None, Field(union_mode="left_to_right")] = None
    border: Literal["upper", "lower"] | None = None
    retroactive: YesNo | None = None
    position: Literal["before", "after", "total"] | None = None
    times: Formulas = ()
    prorate: Literal["days"] | None = None
    gate: Formula | None = None
    limit: Limit | None = None
    floor: Floor | None = None
    weight: Formula | None = None
    among: Literal["plan", "team"] = "plan"
    leavers: Literal["share", "forfeit", "lost"] = "share"
    prizes: tuple[Formula, ...] = ()
    ties: Literal["share", "each"] = "share"
    release: Releases | None = None
    round: Integer | None = Field(default=None, ge=0, le=6)

    @model_validator(mode="after")
    def complete(self) -> Self:
        if (self.each is None) == (self.per is None):
            raise ValueError("a component is paid either `each: <credit set>` or `per: payee <kind>`")
        for key in _NEEDS[self.pays]:
            if not getattr(self, key):
                raise ValueError(f"`pays: {self.pays}` needs `{key}`")
        for key in _OWN_KEYS - set(_NEEDS[self.pays]) - set(_MAY_HAVE[self.pays]):
            if getattr(self, key):
                raise ValueError(f"`{key}` has no meaning with `pays: {self.pays}`")
        if self.pays in ("marginal", "whole", "curve", "lookup"):
            inline = [bool(self.tiers), bool(self.segments), bool(self.points), self.table is not None]
            if sum(inline) != 1:
                raise ValueError(f"`pays: {self.pays}` needs one table: `table`, `tiers`, `segments` or `points`")
        try:
            _ = self.inline_table
        except ValidationError as problem:
            raise ValueError(str(problem.errors()[0]["ctx"]["error"])) from None
        return self

    @property
    def inline_table(self) -> TierTable | Curve | None:
        """The table that is written in the component itself."""
        if self.tiers:
            return TierTable(tiers=self.tiers, border=self.border)
        if self.segments or self.points:
            return Curve(segments=self.segments, points=self.points, below=self.below, above=self.above)
        return None


_OWN_KEYS = frozenset(
    "rate amount formula of by table tiers segments points below above border"
    " retroactive position weight prizes".split()
)
_NEEDS: dict[str, tuple[str, ...]] = {
    "percent": ("rate",),
    "per_unit": ("amount",),
    "fixed": ("amount",),
    "marginal": ("by",),
    "whole": ("by",),
    "curve": ("by",),
    "lookup": ("by", "table"),
    "formula": ("formula",),
    "pool": ("amount", "weight"),
    "prizes": ("by", "prizes"),
}
_MAY_HAVE: dict[str, tuple[str, ...]] = {
    "percent": ("of",),
    "per_unit": ("of",),
    "fixed": (),
    "marginal": ("table", "tiers", "border", "of"),
    "whole": ("table", "tiers", "border", "of", "retroactive", "position"),
    "curve": ("table", "segments", "points", "below", "above", "of", "position"),
    "lookup": ("of", "position"),
    "formula": (),
    "pool": (),
    "prizes": (),
}


class RoundingPolicy(PlanPart):
    mode: Rounding
    scope: Literal["line", "running"]


class Policies(PlanPart):
    rounding: RoundingPolicy | None = None
    split: Literal["exact", "cents"] | None = None
    border: Literal["upper", "lower"] | None = None
    position: Literal["before", "after", "total"] | None = None
    missing: Literal["hold", "zero"] | None = None
    quota_change: Literal["on_event", "prorated", "reset"] | None = None
    follows: Literal["person", "position"] | None = None
    negative_pay: Literal["carry", "collect"] | None = None
    late_facts: Literal["difference", "restatement"] | None = None
    version_change: Literal["split"] | None = None


class Step(PlanPart):
    """One step of a test: facts and decisions arrive, a period closes, or something is expected."""

    given: dict[str, Any] = {}
    close: Plain | None = None
    expect: dict[str, Any] = {}


class PlanTest(PlanPart):
    name: Plain
    given: dict[str, Any] = {}
    expect: dict[str, Any] = {}
    steps: tuple[Step, ...] = ()


class Sections(PlanPart):
    """What a plan and a fragment may both hold."""

    parameters: dict[Identifier, Parameter] = {}
    tables: dict[Identifier, Table] = {}
    values: dict[Identifier, Value] = {}
    policies: Policies = Policies()


class Fragment(Sections):
    fragment: Plain
    version: Plain


class Plan(Sections):
    plan: Plain = Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=80)
    version: Plain = Field(min_length=1, max_length=40)
    title: Words = {}
    currency: Plain = Field(pattern=r"^[A-Z]{3}$")
    period: Kind
    calendar: Plain | None = None
    effective: Effective
    participants: Formula
    uses: tuple[Plain, ...] = ()
    inputs: dict[Identifier, Input] = {}
    credits: dict[Identifier, CreditSet] = {}
    measures: dict[Identifier, Measure] = {}
    components: dict[Identifier, Component] = Field(min_length=1)
    settlement: Settlement = Settlement()
    tests: tuple[PlanTest, ...] = ()
