"""Totals as a page: a period in all and by its parts, and the periods before it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import Right, needs
from attain.web.apps.access.viewer import Viewer
from attain.web.workspace import Workspace

from .statements import Shown, periods_shown
from .totals import LEAST, Totals, totals_seen_by

BARS = 12
HEIGHT = 84


@require_GET
@needs(Right.SEE_TOTALS)
def totals(request: HttpRequest) -> HttpResponse:
    periods = periods_shown(request.workspace, request.viewer)
    asked = request.GET.get("period", "")
    context = told(request.workspace, request.viewer, periods, asked) or {}
    return render(request, "pay/totals.html", {"periods": periods, **context})


def told(workspace: Workspace, viewer: Viewer, periods: Mapping[str, Shown], asked: str = "") -> dict[str, Any] | None:
    """One period with its parts, and the same total of those before it as bars; None while nothing is released."""
    shown = periods.get(asked) or next(iter(periods.values()), None)
    if shown is None:
        return None
    before = [(one, totals_seen_by(workspace, viewer, one)) for one in islice(periods.values(), BARS)]
    found = totals_seen_by(workspace, viewer, shown)
    bars = _bars(before, found)
    return {"shown": shown, "totals": found, "bars": bars, "width": max(1, len(bars)) * 30, "least": LEAST}


def _bars(before: list[tuple[Shown, tuple[Totals, ...]]], found: tuple[Totals, ...]) -> list[dict[str, Any]]:
    """In the currency that is shown first; what is withheld has no bar."""
    if not found:
        return []
    code = found[0].currency
    sums = [
        (shown, one.whole.amount)
        for shown, totals in reversed(before)
        for one in totals
        if one.currency == code and one.whole.amount is not None
    ]
    most = max((amount for _, amount in sums), default=0) or 1
    return [
        {"shown": shown, "amount": amount, "currency": code, "x": place * 30 + 3,
         "height": round((HEIGHT - 4) * max(0, amount) / most, 1),
         "y": round(HEIGHT - (HEIGHT - 4) * max(0, amount) / most, 1)}
        for place, (shown, amount) in enumerate(sums)
    ]  # fmt: skip
