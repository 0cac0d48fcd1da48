"""What states of plans and drafts are called on pages, in the language of the reader."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

DRAFT_STATES = {
    "draft": _("Draft"),
    "in review": _("In review"),
    "approved": _("Approved"),
    "published": _("Published"),
    "discarded": _("Discarded"),
}
