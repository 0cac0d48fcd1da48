"""All routes for programs put together, each with the right that it needs, and their description.

A route that does not say which right it needs is refused, as a page is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError

from attain.kernel.errors import AttainError
from attain.web.apps.access.policy import Policy, Right, anybody
from attain.web.apps.audit.api import router as audit
from attain.web.apps.imports.api import router as imports
from attain.web.apps.jobs.api import router as jobs
from attain.web.apps.org.api import router as org
from attain.web.apps.pay.api import router as pay
from attain.web.apps.pay.run_api import router as runs
from attain.web.apps.plans.api import router as plans

from . import PREFIX
from .problems import nothing_here, problem, problem_of, unread
from .shapes import Problem

_BRACES = str.maketrans("<>", "{}")
_CONVERTER = re.compile(r"<\w+:")
ROUTERS: Mapping[str, Router] = {
    "People": org, "Plans": plans, "Runs": runs, "Pay": pay, "Imports": imports, "Jobs": jobs, "Audit": audit,
}  # fmt: skip
api = NinjaAPI(
    title="Attain", version="1", openapi_url=None, docs_url=None,
    description="Money is a decimal text, a day is 2026-03-31, a moment has a zone. See docs/api.md.",
    openapi_extra={"components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
                   "security": [{"token": []}]},
)  # fmt: skip
for tag, router in ROUTERS.items():
    api.add_router("", router, tags=[tag])


@api.exception_handler(AttainError)
def _ours(request: HttpRequest, error: AttainError) -> HttpResponse:
    return problem_of(error)


@api.exception_handler(Http404)
def _unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    return nothing_here()


@api.exception_handler(ValidationError)
def _unread(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return unread(error.errors)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "api.request", error.message, hint="Compare it with the description.")


def _policies() -> dict[str, dict[str, Policy]]:
    """By route: what each method needs."""
    found: dict[str, dict[str, Policy]] = {}
    for router in ROUTERS.values():
        for route, view in router.path_operations.items():
            of = found.setdefault(route.lstrip("/").replace("{", "<").replace("}", ">"), {})
            for operation in view.operations:
                policy = getattr(operation.view_func, "policy", None)
                of |= {method: policy for method in operation.methods if policy is not None}
    return found


def _patterns() -> list[URLPattern]:
    policies = _policies()
    patterns = [one for one in api.urls[0] if one.name != "api-root"]
    for one in patterns:
        one.callback.policy = policies.get(str(one.pattern), {})
    return [*patterns, path("openapi.json", openapi, name="openapi")]


@require_GET
@anybody
def openapi(request: HttpRequest) -> JsonResponse:
    """The description for programs that write clients. It tells forms, and nothing of anybody."""
    return JsonResponse(description())


def description() -> dict[str, Any]:
    made: dict[str, Any] = api.get_openapi_schema(path_prefix=PREFIX)
    rights = {_CONVERTER.sub("{", route).translate(_BRACES): of for route, of in _policies().items()}
    problem_form = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    made["components"]["schemas"] |= {**problem_form.pop("$defs", {}), "Problem": problem_form}
    refused = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answer = {"description": "Refused: what, where, what next", "content": refused}
    for route, methods in made["paths"].items():
        of = rights[route.removeprefix(PREFIX)]
        for method, operation in methods.items():
            right = of[method.upper()]
            operation["x-right"] = right.name if isinstance(right, Right) else right
            operation["responses"]["default"] = answer
    return made


urlpatterns = _patterns()
