"""People and positions for programs, as of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from attain.web.api.paging import Part, of_query
from attain.web.api.shapes import Rows
from attain.web.apps.access.policy import Right, needs
from attain.web.dating import holds_on

from .models import Assignment, Person, Position

router = Router()


class PersonOut(Schema):
    person: str
    name: str | None
    country: str | None
    currency: str | None
    kind: str
    hired_on: date | None
    left_on: date | None
    position: str | None = Field(description="The seat that the person holds on the day.")


class PositionOut(Schema):
    position: str
    title: str | None
    territory: str | None
    unit: str | None
    manager: str | None = Field(description="The position above.")
    holder: str | None = Field(description="Who sits there on the day; null is vacant.")
    valid_from: date
    valid_to: date | None = Field(description="The first day on which this no longer holds.")


class Asked(Part):
    as_of: date | None = Field(None, description="The day; without it the business date.")
    q: str = Field("", max_length=200, description="Part of the name or of the id.")


@router.get("people", response=Rows[PersonOut], url_name="people")
@needs(Right.SEE_PEOPLE)
def people(request: HttpRequest, asked: Query[Asked]) -> Any:
    """Everybody, by id."""
    found = Person.objects.filter(Q(name__has=asked.q) | Q(person__has=asked.q))
    seats = _seats(asked.as_of or request.viewer.as_of)
    return of_query(found, "person", asked, lambda one: _person(one, seats))


@router.get("people/{person}", response=PersonOut, url_name="person")
@needs(Right.SEE_PEOPLE)
def person(request: HttpRequest, person: str, as_of: date | None = None) -> Any:
    """One of them, with the seat of the day."""
    return _person(get_object_or_404(Person, person=person), _seats(as_of or request.viewer.as_of, person=person))


@router.get("positions", response=Rows[PositionOut], url_name="positions")
@needs(Right.SEE_PEOPLE)
def positions(request: HttpRequest, asked: Query[Asked]) -> Any:
    """The seats of a day, with who holds them."""
    day = asked.as_of or request.viewer.as_of
    holders = dict(Assignment.objects.filter(holds_on(day)).values_list("position", "person"))
    found = Position.objects.filter(holds_on(day)).filter(Q(title__has=asked.q) | Q(position__has=asked.q))
    return of_query(found, "position", asked, lambda one: _position(one, holders))


def _seats(day: date, **of: str) -> dict[str, str]:
    return dict(Assignment.objects.filter(holds_on(day), **of).values_list("person", "position"))


def _person(one: Person, seats: dict[str, str]) -> dict[str, Any]:
    columns = ("person", "name", "country", "currency", "kind", "hired_on", "left_on")
    return {name: getattr(one, name) for name in columns} | {"position": seats.get(one.person)}


def _position(one: Position, holders: dict[str, str]) -> dict[str, Any]:
    columns = ("position", "title", "territory", "unit", "manager", "valid_from", "valid_to")
    return {name: getattr(one, name) for name in columns} | {"holder": holders.get(one.position)}
