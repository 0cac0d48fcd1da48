"""Errors of ours as pages: what was refused, and what to do next. Nothing of a fault is shown but that it was one."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from attain.kernel.errors import AttainError, NotFound


class PlainErrors:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AttainError):
            return None
        status = 404 if isinstance(error, NotFound) else 409
        return render(request, "kit/refused.html", {"error": error}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "kit/not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Only a form that was sent from elsewhere, or too late, ends here: rights are answered with 404."""
    return render(request, "kit/not_found.html", {"stale": True}, status=403)


def fault(request: HttpRequest) -> HttpResponse:
    """Without anything that may be at fault itself: no viewer, no database."""
    return HttpResponse(render_to_string("kit/fault.html", {}), status=500)
