"""Which period, and whose team: chosen on one page, standing in its address, and kept for the next ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from attain.web.apps.access.teams import Hierarchy, hierarchy_on
from attain.web.apps.access.viewer import Viewer

from .statements import Shown, name_of, names_in, periods_shown

KEPT = "scope"


@dataclass(frozen=True)
class Scope:
    request: HttpRequest
    periods: Mapping[str, Shown]
    hierarchy: Hierarchy | None
    """Only where the viewer sees more than one payee."""

    @property
    def viewer(self) -> Viewer:
        viewer: Viewer = self.request.viewer
        return viewer

    @cached_property
    def shown(self) -> Shown | None:
        """The period that is asked for, else the newest."""
        return self.periods.get(self.request.GET.get("period", "")) or next(iter(self.periods.values()), None)

    @cached_property
    def asked(self) -> Shown | None:
        """The period, where one is asked for."""
        return self.periods.get(self.request.GET.get("period", ""))

    @cached_property
    def teams(self) -> list[tuple[str, str]]:
        """Who leads a team, with the name, by name."""
        if self.hierarchy is None or self.shown is None:
            return []
        names = names_in(self.request.workspace, self.shown.run)
        found = [(one, name_of(names, one)) for one in self.hierarchy.heads(self.viewer)]
        return sorted(found, key=lambda one: (one[1].casefold(), one[0]))

    @cached_property
    def team(self) -> str:
        said = self.request.GET.get("team", "")
        return said if said in dict(self.teams) else ""

    @cached_property
    def members(self) -> frozenset[str] | None:
        """Everybody below the head of the team, whom the viewer may see too; None is everybody whom they may see."""
        return self.hierarchy.below(self.team) if self.team and self.hierarchy else None

    def holds(self, payee: str) -> bool:
        return self.members is None or payee in self.members


def scope_of(request: HttpRequest, *, teams: bool = True) -> Scope:
    viewer: Viewer = request.viewer
    several = viewer.payees is None or len(viewer.payees) > 1
    hierarchy = hierarchy_on(viewer.as_of) if teams and several else None
    scope = Scope(request, periods_shown(request.workspace, viewer), hierarchy)
    _keep(scope)
    return scope


def _keep(scope: Scope) -> None:
    """For the links of the navigation. The newest period is not kept: when a newer one comes, that is shown."""
    if not {"period", "team"} & set(scope.request.GET):
        return
    newest = next(iter(scope.periods), "")
    before = scope.request.session.get(KEPT, {})
    team = scope.team if scope.hierarchy is not None else before.get("team", "")
    said = {"period": scope.asked.key if scope.asked else "", "team": team}
    kept = {name: value for name, value in said.items() if value and value != newest}
    if before != kept:
        scope.request.session[KEPT] = kept
