"""A change in two steps: what it would do, then saving it. One template for every kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attain.kernel.errors import AttainError, Findings, NotFound, Refused
from attain.kernel.hashing import hash_of
from attain.plans.given import seat_of
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.imports.names import names_of
from attain.web.apps.plans.pages import title_of
from attain.web.apps.plans.selectors import published_plans
from attain.web.kit import formats

from . import forms, wanted
from .book import Book, holds
from .changing import Difference, Moved, Wish, differences_since, planned, save, seen_of
from .foreseen import Foreseen, foresee
from .views import day_asked
from .words import ACTIONS

MOST_LISTED = 1000
"""Of what the browser offers while one types."""

Maker = Callable[[forms.Change], Wish]


@require_http_methods(["GET", "POST"])
@needs(Right.CHANGE_PEOPLE)
def change_person(request: HttpRequest, person: str, kind: str) -> HttpResponse:
    book = Book.now("quotas")
    if person not in book.people or kind not in forms.OF_PERSON:
        raise Http404
    day = day_asked(request)

    def make(form: forms.Change) -> Wish:
        given = {"day": day, **form.cleaned_data}
        do = wanted.OF_PERSON["seat"] if kind == "plan" else wanted.OF_PERSON[kind]
        values = {"day": given["day"], **_asked_by(given["plan"], given["day"])} if kind == "plan" else given
        return Wish(kind, "person", person, book.name(person), lambda state: do(state, person, values))

    form = _form(request, forms.OF_PERSON[kind], _initial_of_person(request, book, person, kind, day), kind, day)
    about = {
        "crumb": (book.name(person), reverse("person", args=[person])),
        "about": "person",
        "subject": person,
        "name": book.name(person),
    }
    return two_steps(request, form, make, kind, book, about)


@require_http_methods(["GET", "POST"])
@needs(Right.CHANGE_PEOPLE)
def change_position(request: HttpRequest, position: str, kind: str) -> HttpResponse:
    book = Book.now("quotas")
    if position not in book.seats.positions or kind not in forms.OF_POSITION:
        raise Http404
    day = day_asked(request)

    def make(form: forms.Change) -> Wish:
        given = form.cleaned_data
        return Wish(
            kind, "position", position, position, lambda state: wanted.OF_POSITION[kind](state, position, given)
        )

    initial = {**_seat_on(book, position, day), "day": day}
    form = _form(request, forms.OF_POSITION[kind], initial, kind, day)
    about = {
        "crumb": (position, reverse("position", args=[position])),
        "about": "position",
        "subject": position,
        "name": position,
    }
    return two_steps(request, form, make, kind, book, about)


@require_http_methods(["GET", "POST"])
@needs(Right.CHANGE_PEOPLE)
def hire(request: HttpRequest) -> HttpResponse:
    book, day = Book.now("quotas"), day_asked(request)

    def make(form: forms.Change) -> Wish:
        given = form.cleaned_data
        who = given["person"].strip()
        return Wish("hire", "person", who, given["name"], lambda state: wanted.hire(state, who, given))

    initial = {"day": day, "kind": "employee", "position": request.GET.get("position", "")}
    form = _form(request, forms.Hire, initial, "hire", day)
    about = {"crumb": (_("People"), reverse("people")), "about": "person", "subject": request.POST.get("person", "")}
    return two_steps(request, form, make, "hire", book, about)


@require_http_methods(["GET", "POST"])
@needs(Right.CHANGE_PEOPLE)
def make_position(request: HttpRequest) -> HttpResponse:
    book, day = Book.now("quotas"), day_asked(request)

    def make(form: forms.Change) -> Wish:
        given = form.cleaned_data
        which = given["position"].strip()
        return Wish("make", "position", which, which, lambda state: wanted.make_position(state, which, given))

    form = _form(request, forms.Make, {"day": day}, "make", day)
    about = {
        "crumb": (_("Positions"), reverse("positions")),
        "about": "position",
        "subject": request.POST.get("position", ""),
    }
    return two_steps(request, form, make, "make", book, about)


# The two steps


def two_steps(
    request: HttpRequest,
    form: forms.Change,
    make: Maker,
    kind: str,
    book: Book,
    about: dict[str, Any],
    title: str = "",
) -> HttpResponse:
    """Looked at, then saved: only what was looked at is saved, and only if nobody changed the subject meanwhile."""
    foreseen: Foreseen | None = None
    differences: list[Difference] = []
    seen = request.POST.get("seen") or seen_of(book, about["about"], about["subject"])
    looked = ""
    if request.method == "POST" and form.is_valid():
        looked = hash_of({name: str(value) for name, value in form.cleaned_data.items() if name != "reason"})
        try:
            wish = make(form)
            saving = "save" in request.POST and request.POST.get("looked") == looked
            if saving:
                try:
                    save(request.workspace, request.viewer, wish, reason=form.cleaned_data["reason"], seen=seen)
                    messages.success(request, _("Saved. It counts from the next run on."))
                    return redirect(_address_of(wish))
                except Moved:
                    pass  # told below, with what the change would do now
            plan, warnings = planned(request.workspace, wish)
            differences = differences_since(plan, wish, seen, saving=saving)
            seen = seen_of(Book(plan.before), about["about"], about["subject"], plan)
            day = form.cleaned_data.get("day") or request.viewer.as_of
            foreseen = foresee(request.workspace, request.viewer, plan, day, warnings)
        except AttainError as error:
            if isinstance(error, NotFound) or error.code.startswith("access."):
                raise
            _tell(form, error)
    refused = form.is_bound and not form.is_valid()
    context = {
        "form": form, "title": title or ACTIONS[kind], "kind": kind, "foreseen": foreseen, "seen": seen,
        "moved": Moved(about.get("name", ""), differences) if differences else None, "looked": looked,
        "known": _known(book, request.viewer.as_of, form), **about,
    }  # fmt: skip
    _name_manager(form, book)
    return render(request, "org/change.html", context, status=409 if differences else 422 if refused else 200)


def _tell(form: forms.Change, error: AttainError) -> None:
    """A refusal becomes an error of the field that it is about."""
    for one in error.findings if isinstance(error, Findings) else (error,):
        field = one.where.field if one.where.field in form.fields else None
        form.add_error(field, f"{one.message} {one.hint or ''}".strip())


def _address_of(wish: Wish) -> str:
    if wish.about in ("person", "position"):
        return reverse(wish.about, args=[wish.subject])
    return reverse("groups", args=[wish.about])


def _form(
    request: HttpRequest, form: type[forms.Change], initial: dict[str, Any], kind: str, day: date
) -> forms.Change:
    more: dict[str, Any] = {}
    if kind == "plan":
        titles = {one.plan.plan: title_of(one) for one in published_plans() if seat_of(one.plan.participants)}
        more["plans"] = list(titles.items())
    if kind == "quota":
        kinds = {name for calendar in request.workspace.calendars.values() for name in calendar.kinds}
        more["kinds"] = [*((one, formats.kind_of_period(one)) for one in sorted(kinds)), ("span", _("its own days"))]
    return form(request.POST or None, initial=initial, auto_id="id_%s", **more)


def _asked_by(plan: str, day: date) -> dict[str, str]:
    """The title, territory and unit that a plan's participants have, as far as its text names them."""
    for document in published_plans(on=day):
        if document.plan.plan == plan:
            return seat_of(document.plan.participants)
    raise Refused(
        _("%(plan)s is not in force on %(day)s.") % {"plan": plan, "day": formats.day(day)}, code="org.plan",
        hint=_("Choose another day."),
    )  # fmt: skip


def _initial_of_person(request: HttpRequest, book: Book, person: str, kind: str, day: date) -> dict[str, Any]:
    initial: dict[str, Any] = {"day": day}
    position = book.seat(person, day)
    if kind == "details":
        row = book.people[person]
        initial |= {name: row[name] for name in ("name", "country", "currency", "hired_on", "kind")}
    elif kind == "seat" and position is not None:
        initial |= _seat_on(book, position, day)
    elif kind == "team":
        initial |= {"team": book.seats.team_of(person, day) or "", "weight": 1}
    elif kind == "quota":
        rows = [row for row in book.tables["quotas"] if row["subject"] in (person, position)]
        in_force = [row for row in rows if holds(row, day)]
        names = sorted(names_of(request.workspace).quotas.items())
        if in_force:
            initial |= {name: in_force[0][name] for name in ("quota", "amount", "currency", "per")}
        elif names:
            initial |= {"quota": names[0][0], "per": min(names[0][1])}
            initial["currency"] = book.people[person]["currency"] or request.workspace.base_currency
    return initial


def _seat_on(book: Book, position: str, day: date) -> dict[str, Any]:
    row = book.version(position, day)
    if row is None:
        return {}
    return {name: row[name] or "" for name in wanted.SEAT}


def _name_manager(form: forms.Change, book: Book) -> None:
    """The position stands in the field, because who holds it depends on the day; the name stands beside it."""
    position, day = form.initial.get("manager"), form.initial.get("day")
    if "manager" in form.fields and position and day and (holder := book.holder(position, day)) is not None:
        said = _("%(position)s is the position of %(who)s.") % {"position": position, "who": book.name(holder)}
        form.fields["manager"].help_text = f"{said} {form.fields['manager'].help_text}"


def _known(book: Book, day: date, form: forms.Change) -> dict[str, list[tuple[str, str]]]:
    """What the browser offers in the fields of this form."""
    wanted_lists = {field.widget.attrs.get("list") for field in form.fields.values()}
    found: dict[str, list[tuple[str, str]]] = {}
    for name, column in ((forms.TITLES, "title"), (forms.TERRITORIES, "territory"), (forms.UNITS, "unit")):
        if name in wanted_lists:
            values = {row[column] for row in book.tables["positions"] if row[column]}
            found[name] = [(one, "") for one in sorted(values)[:MOST_LISTED]]
    if forms.POSITIONS in wanted_lists:
        found[forms.POSITIONS] = [
            (one, book.name(book.seats.holder(one, day))) for one in sorted(book.seats.positions)[:MOST_LISTED]
        ]
    if forms.PEOPLE in wanted_lists:
        found[forms.PEOPLE] = [(one, book.name(one)) for one in sorted(book.people)[:MOST_LISTED]]
    if forms.TEAMS in wanted_lists:
        found[forms.TEAMS] = [(one, "") for one in sorted({row["team"] for row in book.tables["teams"]})[:MOST_LISTED]]
    if "quotas" in wanted_lists:
        found["quotas"] = [(one, "") for one in sorted({row["quota"] for row in book.tables.get("quotas", ())})]
    return found
