"""Keeping and forgetting views of lists. They are one's own: whoever sees as somebody else keeps none."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from attain.kernel.errors import NotFound, Refused, Where
from attain.web.apps.access.viewer import Viewer
from attain.web.apps.audit.services import acting
from attain.web.workspace import Workspace

from .models import SavedView

MOST = 30
LONGEST = 2000


def save_view(
    workspace: Workspace, viewer: Viewer, *, table: str, name: str, query: str, is_default: bool = False
) -> SavedView:
    """Under a name that is there already, the view becomes this one."""
    _require_self(viewer)
    name = name.strip()
    if not name or len(name) > 60 or not table or len(table) > 40 or len(query) > LONGEST:
        raise Refused(
            _("A view needs a name of at most 60 characters."), code="lists.name", where=Where(field="name"),
            hint=_("Go back and name it."),
        )  # fmt: skip
    with acting(workspace, viewer.actor, "save view") as act:
        kept = SavedView.objects.filter(account=viewer.account)
        if kept.count() >= MOST and not kept.filter(table=table, name=name).exists():
            raise Refused(
                _("You have %(count)s views already.") % {"count": MOST}, code="lists.many",
                hint=_("Delete one that you do not need."),
            )  # fmt: skip
        if is_default:
            kept.filter(table=table).update(is_default=False)
        view, _made = SavedView.objects.update_or_create(
            account=viewer.account, table=table, name=name, defaults={"query": query, "is_default": is_default}
        )
        act.record("lists.view-saved", "view", view.pk, after=told(view))
    return view


def delete_view(workspace: Workspace, viewer: Viewer, pk: int) -> dict[str, Any]:
    """What it was, so that it can be kept again."""
    _require_self(viewer)
    with acting(workspace, viewer.actor, "delete view") as act:
        view = SavedView.objects.filter(account=viewer.account, pk=pk).first()
        if view is None:
            raise NotFound(_("There is no such view."), code="lists.no-view", hint=_("Load the list again."))
        was = told(view)
        act.record("lists.view-deleted", "view", view.pk, before=was)
        view.delete()
    return was


def told(view: SavedView) -> dict[str, Any]:
    return {"table": view.table, "name": view.name, "query": view.query, "is_default": view.is_default}


def _require_self(viewer: Viewer) -> None:
    if viewer.behind is not None:
        raise Refused(
            _("Who sees as somebody else changes nothing."), code="access.read-only",
            hint=_("Go back to yourself first."),
        )  # fmt: skip
