"""Statements as pages: the list, one with its lines, and why a line is what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from attain.documents import printing
from attain.documents.statement import Credit, Line, Statement, Total, credits_of
from attain.plans.model import Plan
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.lists.showing import listing
from attain.web.kit import formats
from attain.web.kit.charts import figure_answer
from attain.web.kit.paging import Page
from attain.web.kit.tables import Listed

from .derivations import of_line, steps_in_words
from .figures import PERIODS, pay_by_period
from .marks import SCALE_END, Key, Mark, is_by_attainment, marks_of
from .models import Run
from .scope import scope_of
from .statements import (
    Shown,
    history_seen_by,
    name_of,
    names_in,
    opened,
    payments_seen_by,
    periods_shown,
    plans_by_version,
    statement_seen_by,
)
from .tables import OWN_STATEMENTS, STATEMENTS, Own, Paid
from .words import KINDS, PARTS, STATES

Plans = Mapping[tuple[str, str], Plan]
LINES_OF_A_PAGE = 50
MOST_PRINTED = 500
"""Lines of a PDF, which is laid out while its reader waits, one at a time: 1,500 take 15 seconds."""


@require_GET
@needs(Right.SEE_PAY)
def statements(request: HttpRequest) -> HttpResponse:
    """Of a team: everybody of a period. Of one person: all their periods."""
    workspace, viewer = request.workspace, request.viewer
    if viewer.payees is not None and len(viewer.payees) <= 1:
        return _own(request)
    scope = scope_of(request)
    if scope.shown is None:
        return render(request, "pay/statements.html", {"scope": scope})
    names = names_in(workspace, scope.shown.run)
    found = payments_seen_by(workspace, viewer, scope.shown)
    rows = Listed(
        [Paid(scope.shown, one, name_of(names, one.payee)) for one in found if scope.holds(one.payee)],
        lambda row: row.words,
    )
    return listing(
        request, STATEMENTS, rows, "pay/statements.html", {"scope": scope, "state": STATES[scope.shown.state]}
    )


def _own(request: HttpRequest) -> HttpResponse:
    workspace, viewer = request.workspace, request.viewer
    payee = next(iter(viewer.payees), None)
    history = [] if payee is None else history_seen_by(workspace, viewer, periods_shown(workspace, viewer), payee)
    rows = Listed([Own(shown, payment) for shown, payment in history], lambda row: row.words)
    return listing(request, OWN_STATEMENTS, rows, "pay/own_statements.html", {"payee": payee})


@dataclass(frozen=True)
class Row:
    """A line with the words that a reader needs for it, and where it moved the attainment."""

    line: Line
    title: str
    under: str
    credit: Credit | None = None
    mark: Mark | None = None

    @property
    def rates(self) -> str:
        return formats.listed([formats.percent(rate, 2) for rate in self.mark.rates]) if self.mark else ""

    @property
    def bar(self) -> dict[str, Any] | None:
        """The attainment before, and what this line adds or takes, in percent of the length of the bar."""
        if self.mark is None:
            return None
        before, after = (min(max(one, Fraction(0)), SCALE_END) / SCALE_END * 100 for one in self.mark[:2])
        return {
            "before": float(min(before, after)),
            "change": float(abs(after - before)),
            "is_less": after < before,
            "marks": [float(border / SCALE_END * 100) for border in self.mark.tiers],
        }


@require_GET
@needs(Right.SEE_PAY)
def statement(request: HttpRequest, payee: str, period: str) -> HttpResponse:
    workspace, viewer = request.workspace, request.viewer
    periods = periods_shown(workspace, viewer)
    shown, found = statement_seen_by(workspace, viewer, periods, payee, period)
    if "chart" in request.GET:
        until = {key: one for key, one in periods.items() if one.plans & shown.plans and one.ends_on <= shown.ends_on}
        chart = pay_by_period(islice(history_seen_by(workspace, viewer, until, payee), PERIODS))
        return figure_answer(request, [chart] if chart else []) or HttpResponse(status=404)
    plans = plans_by_version()
    names = names_in(workspace, shown.run)
    context = _lines(request, shown, found, plans, {}) | {
        "has_more_to_say": bool(_by_attainment(found, plans)),
        "shown": shown,
        "state": STATES[shown.state],
        "name": name_of(names, payee),
        "strips": [(total, cells_of(total)) for total in found.totals],
        "plans": [plan_title(plans, plan) for plan in found.plans],
        "before": _before(request, payee, periods, shown, found),
        "run": Run.objects.get(pk=shown.run),
        "can_print": printing.is_installed(),
        "install": printing.INSTALL,
        "is_long": is_long(found),
        "most_printed": MOST_PRINTED,
    }
    return render(request, "pay/statement.html", context)


@require_GET
@needs(Right.SEE_PAY)
def lines(request: HttpRequest, payee: str, period: str) -> HttpResponse:
    """The lines once more, with the attainment before and after each: that takes a calculation, so it comes later."""
    shown, found = _statement(request, payee, period)
    run = Run.objects.get(pk=shown.run)
    plans = plans_by_version()
    marks = {plan: marks_of(request.workspace, run, plan, payee) for plan in _by_attainment(found, plans)}
    return render(request, "pay/_lines.html", _lines(request, shown, found, plans, marks))


def is_long(found: Statement) -> bool:
    """Has more lines than are laid out while somebody waits for the page."""
    return found.line_count > MOST_PRINTED


def _statement(request: HttpRequest, payee: str, period: str) -> tuple[Shown, Statement]:
    periods = periods_shown(request.workspace, request.viewer)
    return statement_seen_by(request.workspace, request.viewer, periods, payee, period)


def _lines(
    request: HttpRequest, shown: Shown, found: Statement, plans: Plans, marks: Mapping[str, Mapping[Key, Mark]]
) -> dict[str, Any]:
    """A page of lines in groups, each with its credit."""
    like = request.GET.get("q", "").strip()
    total_lines = found.line_count if not like else len(found.lines(like=like))
    page = Page.window(total_lines, request, LINES_OF_A_PAGE)
    shown_lines = found.lines(page.start, page.size, like)
    credited = credits_of(
        opened(request.workspace, shown.run), found.payee, [line.source for line in shown_lines if line.source]
    )
    rows = [
        replace(
            with_credit(row_of(line, plans), credited, plans),
            mark=marks.get(line.plan, {}).get((line.component, line.source)),
        )
        for line in shown_lines
    ]
    has_marks, has_credits = any(row.mark for row in rows), any(row.credit for row in rows)
    return {
        "payee": found.payee,
        "period": shown.key,
        "statement": found,
        "totals": found.totals,
        "groups": groups_of(found, rows, plans, whole=not like and page.pages == 1),
        "page": page,
        "has_marks": has_marks,
        "has_credits": has_credits,
        "columns_before_amount": 2 + 2 * has_marks + has_credits,
    }


def _by_attainment(found: Statement, plans: Plans) -> list[str]:
    """The plans of a statement whose lines move an attainment."""
    return [name for name in found.plans if any(is_by_attainment(one) for (of, _), one in plans.items() if of == name)]


def cells_of(total: Total) -> list[dict[str, Any]]:
    """Parts of the sum with the sign that stands before each."""
    cells = []
    for place, part in enumerate(total.parts):
        sign = "" if place == 0 else formats.MINUS if part.amount < 0 else "+"
        lines = _count_of(part.lines) if part.lines else ""
        if part.name == "draw_recovered":
            lines = _("Open balance %(amount)s") % {"amount": formats.money(total.draw_balance, total.currency)}
        cells.append(
            {"title": PARTS[part.name], "sign": sign, "amount": part.amount, "first": place == 0, "under": lines}
        )
    return cells


def _count_of(count: int) -> str:
    return ngettext("%(shown)s line", "%(shown)s lines", count) % {"shown": formats.count(count)}


def row_of(line: Line, plans: Plans) -> Row:
    """The deal or the period that the line is about, and beneath it what kind of line it is."""
    component = _component_title(plans, line)
    about = component if line.kind in ("cap", "floor") else line.source or component
    parts = [] if line.kind == "line" else [str(KINDS[line.kind])]
    if about != component:
        parts.append(component)
    if line.earning_period and line.section == "corrections":
        parts.append(_("earned in %(period)s") % {"period": formats.period(line.earning_period)})
    if line.note:
        parts.append(line.note)
    said = formats.period(about) if about == line.earning_period else about
    return Row(line, said, ", ".join(parts))


def with_credit(row: Row, credited: Mapping[tuple[str, str, str], Credit], plans: Plans) -> Row:
    line = row.line
    return replace(row, credit=credited.get((line.plan, _credit_set(plans, line), line.source)))


def _credit_set(plans: Plans, line: Line) -> str:
    """That by whose credits the component of a line pays; empty where it pays by periods."""
    plan = plans.get((line.plan, line.version))
    component = plan.components.get(line.component) if plan is not None else None
    return (component.each if component is not None else None) or ""


def _component_title(plans: Plans, line: Line) -> str:
    plan = plans.get((line.plan, line.version)) or next(
        (one for (name, _), one in plans.items() if name == line.plan), None
    )
    component = plan.components.get(line.component) if plan is not None else None
    titles = component.title if component is not None else {}
    return formats.titled(titles, line.component.replace("_", " ").capitalize())


def plan_title(plans: Plans, name: str) -> str:
    titles: Mapping[str, str] = next((plan.title for (of, _), plan in reversed(list(plans.items())) if of == name), {})
    return formats.titled(titles, name)


def groups_of(found: Statement, rows: Sequence[Row], plans: Plans, *, whole: bool) -> list[Any]:
    """Rows by section and component, each group with its sum where the page holds all of its lines."""
    groups: list[dict[str, Any]] = []
    for row in rows:
        key = (row.line.section, row.line.component if row.line.section == "earned" else "")
        if not groups or groups[-1]["key"] != key:
            title = _component_title(plans, row.line) if key[1] else PARTS[key[0]]
            groups.append({"key": key, "title": title, "rows": [], "sum": None})
        groups[-1]["rows"].append(row)
    one_currency = len(found.totals) == 1
    sums = {(one.section, one.component): one for one in found.subtotals}
    for group in groups:
        group["sum"] = sums.get(group["key"]) if whole and one_currency else None
        group["currency"] = found.totals[0].currency
    return groups


def _before(
    request: HttpRequest, payee: str, periods: Mapping[str, Shown], shown: Shown, found: Statement
) -> dict[str, Any] | None:
    """What the statement before paid, by the same kind of periods and in the same currency."""
    if len(found.totals) != 1:
        return None
    total = found.totals[0]
    earlier = {key: one for key, one in periods.items() if one.plans & shown.plans and one.ends_on < shown.ends_on}
    for one, payment in history_seen_by(request.workspace, request.viewer, earlier, payee):
        if payment.currency == total.currency:
            return {"period": one.key, "payable": payment.payable, "change": total.payable - payment.payable,
                    "currency": total.currency}  # fmt: skip
    return None


@require_GET
@needs(Right.SEE_PAY)
def why(request: HttpRequest, payee: str, period: str) -> HttpResponse:
    """The derivation of a line, calculated again from what the run read: a drawer, or without script a page."""
    shown, found = _statement(request, payee, period)
    id_ = request.GET.get("line", "")
    line = found.line(id_)
    if line is None:
        return HttpResponse(status=404)
    run = Run.objects.get(pk=shown.run)
    explanation = of_line(request.workspace, run, id_)
    context = {
        "row": row_of(line, plans_by_version()),
        "steps": steps_in_words(explanation, formats.language()),
        "proves": explanation.proves(),
        "run": run,
        "payee": payee,
        "period": period,
        "count": found.line_count,
        "name": name_of(names_in(request.workspace, run.pk), payee),
    }
    return render(request, "pay/_why.html" if request.htmx else "pay/why.html", context)


@require_GET
@needs(Right.SEE_PAY)
def workbook(request: HttpRequest, payee: str, period: str) -> HttpResponse:
    """The statement as a workbook: the same numbers as on the page, as numbers."""
    from attain.documents.workbook import statement_workbook

    shown, found = _statement(request, payee, period)
    plans = plans_by_version()
    name = name_of(names_in(request.workspace, shown.run), payee)
    rows = [(row.line, _component_title(plans, row.line), row.title, row.under)
            for row in (row_of(line, plans) for line in found.lines())]  # fmt: skip
    words = {part: str(title) for part, title in PARTS.items()}
    words |= {"payable": _("Payable"), "date": _("Date"), "about": _("About"), "component": _("Component"),
              "more": _("More"), "amount": _("Amount"), "currency": _("Currency"),
              "statement": _("Statement")}  # fmt: skip
    made = Run.objects.get(pk=shown.run).finished_at
    content = statement_workbook(found, f"{name}, {formats.period(period)}", rows, words, made)
    response = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = 'attachment; filename="statement.xlsx"'
    return response
