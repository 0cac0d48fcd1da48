"""Pay periods, statements with their lines, why a line is what it is, and payments, for programs.

Nothing here reads pay by itself: what a token may see is what its account sees on the pages of statements.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from attain.documents.statement import Line, Payment, Statement, Total
from attain.kernel.errors import NotFound
from attain.web.api.paging import Part, of_rows
from attain.web.api.shapes import Rows, money
from attain.web.apps.access.policy import Right, needs

from .derivations import of_line, steps_in_words
from .selectors import run_of
from .statements import (
    Shown,
    name_of,
    names_in,
    payment_rows_seen_by,
    payments_seen_by,
    periods_shown,
    statement_seen_by,
)

router = Router()


class PeriodOut(Schema):
    period: str = Field(description="Names it in addresses; after its calendar where the usual one means other days.")
    calendar: str
    ends_on: date = Field(description="The first day after it.")
    state: str = Field(description="calculated, released or closed")
    run: str
    since: datetime | None


class StatementOut(Schema):
    payee: str
    name: str
    period: str
    currency: str
    earned: str
    payable: str
    plans: list[str]


class PartOut(Schema):
    name: str
    amount: str
    lines: int


class TotalOut(Schema):
    currency: str
    payable: str
    parts: list[PartOut] = Field(description="They add up to `payable`.")
    draw_balance: str
    pay_currency: str
    paid: str | None


class LineOut(Schema):
    line: str
    plan: str
    version: str | None
    component: str
    kind: str
    position: str | None
    event_type: str | None
    source: str | None = Field(description="The fact that the line is about.")
    credited_on: date | None
    earning_period: str | None
    amount: str
    currency: str
    note: str | None


class WholeStatement(Schema):
    payee: str
    name: str
    period: str
    state: str
    run: str
    plans: list[str]
    totals: list[TotalOut]
    lines: Rows[LineOut]


class StepOut(Schema):
    label: str
    formula: str
    result: str
    place: str = Field(description="Line and clause of the plan.")
    is_result: bool
    inside: list[StepOut]


class WhyOut(Schema):
    line: str
    proves: bool = Field(description="Worked out again, the steps give the amount.")
    steps: list[StepOut]


class PaymentOut(Schema):
    payee: str
    period: str
    plan: str
    currency: str
    earned: str
    released: str
    payable: str
    pay_currency: str | None
    paid: str | None


class OfPeriod(Part):
    period: str = Field("", max_length=40, description="Without it the last one that may be seen.")


@router.get("periods", response=Rows[PeriodOut], url_name="periods")
@needs(Right.SEE_PAY)
def periods(request: HttpRequest, asked: Query[Part]) -> Any:
    """The periods whose statements may be seen, the earliest first."""
    found = periods_shown(request.workspace, request.viewer).values()
    return of_rows(found, lambda one: (one.ends_on.isoformat(), one.key), asked, _period)


@router.get("statements", response=Rows[StatementOut], url_name="statements")
@needs(Right.SEE_PAY)
def statements(request: HttpRequest, asked: Query[OfPeriod]) -> Any:
    """What those whom the account may see get in a period."""
    shown = _shown(request, asked.period)
    if shown is None:
        return {"items": [], "next": None}
    names = names_in(request.workspace, shown.run)
    found = payments_seen_by(request.workspace, request.viewer, shown)
    return of_rows(found, lambda one: (one.payee, one.currency), asked, lambda one: _statement(one, names))


@router.get("statements/{path:payee}/{period}/why", response=WhyOut, url_name="why")
@needs(Right.SEE_PAY)
def why(request: HttpRequest, payee: str, period: str, line: str) -> Any:
    """The derivation of a line, down to the facts and the clauses of the plan. It is calculated again: seconds."""
    shown, found = _found(request, payee, period)
    if line not in set(found.table["line"].to_pylist()):
        raise NotFound("There is no such line in this statement.", code="pay.no-line", hint="List its lines first.")
    explanation = of_line(request.workspace, run_of(shown.run), line)
    return {"line": line, "proves": explanation.proves(), "steps": steps_in_words(explanation, "en")}


@router.get("statements/{path:payee}/{period}", response=WholeStatement, url_name="statement")
@needs(Right.SEE_PAY)
def statement(request: HttpRequest, payee: str, period: str, asked: Query[Part]) -> Any:
    """One statement with its lines, in the order in which the page shows them."""
    shown, found = _found(request, payee, period)
    return {
        "payee": payee, "name": name_of(names_in(request.workspace, shown.run), payee), "period": period,
        "state": shown.state, "run": shown.run, "plans": list(found.plans),
        "totals": [_total(one) for one in found.totals],
        "lines": _lines(found, asked),
    }  # fmt: skip


@router.get("payments", response=Rows[PaymentOut], url_name="payments")
@needs(Right.SEE_PAY)
def payments(request: HttpRequest, asked: Query[OfPeriod]) -> Any:
    """What each plan pays each payee in a period, as it is handed to payroll."""
    shown = _shown(request, asked.period)
    if shown is None:
        return {"items": [], "next": None}
    found = payment_rows_seen_by(request.workspace, request.viewer, shown)
    return of_rows(found, lambda one: (one["payee"], one["plan"], one["currency"]), asked, _payment)


def _shown(request: HttpRequest, period: str) -> Shown | None:
    found = periods_shown(request.workspace, request.viewer)
    if period and period not in found:
        raise NotFound(f"There is no period {period} to be seen.", code="pay.no-period", hint="List the periods.")
    return found[period] if period else next(iter(found.values()), None)


def _found(request: HttpRequest, payee: str, period: str) -> tuple[Shown, Statement]:
    periods = periods_shown(request.workspace, request.viewer)
    return statement_seen_by(request.workspace, request.viewer, periods, payee, period)


def _period(one: Shown) -> dict[str, Any]:
    columns = ("calendar", "ends_on", "state", "run", "since")
    return {name: getattr(one, name) for name in columns} | {"period": one.key}


def _statement(one: Payment, names: Any) -> dict[str, Any]:
    return {"payee": one.payee, "name": name_of(names, one.payee), "period": one.period, "currency": one.currency,
            "earned": money(one.earned, one.currency), "payable": money(one.payable, one.currency),
            "plans": list(one.plans)}  # fmt: skip


def _total(one: Total) -> dict[str, Any]:
    code = one.currency
    parts = [{"name": part.name, "amount": money(part.amount, code), "lines": part.lines} for part in one.parts]
    return {"currency": code, "payable": money(one.payable, code), "parts": parts,
            "draw_balance": money(one.draw_balance, code), "pay_currency": one.pay_currency,
            "paid": money(one.paid, one.pay_currency)}  # fmt: skip


def _lines(found: Statement, asked: Part) -> dict[str, Any]:
    start = asked.after or 0
    lines = found.lines(start if type(start) is int and start > 0 else 0, asked.limit)
    last = lines[-1].place if lines else found.line_count
    following = asked.cursor_of(last) if last < found.line_count else None
    return {"items": [_line(one) for one in lines], "next": following}


def _line(one: Line) -> dict[str, Any]:
    return {name: one.values[name] for name in LineOut.model_fields} | {"amount": money(one.amount, one.currency)}


def _payment(one: dict[str, Any]) -> dict[str, Any]:
    code, pay_code = one["currency"], one["pay_currency"] or one["currency"]
    amounts = {name: money(int(one[name] or 0), code) for name in ("earned", "released", "payable")}
    return {"payee": one["payee"], "period": one["pay_period"], "plan": one["plan"], "currency": code, **amounts,
            "pay_currency": one["pay_currency"], "paid": money(one["paid"], pay_code)}  # fmt: skip
