"""Sentences that commands and pages share."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MEND_QUERY = _("Mend these rows in the database, or in the query, and import it again.")
MONEY = {"new": _("New"), "corrected": _("Corrected"), "deleted": _("Deleted")}
"""What a batch did to rows, where their money is summed."""
STATES = {"current": _("Counts"), "undone": _("Undone")}
