"""What was wrong, as programs read it: RFC 9457 with what happened, where, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, JsonResponse

from attain.kernel.errors import AttainError, Findings, NotFound, SetupError

from . import PREFIX

STATUSES = {"api.changed": 412, "api.busy": 409, "imports.too-large": 413}


def is_of_program(request: HttpRequest) -> bool:
    return request.path.startswith(PREFIX)


def problem(
    status: int, code: str, title: str, *, hint: str | None = None, where: Sequence[object] = ()
) -> JsonResponse:
    """`where` is a list of places, each with what is wrong there if there are several."""
    body = {"type": f"urn:attain:problem:{code}", "status": status, "code": code, "title": title,
            "where": list(where), "next": hint}  # fmt: skip
    return JsonResponse(body, status=status, content_type="application/problem+json")


def problem_of(error: AttainError) -> JsonResponse:
    """404 for what does not exist, 409 for what is refused, 422 for what cannot be read, 503 for what is not set up."""
    if isinstance(error, Findings):
        where = [{**one.where.as_dict(), "code": one.code, "title": one.message, "next": one.hint}
                 for one in error.findings]  # fmt: skip
        return problem(422, error.code, error.message, hint=error.hint, where=where)
    kinds = ((NotFound, 404), (SetupError, 503))
    status = STATUSES.get(error.code) or next((status for kind, status in kinds if isinstance(error, kind)), 409)
    where = [error.where.as_dict()] if error.where.is_known else []
    return problem(status, error.code, error.message, hint=error.hint, where=where)


def nothing_here() -> JsonResponse:
    """One answer for what does not exist and for what one has no right to."""
    return problem(404, "api.nothing", "There is nothing here.", hint="Look at the address, and at the token's rights.")


def unread(errors: Sequence[dict[str, Any]]) -> JsonResponse:
    """A question or a body that does not have the form that the description says."""
    where = [
        {"field": ".".join(str(part) for part in one["loc"]), "code": f"api.{one['type']}", "title": one["msg"]}
        for one in errors
    ]
    return problem(422, "api.form", "The request does not have the right form.", where=where,
                   hint=f"Compare it with the description at {PREFIX}openapi.json.")  # fmt: skip
