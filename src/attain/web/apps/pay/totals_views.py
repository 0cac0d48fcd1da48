"""Totals as a page: a period in all and by its parts, and the periods before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attain.plans.model import Plan
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.access.viewer import Viewer
from attain.web.kit import formats
from attain.web.kit.charts import Figure, figure_answer
from attain.web.workspace import Workspace

from .figures import by_period
from .scope import scope_of
from .statements import Shown, plans_by_version
from .totals import LEAST, Sum, Totals, is_told, totals_seen_by

BARS = 12


@require_GET
@needs(Right.SEE_TOTALS)
def totals(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request, teams=False)
    context = told(request.workspace, request.viewer, scope.periods, request.GET.get("period", "")) or {}
    charts = [context["chart"]] if context.get("chart") else []
    if (answer := figure_answer(request, charts)) is not None:
        return answer
    return render(request, "pay/totals.html", context)


def told(workspace: Workspace, viewer: Viewer, periods: Mapping[str, Shown], asked: str = "") -> dict[str, Any] | None:
    """One period with its parts, and the same total of those before it as a chart; None while nothing is closed."""
    periods = {key: one for key, one in periods.items() if is_told(one)}
    shown = periods.get(asked) or next(iter(periods.values()), None)
    if shown is None:
        return None
    before = [(one, totals_seen_by(workspace, viewer, one)) for one in islice(periods.values(), BARS)]
    found = totals_seen_by(workspace, viewer, shown)
    plans = {name: plan for (name, _of), plan in plans_by_version().items()}
    told = [(one, [(kind, _titled(plans, kind, sums)) for kind, sums in one.parts if sums]) for one in found]
    return {"periods": periods, "shown": shown, "totals": told, "chart": _chart(before, found), "least": LEAST}


def _titled(plans: Mapping[str, Plan], kind: str, sums: list[Sum]) -> list[Sum]:
    """With the titles that plans give themselves and their components."""

    def of(plan: str) -> str:
        return _said(plans[plan].title, plan) if plan in plans else plan

    if kind == "plan":
        return [replace(one, name=of(one.name)) for one in sums]
    if kind == "component":
        return [replace(one, name=_component(plans, one), under=of(one.under)) for one in sums]
    return sums


def _component(plans: Mapping[str, Plan], one: Sum) -> str:
    component = plans[one.under].components.get(one.name) if one.under in plans else None
    return _said(component.title if component is not None else {}, one.name)


def _said(titles: Mapping[str, str], name: str) -> str:
    return formats.titled(titles, name.replace("-", " ").replace("_", " ").capitalize())


def _chart(before: list[tuple[Shown, tuple[Totals, ...]]], found: tuple[Totals, ...]) -> Figure | None:
    """In the currency that is shown first, from the oldest period on; what is withheld has no bar."""
    if not found:
        return None
    code = found[0].currency
    sums = [
        (shown, one.whole.amount)
        for shown, totals in reversed(before)
        for one in totals
        if one.currency == code and one.whole.amount is not None
    ]
    if not sums:
        return None
    return by_period("totals", _("Payable in all, in %(currency)s") % {"currency": code}, sums, sums[-1][0], code)
