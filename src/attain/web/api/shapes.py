"""What several routes say in the same way: money as decimal text, days and moments in ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, TypeVar

from ninja import Field, Schema

from attain.kernel.money import Money, currency

Item = TypeVar("Item")


class Rows(Schema, Generic[Item]):
    """A part of a list. `next` is the cursor of the next part, and null on the last one."""

    items: list[Item]
    next: str | None


class Where(Schema):
    file: str | None = None
    line: int | None = None
    column: int | None = None
    field: str | None = None
    code: str | None = None
    title: str | None = None
    next: str | None = None


class Problem(Schema):
    """RFC 9457: what happened (`title`), where, and what to do `next`. A `code` never changes its meaning."""

    type: str
    status: int
    code: str
    title: str
    where: list[Where]
    next: str | None


class JobOut(Schema):
    """Long work: asked again until `state` is `done` or `failed`."""

    id: int
    kind: str
    state: str = Field(description="waiting, running, done or failed")
    step: str
    steps_done: int
    steps: int
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    result: dict[str, object]
    failure: str
    hint: str


Day = date


def money(minor: int | None, code: str) -> str | None:
    """
    >>> money(123450, "EUR"), money(-5, "JPY"), money(None, "EUR")
    ('1234.50', '-5', None)
    """
    return None if minor is None else f"{Money(minor, currency(code)).to_decimal():f}"
