"""What every answer says to the browser: run nothing and load nothing that is not ours."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)


class SecurityHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}{_issuer()}"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["X-Frame-Options"] = "DENY"
        return response


def _issuer() -> str:
    """A form that signs on is sent on to the company's own sign-on: browsers ask for leave for that, too."""
    return f" {settings.SIGN_ON_ORIGIN}" if settings.SIGN_ON_ORIGIN else ""
