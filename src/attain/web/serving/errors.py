"""Errors of ours as pages: what was refused, and what to do next. Nothing of a fault is shown but that it was one."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from attain.kernel.errors import AttainError, NotFound
from attain.web.api.problems import is_of_program, nothing_here, problem, problem_of


class PlainErrors:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AttainError):
            return None
        if is_of_program(request):
            return problem_of(error)
        status = 404 if isinstance(error, NotFound) else 409
        return render(request, "kit/refused.html", {"error": error}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_of_program(request):
        return nothing_here()
    return render(request, "kit/not_found.html", status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django could not read it at all: too many fields, or a body that is too large."""
    if is_of_program(request):
        return problem(413 if isinstance(exception, RequestDataTooBig) else 400, "api.request",
                       "The request cannot be read, or is too large.",
                       hint="Send rows of at most 1 MiB at a time, or upload a file.")  # fmt: skip
    return render(request, "kit/not_found.html", {"stale": True}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Only a form that was sent from elsewhere, or too late, ends here: rights are answered with 404."""
    return render(request, "kit/not_found.html", {"stale": True}, status=403)


def fault(request: HttpRequest) -> HttpResponse:
    """Without anything that may be at fault itself: no viewer, no database."""
    if is_of_program(request):
        return problem(500, "api.fault", "A fault of ours. It is in the log of the server.", hint="Try again later.")
    return HttpResponse(render_to_string("kit/fault.html", {}), status=500)
