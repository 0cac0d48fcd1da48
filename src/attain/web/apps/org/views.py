"""People as of a day, and one person over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import Right, needs
from attain.web.apps.lists.showing import listing
from attain.web.dating import holds_on
from attain.web.kit.tables import Asked

from .listings import PEOPLE, Seated
from .models import Assignment, Leave, Person, Position, Quota


def _day(request: HttpRequest) -> date:
    """The day that the page is asked about: that of the address, else the business date."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        day: date = request.viewer.as_of
        return day


@require_GET
@needs(Right.SEE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with the seat that they hold on the day; vacant seats stand below by name of the position."""
    day = _day(request)
    sitting = Assignment.objects.filter(holds_on(day))

    def with_seats(rows: Sequence[Person]) -> list[Seated]:
        held = dict(sitting.filter(person__in=[one.person for one in rows]).values_list("person", "position"))
        found = Position.objects.filter(holds_on(day), position__in=held.values())
        seats = {one.position: one for one in found}
        return [Seated(one, seats.get(held.get(one.person, ""))) for one in rows]

    taken = Exists(sitting.filter(position=OuterRef("position")))
    vacant = [] if request.GET.get("q") else Position.objects.filter(holds_on(day), ~taken).order_by("position")
    people = Asked(Person.objects.order_by("name", "person"), ("name", "person"))
    return listing(request, PEOPLE, people, "org/people.html", {"day": day, "vacant": list(vacant)}, with_seats)


@require_GET
@needs(Right.SEE_PEOPLE)
def person(request: HttpRequest, person: str) -> HttpResponse:
    """One person over time: seats with their managers, leaves, quotas."""
    found = get_object_or_404(Person, person=person)
    assignments = list(Assignment.objects.filter(person=person).order_by("-valid_from"))
    positions = [one.position for one in assignments]
    versions = list(Position.objects.filter(position__in=positions).order_by("-valid_from"))
    seats = [
        (one, [version for version in versions if version.position == one.position and _overlap(version, one)])
        for one in assignments
    ]
    quotas = Quota.objects.filter(subject__in=[person, *positions]).order_by("quota", "-valid_from")
    leaves = Leave.objects.filter(person=person).order_by("-valid_from")
    return render(
        request, "org/person.html", {"person": found, "seats": seats, "quotas": list(quotas), "leaves": list(leaves)}
    )


def _overlap(version: Position, assignment: Assignment) -> bool:
    starts_before = assignment.valid_to is None or version.valid_from < assignment.valid_to
    return starts_before and (version.valid_to is None or version.valid_to > assignment.valid_from)
