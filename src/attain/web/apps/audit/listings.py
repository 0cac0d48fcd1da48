"""The log as a list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attain.web.kit import formats
from attain.web.kit.tables import Column, Filter, Table

from .models import Event


def _events(count: int) -> str:
    return ngettext("%(shown)s event", "%(shown)s events", count) % {"shown": formats.count(count)}


def _change(event: Event) -> str:
    """What was before, and what is now."""
    said = [f"−\N{NO-BREAK SPACE}{event.before}"] if event.before else []
    return "\n".join([*said, *([f"+\N{NO-BREAK SPACE}{event.after}"] if event.after else [])])


EVENTS = Table(
    "events", _("Audit log"),
    (
        Column("number", _("No."), lambda row: row.sequence, "count", by=("sequence",), css="phone-right muted"),
        Column("at", _("When"), lambda row: row.at, "moment", by=("sequence",), css="phone-under"),
        Column("who", _("Who"), lambda row: row.actor, by=("actor", "sequence")),
        Column("for", _("On behalf of"), lambda row: row.on_behalf_of, by=("on_behalf_of", "sequence"), shown=False),
        Column("act", _("What"), lambda row: row.action, by=("action", "sequence"), css="phone-wide name",
               under=lambda row: f"{row.object_type} {row.object_id}"),
        Column("object", _("Object"), lambda row: f"{row.object_type} {row.object_id}",
               by=("object_type", "object_id", "sequence"), shown=False),
        Column("reason", _("Reason"), lambda row: row.reason, sortable=False, css="phone-wide second"),
        Column("change", _("Change"), _change, "code", sortable=False, css="phone-wide second"),
        Column("hash", _("Hash"), lambda row: row.hash, "code", sortable=False, shown=False),
    ),
    find=_("Person, act, object …"), counted=_events,
    filters=(
        Filter("actor", _("Who"), _("Everybody"), field="actor"),
        Filter("of", _("Object"), _("All objects"), field="object_type"),
    ),
    nothing=_("No event is found"), not_found=_("No event is found"),
)  # fmt: skip
