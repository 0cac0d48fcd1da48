"""People as of a day, and one person over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from attain.facts.values import FIRST_DAY, LAST_DAY
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.lists.showing import listing
from attain.web.apps.plans.pages import title_of
from attain.web.dating import holds_on
from attain.web.folding import Sorted
from attain.web.kit.tables import Asked

from . import timeline
from .listings import PEOPLE, Seated
from .models import Assignment, Person, Position
from .seated import place_of, plans_of
from .words import ACTIONS

CHANGES = ("seat", "move", "plan", "team", "quota", "away", "details", "leave")


def day_asked(request: HttpRequest) -> date:
    """The day that the page is asked about: the one in the address if calendars know it, else the business date."""
    day: date = request.viewer.as_of
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return day
    return asked if FIRST_DAY <= asked <= LAST_DAY else day


@require_GET
@needs(Right.SEE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with the seat that they hold on the day; vacant seats stand below by name of the position."""
    day = day_asked(request)
    sitting = Assignment.objects.filter(holds_on(day))

    def with_seats(rows: Sequence[Person]) -> list[Seated]:
        held = dict(sitting.filter(person__in=[one.person for one in rows]).values_list("person", "position"))
        found = Position.objects.filter(holds_on(day), position__in=held.values())
        seats = {one.position: one for one in found}
        return [Seated(one, seats.get(held.get(one.person, ""))) for one in rows]

    taken = Exists(sitting.filter(position=OuterRef("position")))
    vacant = [] if request.GET.get("q") else Position.objects.filter(holds_on(day), ~taken).order_by("position")
    people = Asked(Person.objects.order_by(Sorted("name"), "person"), ("name", "person"))
    return listing(request, PEOPLE, people, "org/people.html", {"day": day, "vacant": list(vacant)}, with_seats)


@require_GET
@needs(Right.SEE_PEOPLE)
def person(request: HttpRequest, person: str) -> HttpResponse:
    """One person over time, past and future, with who said so, and what can be changed."""
    found = get_object_or_404(Person, person=person)
    day = day_asked(request)
    place = place_of(person, day)
    plans = [(one, title_of(one)) for one in plans_of(place, found, day)] if place is not None else []
    actions = [(ACTIONS[kind], reverse("person-change", args=[person, kind])) for kind in CHANGES
               if place is not None or kind not in ("seat", "plan")]  # fmt: skip
    return render(request, "org/person.html", {
        "person": found, "day": day, "place": place, "plans": plans, "moments": timeline.of_person(found, day),
        "recorded": timeline.recorded("person", person), "actions": actions,
    })  # fmt: skip
