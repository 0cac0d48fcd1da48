"""A chart on a page: its drawing, the same values as a table, and both as files.

A drawing that was made before stands in the page at once; else the page comes without it, and asks for it by itself.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from attain.charts import drawing
from attain.charts.values import Chart, round_steps
from attain.kernel.currencies import ACTIVE

from . import formats
from .export import safe_cell

WIDE, NARROW = 760, 340


@dataclass(frozen=True)
class Figure:
    name: str
    """In addresses."""
    title: str
    """The measure and its unit."""
    summary: str
    """One sentence that holds the message, for who does not see the drawing."""
    values: Chart
    currency: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    """What each point is, and its amounts."""
    widths: tuple[int, ...] = (WIDE, NARROW)
    note: str = ""
    eager: bool = False
    """Drawn with the page, because there is no address that draws it later."""

    @property
    def drawings(self) -> list[SafeString]:
        """Empty where they are yet to be asked for."""
        found = [drawing.for_page(self.values, width) if self.eager else drawing.kept(self.values, width)
                 for width in self.widths]  # fmt: skip
        return [mark_safe(one) for one in found if one] if all(found) else []  # noqa: S308  ours, texts are escaped

    def draw(self) -> list[SafeString]:
        return [mark_safe(drawing.for_page(self.values, width)) for width in self.widths]  # noqa: S308

    @property
    def csv(self) -> bytes:
        text = StringIO()
        writer = csv.writer(text)
        writer.writerow([*self.heads, self.currency])
        places = ACTIVE.get(self.currency, (2, ""))[0]
        for label, *amounts in self.rows:
            said = ["" if one is None else Decimal(one).scaleb(-places) for one in amounts]
            writer.writerow([safe_cell(label), *said])
        return text.getvalue().encode()


def figure_answer(request: HttpRequest, figures: Sequence[Figure]) -> HttpResponse | None:
    """What the address asks for of one chart of its page; None where it asks for the page."""
    asked = request.GET.get("chart")
    found = next((one for one in figures if one.name == asked), None)
    if not asked:
        return None
    if found is None:
        return HttpResponse(status=404)
    kind = request.GET.get("take", "")
    if kind == "csv":
        return _file(found.csv, "text/csv; charset=utf-8", f"{found.name}.csv")
    if kind == "svg":
        return _file(drawing.for_file(found.values, found.widths[0]).encode(), "image/svg+xml", f"{found.name}.svg")
    template = "kit/drawing.html" if kind == "drawing" else "kit/chart.html"
    return render(request, template, {"chart": found, "drawings": found.draw()})


def _file(content: bytes, type_: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=type_)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def money_ticks(amounts: Sequence[int], currency: str) -> dict[int, str]:
    """Round amounts that an axis is marked with."""
    places = ACTIVE.get(currency, (2, ""))[0]
    steps = round_steps(min(0, *amounts), max(1, *amounts), places)
    return {step: formats.short_money(step, currency) for step in steps}
