"""Between a request and its view: who looks, whether the route's policy lets them, and in which language.

A route without a policy is refused, so that a forgotten one leaks nothing. What a viewer has no right to is answered
like what does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django_htmx.http import HttpResponseClientRedirect

from attain.web.api.problems import is_of_program
from attain.web.settings import workspace_now

from . import programs
from .models import Account
from .policy import ANYBODY, SIGNED_IN, Right, policy_of
from .viewer import Viewer, lacks_second_factor, viewer_of

SEEN_AS = "seen_as"
WITHOUT_SECOND_FACTOR = ("mfa_", "account_")
"""Begin the names of routes that are open to who still has to set up a second factor."""
LANGUAGES = ("en", "de")


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.workspace = workspace_now()
        request.viewer = programs.viewer(request) if is_of_program(request) else _viewer(request)
        with translation.override(_language(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        if request.viewer is not None:
            response.headers["Cache-Control"] = "private, no-store"
        response.headers["Content-Language"] = request.LANGUAGE_CODE
        return response

    def process_view(self, request: HttpRequest, view: object, arguments: Any, named: Any) -> HttpResponse | None:
        match = request.resolver_match
        if is_of_program(request):
            return programs.refusal(request, view)
        policy = policy_of(view, match.url_name if match else None)
        if policy is None:
            raise Http404("This route has no policy.")
        if policy == ANYBODY:
            return None
        if request.viewer is None and request.htmx:  # a part of a page: the whole page has to go
            return HttpResponseClientRedirect(settings.LOGIN_URL)
        if request.viewer is None:
            return redirect_to_login(request.get_full_path())
        viewer: Viewer = request.viewer
        if viewer.behind is not None and request.method not in ("GET", "HEAD") and policy != SIGNED_IN:
            raise Http404("Who sees as somebody else changes nothing.")
        if isinstance(policy, Right) and not viewer.may(policy):
            raise Http404("The viewer has no right to this.")
        return self._second_factor(request, viewer, match.url_name if match else None)

    def _second_factor(self, request: HttpRequest, viewer: Viewer, name: str | None) -> HttpResponse | None:
        """Who needs one and has none is led to set it up, and finds nothing else until then."""
        if (name or "").startswith(WITHOUT_SECOND_FACTOR) or not lacks_second_factor(request.workspace, viewer):
            return None
        address = reverse("mfa_activate_totp")
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _viewer(request: HttpRequest) -> Viewer | None:
    account = request.user
    if not account.is_authenticated:
        return None
    day = request.workspace.business_date
    seen_as = request.session.get(SEEN_AS)
    if seen_as is not None:
        other = Account.objects.filter(pk=seen_as, is_active=True).first()
        really = viewer_of(account, day)
        if other is not None and really.may(Right.SEE_AS):
            seen = viewer_of(other, day, behind=account)
            if seen.rights <= really.rights:  # also those that were granted since
                return seen
    return viewer_of(account, day)


def _language(request: HttpRequest) -> str:
    """That of the account; before signing in, what the browser asks for. Programs are answered in English."""
    if is_of_program(request):
        return "en"
    if request.viewer is not None:
        reader = request.viewer.behind or request.viewer.account
        return reader.language if reader.language in LANGUAGES else "en"
    found = translation.get_language_from_request(request)
    return found if found in LANGUAGES else "en"
