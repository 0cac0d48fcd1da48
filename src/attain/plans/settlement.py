# ruff: noqa: RUF012  the base class copies its defaults
"""How a document says what happens between a line and its payment: releases, caps, clawbacks, draws, currencies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from attain.plans.fields import Formula, Identifier, Integer, Kind, Plain, PlanPart, Wait, Window


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
