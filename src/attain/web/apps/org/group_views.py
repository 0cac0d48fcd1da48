"""Positions, the tree of who reports to whom, and teams, territories and units with their members as of a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from attain.web.apps.access.policy import Right, needs
from attain.web.apps.lists.showing import listing
from attain.web.kit.paging import Page
from attain.web.kit.tables import Listed

from . import forms, timeline, wanted
from .book import Book, holds
from .change_views import two_steps
from .changing import Wish
from .listings import POSITIONS, Seat
from .views import day_asked
from .words import ACTIONS

GROUPS = {
    "team": (gettext_lazy("Teams"), forms.TEAMS),
    "territory": (gettext_lazy("Territories"), forms.TERRITORIES),
    "unit": (gettext_lazy("Business units"), forms.UNITS),
}
ROWS_OF_A_PAGE = 50


@require_GET
@needs(Right.SEE_PEOPLE)
def positions(request: HttpRequest) -> HttpResponse:
    """Every position on the day with its holder."""
    book, day = Book.now(), day_asked(request)
    rows = []
    for one in sorted(book.seats.positions):
        if (row := book.version(one, day)) is None:
            continue
        holder, above = book.holder(one, day), book.seats.above(one, day)
        manager = book.name(book.seats.holder(above, day)) if above is not None else ""
        rows.append(
            Seat(one, row["title"], row["territory"], row["unit"], book.name(holder) if holder else "", manager)
        )
    return listing(request, POSITIONS, Listed(rows, lambda seat: seat.words), "org/positions.html", {"day": day})


@require_GET
@needs(Right.SEE_PEOPLE)
def position(request: HttpRequest, position: str) -> HttpResponse:
    book, day = Book.now(), day_asked(request)
    if position not in book.seats.positions:
        raise Http404
    above = book.seats.above(position, day)
    reports = [(one, book.holder(one, day), book.name(book.seats.holder(one, day)))
               for one in sorted(book.seats.positions) if book.seats.above(one, day) == position]  # fmt: skip
    holder = book.holder(position, day)
    kinds = ["change", "vacate" if holder else "fill", "close"] if book.version(position, day) else []
    return render(request, "org/position.html", {
        "position": position, "row": book.version(position, day), "day": day, "holder": holder,
        "name": book.name(holder) if holder else "", "reports": reports,
        "manager": (above, book.name(book.seats.holder(above, day))) if above is not None else None,
        "moments": timeline.of_position(position, day), "recorded": timeline.recorded("position", position),
        "actions": [(ACTIONS[kind], reverse("position-change", args=[position, kind])) for kind in kinds],
    })  # fmt: skip


@require_GET
@needs(Right.SEE_PEOPLE)
def tree(request: HttpRequest) -> HttpResponse:
    """Who reports to whom on the day, from the top down."""
    book, day = Book.now(), day_asked(request)
    reports: defaultdict[str | None, list[str]] = defaultdict(list)
    for one in sorted(book.seats.positions):
        if book.version(one, day) is not None:
            reports[book.seats.above(one, day)].append(one)
    rows: list[dict[str, Any]] = []
    waiting = [(0, one) for one in reversed(reports[None])]
    while waiting:
        level, one = waiting.pop()
        holder = book.holder(one, day)
        row: dict[str, Any] = book.version(one, day) or {}
        rows.append({
            "level": min(level, 8), "position": one, "holder": holder, "name": book.name(holder) if holder else "",
            "title": row.get("title"), "reports": len(reports[one]),
        })  # fmt: skip
        waiting += [(level + 1, below) for below in reversed(reports[one])]
    return render(request, "org/tree.html", {"page": Page.of(rows, request, 200), "day": day})


@require_GET
@needs(Right.SEE_PEOPLE)
def groups(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in GROUPS:
        raise Http404
    book, day = Book.now(), day_asked(request)
    members = _members(book, kind, day)
    rows = [(name, [(one, book.name(one if kind == "team" else book.seats.holder(one, day))) for one in sorted(inside)])
            for name, inside in sorted(members.items()) if name]  # fmt: skip
    none = sorted(members.get("", ()))
    return render(request, "org/groups.html", {
        "kind": kind, "title": GROUPS[kind][0], "kinds": [(one, about[0]) for one, about in GROUPS.items()], "day": day,
        "page": Page.of(rows, request, ROWS_OF_A_PAGE), "without": len(none),
    })  # fmt: skip


def _members(book: Book, kind: str, day: date) -> dict[str, set[str]]:
    """Group -> its members on the day. Positions without a territory or unit stand under an empty name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    if kind == "team":
        for row in book.tables["teams"]:
            if holds(row, day):
                found[row["team"]].add(row["member"])
        return found
    for position in book.seats.positions:
        version = book.version(position, day)
        if version is not None:
            found[version[kind] or ""].add(position)
    return found


@require_http_methods(["GET", "POST"])
@needs(Right.CHANGE_PEOPLE)
def regroup(request: HttpRequest, kind: str) -> HttpResponse:
    """Members of a group into another one: all of them under a new name is how a group is renamed."""
    if kind not in GROUPS:
        raise Http404
    book, day = Book.now("quotas"), day_asked(request)
    group = request.POST.get("group", request.GET.get("group", ""))
    inside = _members(book, kind, day)
    if group and group not in inside:
        raise Http404
    candidates = sorted(inside[group]) if group else sorted(book.people if kind == "team" else book.seats.positions)
    choices = [
        (one, f"{book.name(one if kind == 'team' else book.seats.holder(one, day))} ({one})") for one in candidates
    ]
    form = forms.Regroup(
        request.POST or None, members=choices, listed=GROUPS[kind][1], auto_id="id_%s", group=group,
        initial={"day": day, "everybody": True},
    )  # fmt: skip

    def make(given: forms.Change) -> Wish:
        said = given.cleaned_data
        into = said["into"].strip() or None
        about = group or into or kind
        return Wish(
            "regroup",
            kind,
            about,
            about,
            lambda state: wanted.regroup(state, kind, said["members"], group, into, said["day"]),
            group,
        )

    back = reverse("groups", args=[kind])
    about = {"crumb": (GROUPS[kind][0], back), "about": kind, "subject": group, "name": group}
    return two_steps(
        request,
        form,
        make,
        "regroup",
        book,
        about,
        _("Move members of %(group)s") % {"group": group} if group else _("Make or fill a group"),
    )
