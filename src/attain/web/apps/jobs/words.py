"""What the steps of jobs are called on pages, by the first word that commands say."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

STEPS = {
    "reading": _("Reading facts, people and plans"),
    "calculating": _("Calculating"),
    "writing": _("Writing the result"),
    "publishing": _("Publishing the result"),
}
KINDS = {"calculate": _("Calculation"), "import": _("Import"), "effect": _("Who gains, who loses"),
         "org-file": _("Look at a file"), "org-file-take": _("Import")}  # fmt: skip
STATES = {"waiting": _("Waiting"), "running": _("Running"), "done": _("Done"), "failed": _("Failed")}
