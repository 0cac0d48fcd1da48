"""The document model: what a plan says, section by section, with every scalar in its type.

A document is immutable and knows nothing of files: `attain.plans.loader` keeps the line of each part. The meaning of
every field is in docs/plan-language.md, whose headings are the names of the classes here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from attain.kernel.rounding import Rounding
from attain.plans.expressions import Expr
from attain.plans.scalars import (
    Delay,
    Over,
    Per,
    as_date,
    as_delay,
    as_expression,
    as_integer,
    as_list,
    as_name,
    as_over,
    as_parameter,
    as_per,
    as_text,
    as_truth,
    as_words,
)

Formula = Annotated[Expr, BeforeValidator(as_expression)]
Formulas = Annotated[tuple[Formula, ...], BeforeValidator(as_list)]
Integer = Annotated[int, BeforeValidator(as_integer)]
YesNo = Annotated[bool, BeforeValidator(as_truth)]
Date = Annotated[date, BeforeValidator(as_date)]
Words = Annotated[dict[str, str], BeforeValidator(as_words)]
Plain = Annotated[str, BeforeValidator(as_text)]
Identifier = Annotated[str, BeforeValidator(as_name)]
Grain = Annotated[Per, BeforeValidator(as_per)]
Window = Annotated[Over, BeforeValidator(as_over)]
Wait = Annotated[Delay, BeforeValidator(as_delay)]
Kind = Literal["week", "month", "quarter", "half", "year"]


class PlanPart(BaseModel):
    """Anything in a document. Unknown keys are refused: a misspelt key would silently pay something else."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


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


class Tier(PlanPart):
    """One slice of a rate table. `to` is its upper border; without `to` it is open."""

    to: Formula | None = None
    rate: Formula | None = None
    factor: Formula | None = None
    per_unit: Formula | None = None
    amount: Formula | None = None

    @model_validator(mode="after")
    def one_result(self) -> Self:
        if sum(value is not None for value in (self.rate, self.factor, self.per_unit, self.amount)) != 1:
            raise ValueError("a tier needs exactly one of rate, factor, per_unit, amount")
        return self

    @property
    def column(self) -> str:
        return next(name for name in ("rate", "factor", "per_unit", "amount") if getattr(self, name) is not None)

    @property
    def result(self) -> Expr:
        result: Expr = getattr(self, self.column)
        return result


class TierTable(PlanPart):
    tiers: tuple[Tier, ...] = Field(min_length=1, max_length=100)
    border: Literal["upper", "lower"] | None = None

    @model_validator(mode="after")
    def in_one_column(self) -> Self:
        if len({tier.column for tier in self.tiers}) != 1:
            raise ValueError("all tiers of a table have the same result column")
        if any(tier.to is None for tier in self.tiers[:-1]):
            raise ValueError("only the last tier may be open; give the others `to`")
        return self

    @property
    def column(self) -> str:
        return self.tiers[0].column


class LookupTable(PlanPart):
    keys: Annotated[tuple[Identifier, ...], BeforeValidator(as_list)] = Field(min_length=1, max_length=8)
    match: Literal["unique", "first", "most_specific"] = "unique"
    rows: tuple[dict[str, Plain], ...] = Field(max_length=2000)
    otherwise: Formula | None = None


class Grid(PlanPart):
    """A matrix over one or two keys with numeric borders."""

    by: dict[Identifier, tuple[Formula, ...]] = Field(min_length=2, max_length=2)
    values: tuple[tuple[Formula, ...], ...]
    border: Literal["upper", "lower"] | None = None

    @model_validator(mode="after")
    def one_more_than_borders(self) -> Self:
        rows, columns = (len(borders) + 1 for borders in self.by.values())
        if len(self.values) != rows or any(len(row) != columns for row in self.values):
            raise ValueError(f"the borders ask for {rows} rows of {columns} values")
        return self


class Segment(PlanPart):
    from_: Formula = Field(alias="from")
    pays: Formula
    slope: Formula | None = None


class Point(PlanPart):
    at: Formula
    pays: Formula


class Curve(PlanPart):
    segments: tuple[Segment, ...] = ()
    points: tuple[Point, ...] = ()
    below: Annotated[Literal["flat", "extend"] | Formula | None, Field(union_mode="left_to_right")] = None
    above: Annotated[Literal["flat", "extend"] | Formula | None, Field(union_mode="left_to_right")] = None

    @model_validator(mode="after")
    def segments_or_points(self) -> Self:
        if bool(self.segments) == bool(self.points):
            raise ValueError("a curve needs either `segments` or `points`")
        if self.below is None:
            raise ValueError("`below` must say what is paid below the first mark")
        if self.points and (self.above is None or len(self.points) < 2):
            raise ValueError("a curve of points needs two points and `above`")
        if self.segments and (self.above is not None or self.below in ("flat", "extend")):
            raise ValueError("a curve of segments has a value for `below`, and no `above`: its last segment goes on")
        return self


def _table_kind(given: Any) -> str:
    keys = given if isinstance(given, dict) else getattr(type(given), "model_fields", {})
    for key, kind in (("tiers", "tiers"), ("keys", "lookup"), ("by", "grid")):
        if key in keys:
            return kind
    return "curve"


Table = Annotated[
    Annotated[TierTable, Tag("tiers")]
    | Annotated[LookupTable, Tag("lookup")]
    | Annotated[Grid, Tag("grid")]
    | Annotated[Curve, Tag("curve")],
    Discriminator(_table_kind),
]


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


class Release(PlanPart):
    """One part of a line: how much, and when it becomes payable."""

    share: Annotated[Literal["rest"] | Formula, Field(union_mode="left_to_right")]
    after: Wait | None = None
    day: Integer | None = Field(default=None, ge=1, le=31)
    at: Formula | None = None
    in_: Integer = Field(default=1, alias="in", ge=1, le=120)
    every: Kind | None = None
    when: Plain | None = None


Releases = Annotated[tuple[Release, ...], Field(min_length=1, max_length=50)]


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


class Cap(PlanPart):
    amount: Formula
    over: Window
    excess: Literal["lost", "carried"] = "lost"


class ClawbackStep(PlanPart):
    to: Wait
    share: Formula


class Clawback(PlanPart):
    within: Wait | None = None
    takes: Annotated[Literal["full", "pro_rata"] | tuple[ClawbackStep, ...], Field(union_mode="left_to_right")]
    attainment: Literal["reversed", "kept"]


class Trigger(PlanPart):
    from_: Plain = Field(alias="from")
    match: Plain
    where: Formula | None = None
    part: Formula | None = None
    of: Formula | None = None


class Guarantee(PlanPart):
    amount: Formula
    while_: Formula | None = Field(default=None, alias="while")
    prorate: Literal["days"] | None = None


class Recover(PlanPart):
    from_: Integer = Field(default=1, alias="from", ge=1)
    share: Formula
    keeps: Formula | None = None


class Draw(PlanPart):
    amount: Formula
    pays: Literal["top_up", "on_top", "in_advance"]
    while_: Formula | None = Field(default=None, alias="while")
    recover: Recover | None = None
    prorate: Literal["days"] | None = None


class PayIn(PlanPart):
    currency: Plain
    rate: Plain
    at: Formula | None = None
    within: Integer = 7


class Settlement(PlanPart):
    cap: Cap | None = None
    clawback: Clawback | None = None
    triggers: dict[Identifier, Trigger] = {}
    release: Releases | None = None
    guarantee: Guarantee | None = None
    draw: Draw | None = None
    pay_in: PayIn | None = None


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
