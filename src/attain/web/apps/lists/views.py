"""Views of lists: saved, deleted, and kept again after all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from attain.web.apps.access.policy import signed_in
from attain.web.kit.toasts import undoable

from .services import delete_view, save_view

DELETED = "deleted_view"


@require_POST
@signed_in
def save(request: HttpRequest) -> HttpResponse:
    sent = request.POST
    save_view(
        request.workspace, request.viewer, table=sent.get("table", ""), name=sent.get("name", ""),
        query=sent.get("query", ""), is_default="default" in sent,
    )  # fmt: skip
    return _back(request, f"?{sent.get('query', '') or 'view='}")


@require_POST
@signed_in
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    request.session[DELETED] = delete_view(request.workspace, request.viewer, pk)
    undoable(request, _("The view %(name)s is deleted.") % {"name": request.session[DELETED]["name"]},
             reverse("view-restore"))  # fmt: skip
    return _back(request, "?view=")


@require_POST
@signed_in
def restore(request: HttpRequest) -> HttpResponse:
    """Undo the last deletion."""
    was = request.session.pop(DELETED, None)
    if was is not None:
        save_view(request.workspace, request.viewer, **was)
    return _back(request, "")


def _back(request: HttpRequest, query: str) -> HttpResponse:
    """To the page that was left, and to nobody else's."""
    came_from = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    path = came_from.partition("?")[0] if query else came_from
    return redirect(f"{path}{query}" if is_ours else reverse("home"))
