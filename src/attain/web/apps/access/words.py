"""What roles are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .models import Role

ROLES = {
    str(Role.REP): _("Rep"),
    str(Role.MANAGER): _("Manager"),
    str(Role.COMPENSATION_ADMIN): _("Compensation admin"),
    str(Role.FINANCE): _("Finance"),
    str(Role.EXECUTIVE): _("Executive"),
    str(Role.AUDITOR): _("Auditor"),
    str(Role.ADMINISTRATOR): _("Administrator"),
}
