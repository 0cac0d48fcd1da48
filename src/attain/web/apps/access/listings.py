"""The list of accounts, with the roles that each has on the day."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attain.web.kit import formats
from attain.web.kit.tables import Column, Filter, Table

from .models import Account
from .words import ROLES


@dataclass(frozen=True)
class WithRoles:
    account: Account
    roles: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"{self.account.name} {self.account.email} {self.account.person or ''}"


def _accounts(count: int) -> str:
    return ngettext("%(shown)s account", "%(shown)s accounts", count) % {"shown": formats.count(count)}


ACCOUNTS = Table(
    "accounts", _("Accounts"),
    (
        Column("account", _("Account"), lambda row: row.account.name, "person", under=lambda row: row.account.email,
               link=lambda row: reverse("account", args=(row.account.pk,)), css=""),
        Column("person", _("Person"), lambda row: row.account.person, css="phone-right"),
        Column("roles", _("Roles"), lambda row: [str(ROLES[one]) for one in row.roles], "pills", sortable=False,
               css="phone-wide"),
        Column("state", _("State"), lambda row: said("Signs in") if row.account.is_active else said("Put out"),
               tone=lambda row: "" if row.account.is_active else "muted"),
        Column("made", _("Since"), lambda row: row.account.created_at, "moment", shown=False),
    ),
    find=_("Find an account"), counted=_accounts,
    filters=(
        Filter("role", _("Role"), _("All roles"), value=lambda row: row.roles, says=lambda one: ROLES.get(one, one)),
    ),
    nothing=_("Nobody has an account yet"), not_found=_("No account is found"),
)  # fmt: skip
