"""People as of a day, and one person over time."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import Right, needs
from attain.web.apps.plans.pages import title_of
from attain.web.dating import holds_on
from attain.web.kit.paging import Page

from . import timeline
from .models import Assignment, Person, Position
from .seated import place_of, plans_of
from .words import ACTIONS

PEOPLE_OF_A_PAGE = 50
CHANGES = ("seat", "move", "plan", "team", "quota", "away", "details", "leave")


def day_asked(request: HttpRequest) -> date:
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
    day, wanted = day_asked(request), request.GET.get("q", "").strip()
    found = Person.objects.order_by("name", "person")
    if wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(person__icontains=wanted))
    window = Page.window(found.count(), request, PEOPLE_OF_A_PAGE)
    page = Page(window.number, window.size, window.total, list(found[window.start : window.start + window.size]))
    sitting = Assignment.objects.filter(holds_on(day))
    positions = dict(sitting.filter(person__in=[one.person for one in page.rows]).values_list("person", "position"))
    seats = {one.position: one for one in Position.objects.filter(holds_on(day), position__in=positions.values())}
    held = {person: seats.get(position) for person, position in positions.items()}
    taken = Exists(sitting.filter(position=OuterRef("position")))
    vacant = Position.objects.filter(holds_on(day), ~taken).order_by("position")
    rows = [(one, held.get(one.person)) for one in page.rows]
    return render(
        request, "org/people.html", {"page": page, "rows": rows, "day": day, "vacant": [] if wanted else list(vacant)}
    )


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
