"""Who a program is and whether it may: a token in each request, never a session."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from attain.web.api.limits import REQUESTS_A_MINUTE, seconds_to_wait
from attain.web.api.problems import nothing_here, problem

from .policy import ANYBODY, Right, policy_of
from .tokens import viewer_with
from .viewer import Viewer, lacks_second_factor


def viewer(request: HttpRequest) -> Viewer | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return viewer_with(request.workspace, token.strip()) if scheme.casefold() == "bearer" else None


def refusal(request: HttpRequest, view: object) -> HttpResponse | None:
    """None where the request may go on. What there is no right to looks like what does not exist."""
    declared = getattr(view, "policy", None)
    policy = policy_of(view, None, request.method or "")
    if policy == ANYBODY:
        return None
    who: Viewer | None = request.viewer
    if who is None or who.token is None:
        return _unknown()
    if seconds := seconds_to_wait(who.token.pk):
        return _too_often(seconds)
    if lacks_second_factor(request.workspace, who):
        return problem(403, "api.second-factor", "The account of this token has to set up a second factor first.",
                       hint="Sign in on the pages; they lead there.")  # fmt: skip
    if isinstance(declared, Mapping) and declared and policy is None:
        return _other_method(declared)
    if policy is None or (isinstance(policy, Right) and not who.may(policy)):
        return nothing_here()
    return None


def _unknown() -> HttpResponse:
    answer = problem(401, "api.token", "There is no token, or it works no more.",
                     hint="Send Authorization: Bearer TOKEN; make one on the page Access for programs.")  # fmt: skip
    answer.headers["WWW-Authenticate"] = 'Bearer realm="attain"'
    return answer


def _too_often(seconds: int) -> HttpResponse:
    answer = problem(429, "api.too-often", f"More than {REQUESTS_A_MINUTE} requests in a minute.",
                     hint=f"Go on in {seconds} seconds.")  # fmt: skip
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _other_method(declared: Mapping[str, object]) -> HttpResponse:
    answer = problem(405, "api.method", "This address is not asked in this way.", hint=f"Use {', '.join(declared)}.")
    answer.headers["Allow"] = ", ".join(declared)
    return answer
