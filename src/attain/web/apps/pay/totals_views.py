"""Totals as a page: a period in all and by its parts, and the periods before it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import Right, needs
from attain.web.apps.access.viewer import Viewer
from attain.web.kit.charts import Figure, figure_answer
from attain.web.workspace import Workspace

from .figures import by_period
from .statements import Shown, periods_shown
from .totals import LEAST, Totals, totals_seen_by

BARS = 12


@require_GET
@needs(Right.SEE_TOTALS)
def totals(request: HttpRequest) -> HttpResponse:
    periods = periods_shown(request.workspace, request.viewer)
    asked = request.GET.get("period", "")
    context = told(request.workspace, request.viewer, periods, asked) or {}
    if (answer := figure_answer(request, [context["chart"]] if context.get("chart") else [])) is not None:
        return answer
    return render(request, "pay/totals.html", {"periods": periods, **context})


def told(workspace: Workspace, viewer: Viewer, periods: Mapping[str, Shown], asked: str = "") -> dict[str, Any] | None:
    """One period with its parts, and the same total of those before it as a chart; None while nothing is released."""
    shown = periods.get(asked) or next(iter(periods.values()), None)
    if shown is None:
        return None
    before = [(one, totals_seen_by(workspace, viewer, one)) for one in islice(periods.values(), BARS)]
    found = totals_seen_by(workspace, viewer, shown)
    return {"shown": shown, "totals": found, "chart": _chart(before, found, shown), "least": LEAST}


def _chart(before: list[tuple[Shown, tuple[Totals, ...]]], found: tuple[Totals, ...], this: Shown) -> Figure | None:
    """In the currency that is shown first; what is withheld is not drawn."""
    if not found:
        return None
    code = found[0].currency
    sums = [
        (shown, one.whole.amount)
        for shown, totals in reversed(before)
        for one in totals
        if one.currency == code and one.whole.amount is not None
    ]
    if len(sums) < 2:
        return None
    return by_period("totals", _("Payable by period, in %(currency)s") % {"currency": code}, sums, this, code)
