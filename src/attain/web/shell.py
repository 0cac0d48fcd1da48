"""What every page shows around its content: where one can go, who one is, and as whom one looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from attain.web.apps.access.policy import Right
from attain.web.apps.access.viewer import Viewer


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: who has this right sees it. It is marked on every page below, and below `also`."""

    title: Any
    route: str
    icon: str
    right: Right | None = None
    on_phone: Any = None
    keeps: tuple[str, ...] = ()
    """What of the chosen scope (period, team) its page asks for."""
    also: str = ""

    @property
    def address(self) -> str:
        return reverse(self.route)

    def marks(self, path: str) -> bool:
        return path.startswith(self.address) or bool(self.also and path.startswith(self.also))


@dataclass(frozen=True)
class Group:
    title: Any
    places: tuple[Place, ...]


NAVIGATION = (
    Group("", (
        Place(_("Home"), "home", "home", keeps=("period", "team")),
        Place(_("Statements"), "statements", "statement", Right.SEE_PAY, pgettext_lazy("short", "Pay"),
              ("period", "team")),
    )),
    Group(_("Compensation"), (
        Place(_("Runs"), "runs", "run", Right.SEE_RUNS, keeps=("period",)),
        Place(_("Plans"), "plans", "plan", Right.SEE_PLANS),
        Place(_("People"), "people", "people", Right.SEE_PEOPLE, also="/organisation/"),
        Place(_("Totals"), "totals", "bank", Right.SEE_TOTALS, keeps=("period",)),
        Place(_("Imports"), "batches", "database", Right.SEE_IMPORTS),
        Place(_("Jobs"), "jobs", "job", Right.SEE_RUNS),
    )),
    Group(_("Control"), (
        Place(_("Audit log"), "audit", "shield", Right.SEE_AUDIT),
        Place(_("Accounts"), "accounts", "user", Right.SEE_ACCOUNTS),
    )),
)  # fmt: skip


def places_of(viewer: Viewer) -> list[Group]:
    """The navigation of a viewer, without groups that would be empty."""
    groups = [
        Group(group.title, tuple(one for one in group.places if one.right is None or viewer.may(one.right)))
        for group in NAVIGATION
    ]
    return [group for group in groups if group.places]


def context(request: HttpRequest) -> dict[str, Any]:
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        return {"viewer": None, "workspace": settings.WORKSPACE, "theme": "auto"}
    groups = places_of(viewer)
    places = [place for group in groups for place in group.places]
    here = max((one for one in places if one.marks(request.path)), key=lambda one: len(one.address))
    return {
        "viewer": viewer,
        "workspace": settings.WORKSPACE,
        "theme": (viewer.behind or viewer.account).theme,
        "navigation": groups,
        "tabs": places[:4],
        "here": here,
        "scope_kept": request.session.get("scope", {}),
    }
