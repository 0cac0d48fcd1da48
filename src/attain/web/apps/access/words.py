"""What roles are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .models import Role
from .policy import Right

ROLES = {
    str(Role.REP): _("Rep"),
    str(Role.MANAGER): _("Manager"),
    str(Role.COMPENSATION_ADMIN): _("Compensation admin"),
    str(Role.FINANCE): _("Finance"),
    str(Role.EXECUTIVE): _("Executive"),
    str(Role.AUDITOR): _("Auditor"),
    str(Role.ADMINISTRATOR): _("Administrator"),
}
RIGHTS_SAID = {
    Right.SEE_PAY: _("see statements of those whom one may see"),
    Right.SEE_TOTALS: _("see what closed periods come to, and nobody's part of it"),
    Right.SEE_RUNS: _("see runs, their checks and totals"),
    Right.CALCULATE: _("start runs"),
    Right.APPROVE: _("approve what a run pays"),
    Right.RELEASE: _("release and close a period"),
    Right.SEE_PEOPLE: _("see people and positions"),
    Right.CHANGE_PEOPLE: _("change people, positions, teams and territories"),
    Right.SEE_IMPORTS: _("see batches"),
    Right.IMPORT: _("import files and undo batches"),
    Right.SEE_PLANS: _("see plans and their findings"),
    Right.PUBLISH_PLANS: _("publish and retire plans"),
    Right.EDIT_PLANS: _("edit and submit drafts of plans"),
    Right.APPROVE_PLANS: _("approve drafts of plans"),
    Right.SEE_AUDIT: _("read the log"),
    Right.SEE_ACCOUNTS: _("see accounts and roles"),
    Right.GRANT: _("make accounts and grant roles"),
    Right.SEE_AS: _("see pages as somebody else does"),
}
"""What a right lets one do, after “may” or “may not”."""
