"""Sign-on by SAML: the addresses that the company's sign-on needs, and nothing where the workspace has none."""

from __future__ import annotations

from base64 import b64decode
from urllib.parse import urlencode

from allauth.socialaccount.providers.saml import views
from allauth.socialaccount.providers.saml.utils import get_app_or_404
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from .policy import anybody

LONGEST = 100_000
"""Signs of an answer: real ones have some thousands."""


@require_POST
@csrf_exempt
@anybody
def answered(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """What the company's sign-on sends through the browser; it is believed by its signature alone, one page later."""
    get_app_or_404(request, organization_slug)
    said = {name: request.POST.get(name, "")[: LONGEST + 1] for name in ("SAMLResponse", "RelayState")}
    if any(len(one) > LONGEST for one in said.values()):  # kept before anybody can look at its signature
        return redirect("socialaccount_login_error")
    request.POST = QueryDict(urlencode(said))
    try:
        OneLogin_Saml2_XML.to_etree(b64decode(said["SAMLResponse"]))
    except (ValueError, SyntaxError):  # no XML, or one with definitions that make readers open files
        return redirect("socialaccount_login_error")
    response: HttpResponse = views.acs(request, organization_slug=organization_slug)
    return response


@anybody
def sign_out(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Named in the metadata because the library wants it; signing out here is done here."""
    raise Http404


urlpatterns = [
    path("acs/", answered, name="saml_acs"),
    path("acs/finish/", views.finish_acs, name="saml_finish_acs"),
    path("metadata/", views.metadata, name="saml_metadata"),
    path("login/", views.login, name="saml_login"),
    path("out/", sign_out, name="saml_sls"),
]
