"""Access for programs: an account's own tokens, the end of somebody's for administrators, and what programs can ask."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attain.web.api import PREFIX

from .forms import TokenForm
from .models import Token
from .policy import OF_TOKENS, READING, Right, needs, signed_in
from .tokens import make_token, revoke_token
from .words import RIGHTS_SAID


@require_http_methods(["GET", "POST"])
@signed_in
def programs(request: HttpRequest) -> HttpResponse:
    """The tokens of who looks. What is made is shown in the answer to the form, and never again."""
    viewer = request.viewer
    own = [(right.name, RIGHTS_SAID[right]) for right in OF_TOKENS if viewer.may(right)]
    reading = [right.name for right in READING if viewer.may(right)]
    form = TokenForm(own, request.POST or None, initial={"rights": reading, "days": "90"})
    text = ""
    if request.method == "POST" and form.is_valid():
        rights = [Right[name] for name in form.cleaned_data["rights"]]
        name, days = form.cleaned_data["name"], int(form.cleaned_data["days"])
        _made, text = make_token(request.workspace, viewer, name=name, rights=rights, days=days)
        form = TokenForm(own, initial={"rights": reading, "days": "90"})
    context = {"form": form, "text": text, "rows": shown(request, viewer.account.tokens.all()), "has_rights": own}
    return render(request, "access/programs.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in
def revoke(request: HttpRequest, token: str) -> HttpResponse:
    revoke_token(request.workspace, request.viewer, token)
    messages.success(request, _("Revoked. It works no more."))
    return redirect("programs")


@require_POST
@needs(Right.GRANT)
def revoke_of(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    found = get_object_or_404(Token, prefix=token, account_id=pk)
    revoke_token(request.workspace, request.viewer, found.prefix)
    messages.success(request, _("Revoked. It works no more."))
    return redirect("account", pk)


@require_GET
@signed_in
def reference(request: HttpRequest) -> HttpResponse:
    """What programs can ask, read off the same description that they read."""
    from attain.web.api.building import description

    made = description()
    groups: dict[str, list[dict[str, Any]]] = {}
    for route, methods in made["paths"].items():
        for method, said in methods.items():
            groups.setdefault(said["tags"][0], []).append(_operation(made, route, method, said))
    return render(request, "access/reference.html", {"groups": groups, "prefix": PREFIX})


def shown(request: HttpRequest, tokens: Any) -> list[dict[str, Any]]:
    """Tokens as pages list them: the name, what it may do, and whether it works still."""
    now = request.workspace.ports.clock.now()
    return [
        {"token": one, "works": one.works_at(now),
         "rights": [RIGHTS_SAID[right] for right in OF_TOKENS if right.name in one.rights]}
        for one in tokens
    ]  # fmt: skip


def _operation(made: dict[str, Any], route: str, method: str, said: dict[str, Any]) -> dict[str, Any]:
    right = said["x-right"]
    asked = [(one["name"], one["schema"].get("description", "")) for one in said.get("parameters", ())
             if one["in"] == "query"]  # fmt: skip
    return {
        "method": method.upper(), "route": route, "anchor": re.sub(r"\W+", "-", f"{method}{route}").strip("-"),
        "about": said.get("description", said["summary"]).replace("`", ""),
        "right": RIGHTS_SAID[Right[right]] if right in Right.__members__ else None,
        "parameters": [(name, about.replace("`", "")) for name, about in [*asked, *_body(made, said)]],
    }  # fmt: skip


def _body(made: dict[str, Any], said: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields of what is sent, as JSON or as a form."""
    forms = [one["schema"] for one in said.get("requestBody", {}).get("content", {}).values()]
    found = [made["components"]["schemas"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in forms]
    return [
        (name, field.get("description", form.get("description", "")))
        for form in found
        for name, field in form.get("properties", {}).items()
    ]
