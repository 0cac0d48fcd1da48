"""One's own settings, looking as somebody else, the palette's search, and accounts with their roles."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attain.web.apps.lists.showing import listing
from attain.web.apps.org.models import Person
from attain.web.folding import Sorted
from attain.web.kit.paging import whole
from attain.web.kit.tables import Listed
from attain.web.shell import places_of

from .forms import GrantForm, MeForm
from .listings import ACCOUNTS, WithRoles
from .middleware import SEEN_AS
from .models import Account, Grant
from .policy import NEEDS_TWO, Right, needs, signed_in
from .services import (
    begin_seeing_as,
    change_settings,
    confirm_grant,
    end_grant,
    end_seeing_as,
    grant,
    set_active,
    why_not_confirm,
)
from .token_views import shown
from .viewer import grants_on
from .words import ROLES

FOUND = 12


@require_http_methods(["GET", "POST"])
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """Language and appearance are those of who really sits there."""
    account = request.viewer.behind or request.viewer.account
    form = MeForm(request.POST or None, initial={"language": account.language, "theme": account.theme})
    if request.method == "POST" and form.is_valid():
        change_settings(request.workspace, account, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("me")
    roles = [(ROLES[one.role], one) for one in grants_on(request.viewer.account, request.viewer.as_of)]
    status = 422 if form.is_bound else 200
    return render(request, "access/me.html", {"form": form, "account": account, "roles": roles}, status=status)


@require_POST
@needs(Right.SEE_AS)
def see_as(request: HttpRequest) -> HttpResponse:
    email, reason = request.POST.get("email", "").strip().casefold(), request.POST.get("reason", "")
    account = begin_seeing_as(request.workspace, request.viewer, email, reason=reason)
    request.session[SEEN_AS] = account.pk
    return redirect("home")


@require_POST
@signed_in
def see_as_end(request: HttpRequest) -> HttpResponse:
    end_seeing_as(request.workspace, request.viewer)
    request.session.pop(SEEN_AS, None)
    return redirect("home")


@require_GET
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Pages, and statements of people whom the viewer may see."""
    wanted = request.GET.get("q", "").strip().casefold()
    found = [
        (str(place.title), _("Page"), place.address)
        for group in places_of(request.viewer)
        for place in group.places
        if wanted in str(place.title).casefold()
    ]
    if wanted and request.viewer.may(Right.SEE_PAY):
        people = Person.objects.filter(name__has=wanted).order_by(Sorted("name"))
        if request.viewer.payees is not None:
            people = people.filter(person__in=request.viewer.payees)
        for one in people[:FOUND]:
            address = f"{reverse('statements')}?{urlencode({'q': one.person})}"
            found.append((one.name or one.person, _("Statements"), address))
    return render(request, "access/_found.html", {"found": found[:FOUND]})


@require_GET
@needs(Right.SEE_ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponse:
    day = request.viewer.as_of
    found = Account.objects.order_by(Sorted("name"), "email").prefetch_related("grants")
    rows = [
        WithRoles(one, tuple(sorted(held.role for held in one.grants.all() if held.holds_on(day)))) for one in found
    ]
    waiting = Grant.objects.filter(waits=True).select_related("account").order_by("pk")
    more = {"waiting": [(ROLES[one.role], one) for one in waiting]}
    return listing(request, ACCOUNTS, Listed(rows, lambda row: row.words), "access/accounts.html", more)


@require_GET
@needs(Right.SEE_ACCOUNTS)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    return _account(request, get_object_or_404(Account, pk=pk), GrantForm(initial={"valid_from": request.viewer.as_of}))


@require_POST
@needs(Right.GRANT)
def grant_role(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Account, pk=pk)
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _account(request, found, form, status=422)
    grant(request.workspace, found, viewer=request.viewer, **form.cleaned_data)
    waits = form.cleaned_data["role"] in NEEDS_TWO
    said = _("Granted. It holds once another administrator has confirmed it.") if waits else _("Granted.")
    messages.success(request, said)
    return redirect("account", found.pk)


@require_POST
@needs(Right.GRANT)
def end_role(request: HttpRequest, pk: int, grant: int) -> HttpResponse:
    held = get_object_or_404(Grant, pk=grant, account_id=pk)
    end_grant(
        request.workspace,
        held,
        viewer=request.viewer,
        valid_to=_day(request),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, _("Ended."))
    return redirect("account", pk)


@require_POST
@needs(Right.GRANT)
def confirm_role(request: HttpRequest, pk: int, grant: int) -> HttpResponse:
    """The second pair of eyes."""
    held = get_object_or_404(Grant, pk=grant, account_id=pk)
    confirm_grant(request.workspace, held, viewer=request.viewer)
    messages.success(request, _("Confirmed. The role holds."))
    return redirect("account", pk)


@require_POST
@needs(Right.GRANT)
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Account, pk=pk)
    active = request.POST.get("active") == "1"
    set_active(
        request.workspace, found, viewer=request.viewer, active=active,
        seen=whole(request.POST.get("seen", ""), 0), reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("The account can sign in again.") if active else _("The account is put out."))
    return redirect("account", pk)


def _day(request: HttpRequest) -> date:
    day: date = request.viewer.as_of
    return day


def _account(request: HttpRequest, found: Account, form: GrantForm, status: int = 200) -> HttpResponse:
    grants = [
        (ROLES[one.role], one, why_not_confirm(one, request.viewer) if one.waits else "")
        for one in found.grants.order_by("valid_from", "role")
    ]
    context = {"account": found, "grants": grants, "form": form, "tokens": shown(request, found.tokens.all())}
    return render(request, "access/account.html", context, status=status)
