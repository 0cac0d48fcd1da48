"""Who looks, and at whose pay: the roles of an account as of a day, and everybody below it in the hierarchy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from attain.kernel.errors import Refused
from attain.web.apps.org.models import Assignment, Position
from attain.web.dating import holds_on
from attain.web.workspace import Workspace

from .models import Account, Grant, Role, Token
from .policy import RIGHTS, SEES_EVERYBODY, Right, rights_named
from .words import RIGHTS_SAID, ROLES


@dataclass(frozen=True)
class Viewer:
    """An account with its roles on a day. `behind` is who really sits there, while an admin sees as somebody else;
    `token` is what a program came with: it may do what the token says of what the account may do today."""

    account: Account
    roles: frozenset[str]
    as_of: date
    behind: Account | None = None
    token: Token | None = None

    @cached_property
    def rights(self) -> frozenset[Right]:
        of_roles = frozenset(right for role in self.roles for right in RIGHTS.get(role, ()))
        return of_roles if self.token is None else of_roles & rights_named(self.token.rights)

    def may(self, right: Right) -> bool:
        return right in self.rights

    def require(self, right: Right) -> None:
        """Services ask again what routes have asked: a service may be called from elsewhere."""
        if self.behind is not None:
            raise Refused(
                _("Who sees as somebody else changes nothing."),
                code="access.read-only",
                hint=_("Go back to yourself first."),
            )
        if not self.may(right):
            raise Refused(
                _("%(account)s may not %(right)s.") % {"account": self.account, "right": RIGHTS_SAID[right]},
                code="access.refused",
                hint=_("Ask an administrator for a role."),
            )

    @property
    def role_names(self) -> list[str]:
        """In the language of the page, in the order in which roles are listed everywhere."""
        return [str(name) for role, name in ROLES.items() if role in self.roles]

    @property
    def actor(self) -> str:
        return self.account.email

    @property
    def sees_everybody(self) -> bool:
        return bool(self.roles & SEES_EVERYBODY)

    @cached_property
    def payees(self) -> frozenset[str] | None:
        """Whose pay may be seen; None is everybody's. A manager sees those below on the day, and vacant seats there."""
        if not self.may(Right.SEE_PAY):
            return frozenset()
        if self.sees_everybody:
            return None
        own = self.account.person
        if own is None:
            return frozenset()
        below = people_below(own, self.as_of) if Role.MANAGER in self.roles else frozenset()
        return frozenset({own, *below})

    def sees(self, payee: str) -> bool:
        return self.payees is None or payee in self.payees


def viewer_of(account: Account, on: date, behind: Account | None = None) -> Viewer:
    return Viewer(account, frozenset(held.role for held in grants_on(account, on)), on, behind)


def lacks_second_factor(workspace: Workspace, viewer: Viewer) -> bool:
    """Whether who really sits there has a role for which the workspace wants one, and has not set it up."""
    if not workspace.second_factor:
        return False
    behind = viewer.behind
    roles = viewer.roles if behind is None else {held.role for held in grants_on(behind, viewer.as_of)}
    if roles.isdisjoint(workspace.second_factor):
        return False
    from allauth.mfa.models import Authenticator

    account = behind or viewer.account
    return not Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists()


def grants_on(account: Account, on: date) -> list[Grant]:
    return list(account.grants.filter(holds_on(on), waits=False).order_by("role"))


def people_below(person: str, on: date) -> frozenset[str]:
    """Those who sit below a person's seats on a day, at any depth; a vacant seat is `vacant:<position>`."""
    managers = dict(Position.objects.filter(holds_on(on)).values_list("position", "manager"))
    holders = dict(Assignment.objects.filter(holds_on(on)).values_list("position", "person"))
    top = {position for position, holder in holders.items() if holder == person}
    below = _descendants(managers.items(), top)
    return frozenset(holders.get(position, f"vacant:{position}") for position in below)


def _descendants(managers: Iterable[tuple[str, str | None]], top: set[str]) -> set[str]:
    reports: dict[str, list[str]] = {}
    for position, manager in managers:
        if manager is not None:
            reports.setdefault(manager, []).append(position)
    found: set[str] = set()
    waiting = list(top)
    while waiting:
        for report in reports.get(waiting.pop(), ()):
            if report not in found and report not in top:
                found.add(report)
                waiting.append(report)
    return found
