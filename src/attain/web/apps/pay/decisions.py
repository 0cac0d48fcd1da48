"""What people decide about single payments: holds, overrides of a line, adjustments. Each says why, and by whom.

Nothing is withdrawn once a closed period was calculated with it: then a hold ends on a day, an override expires on a
day, and an adjustment stays. Edits name the version that was seen, so nobody overwrites what they did not see.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models

from attain.kernel.errors import NotFound, Refused, suggest
from attain.kernel.money import currency as known_currency
from attain.web.apps.audit.services import acting
from attain.web.apps.org.services import count_change
from attain.web.apps.plans.selectors import published_plans
from attain.web.workspace import Workspace

from .decided import KINDS, Decision, require_future, require_unused
from .models import Adjustment, Hold, Override
from .services import require_open, require_reason

M = TypeVar("M", bound=models.Model)
TOO_MUCH = Decimal(10) ** 14


def place_hold(
    workspace: Workspace,
    *,
    actor: str,
    plan: str,
    payee: str,
    reason: str,
    valid_from: date,
    valid_to: date | None = None,
    component: str | None = None,
    source: str | None = None,
) -> Hold:
    """Keep back what would be released to a payee, from one day up to but not including another."""
    require_reason(reason, "to hold pay")
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(f"The hold would end on {valid_to}, before it starts on {valid_from}.", code="pay.dates")
    if component is not None:
        _require_component(plan, component)
    with acting(workspace, actor, "place hold") as act:
        hold = Hold.objects.create(
            hold=workspace.ports.ids.new(),
            plan=plan,
            payee=payee,
            component=component,
            source=source,
            reason=reason,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        count_change("holds")
        act.record("pay.hold-placed", "hold", hold.hold, after=_plain(hold), reason=reason)
    return hold


def lift_hold(workspace: Workspace, hold: str, *, actor: str, on: date, reason: str, version: int) -> Hold:
    """From this day on the pay is free again."""
    require_reason(reason, "to lift a hold")
    with acting(workspace, actor, "lift hold") as act:
        row = _seen(Hold, "hold", hold, version)
        if on <= row.valid_from:
            raise Refused(
                f"The hold starts on {row.valid_from}; it cannot end on {on}.",
                code="pay.dates",
                hint="Withdraw it if it was a mistake: attain withdraw",
            )
        require_future(workspace, Decision("hold", row), on)
        before = _plain(row)
        row.valid_to, row.version = on, row.version + 1
        row.save()
        count_change("holds")
        act.record("pay.hold-lifted", "hold", hold, before=before, after=_plain(row), reason=reason)
    return row


def override_line(
    workspace: Workspace,
    *,
    actor: str,
    plan: str,
    component: str,
    payee: str,
    source: str,
    earning_period: str,
    amount: Decimal,
    reason: str,
    expires_on: date | None = None,
) -> Override:
    """Pay this amount for a line in the place of the computed one, which stays visible beside it."""
    require_reason(reason, "to override a line")
    _require_exact(amount)
    where = {"plan": plan, "component": component, "payee": payee, "source": source, "earning_period": earning_period}
    _require_payable(workspace, plan, earning_period, amount, None)
    _require_component(plan, component)
    with acting(workspace, actor, "override line") as act:
        if (known := Override.objects.filter(**where).first()) is not None:
            raise Refused(
                f"This line is overridden already ({known.override}: {known.reason}).",
                code="pay.overridden",
                hint=f"Pay what differs as an adjustment, or take it back first: attain withdraw {known.override[:12]}",
            )
        row = Override.objects.create(
            override=workspace.ports.ids.new(), amount=amount, reason=reason, expires_on=expires_on, **where
        )
        count_change("overrides")
        act.record("pay.overridden", "override", row.override, after=_plain(row), reason=reason)
    return row


def expire_override(
    workspace: Workspace, override: str, *, actor: str, on: date, reason: str, version: int
) -> Override:
    """From this day on the computed amount counts again."""
    require_reason(reason, "to end an override")
    with acting(workspace, actor, "expire override") as act:
        row = _seen(Override, "override", override, version)
        require_future(workspace, Decision("override", row), on)
        before = _plain(row)
        row.expires_on, row.version = on, row.version + 1
        row.save()
        count_change("overrides")
        act.record("pay.override-ended", "override", override, before=before, after=_plain(row), reason=reason)
    return row


def adjust(
    workspace: Workspace,
    *,
    actor: str,
    plan: str,
    payee: str,
    pay_period: str,
    component: str,
    amount: Decimal,
    currency: str,
    reason: str,
    key: str | None = None,
) -> Adjustment:
    """Pay an amount by hand, or take it back when negative. With a `key`, a repeated request pays once."""
    require_reason(reason, "to adjust pay")
    _require_exact(amount)
    if not amount:
        raise Refused("An adjustment of nothing pays nothing.", code="pay.amount", hint="Give the amount to pay.")
    known_currency(currency)
    _require_payable(workspace, plan, pay_period, amount, currency)
    _require_component(plan, component)
    values = {"plan": plan, "payee": payee, "pay_period": pay_period, "component": component}
    values |= {"currency": currency, "reason": reason}
    with acting(workspace, actor, "adjust pay") as act:

        def add() -> dict[str, object]:
            require_open(act, workspace, plan, pay_period)
            row = Adjustment.objects.create(adjustment=workspace.ports.ids.new(), amount=amount, **values)
            count_change("adjustments")
            act.record("pay.adjusted", "adjustment", row.adjustment, after=_plain(row), reason=reason)
            return {"adjustment": row.adjustment}

        answer = act.once(key, {**values, "amount": f"{amount:f}"}, add)
        return Adjustment.objects.get(adjustment=answer["adjustment"])


def withdraw(workspace: Workspace, kind: str, decision: str, *, actor: str, reason: str, version: int) -> None:
    """Take back a hold, an override or an adjustment as if it had never been; the log keeps it, and why.

    Refused when a closed period was calculated with it.
    """
    require_reason(reason, f"to withdraw an {kind}" if kind[0] in "ao" else f"to withdraw a {kind}")
    model = KINDS[kind]
    with acting(workspace, actor, f"withdraw {kind}") as act:
        row = _seen(model, kind, decision, version)
        require_unused(workspace, Decision(kind, row))
        if kind == "adjustment":
            require_open(act, workspace, row.plan, row.pay_period)
        before = _plain(row)
        row.delete()
        count_change(f"{kind}s")
        act.record(f"pay.{kind}-withdrawn", kind, decision, before=before, reason=reason)


def _seen(model: type[M], name: str, id_: str, version: int) -> Any:
    row: Any = model._default_manager.filter(**{name: id_}).first()
    if row is None:
        raise NotFound(f"There is no {name} {id_}.", code=f"pay.no-{name}")
    if row.version != version:
        raise Refused(
            f"The {name} was changed since you saw it (version {row.version}, you saw {version}).",
            code="pay.changed",
            hint="Look at it again, then decide.",
        )
    return row


def _require_exact(amount: Any) -> None:
    if isinstance(amount, float) or not amount.is_finite():
        raise Refused(f"{amount!r} is no exact amount.", code="pay.amount", hint="Give a Decimal.")
    if abs(amount) >= TOO_MUCH:
        raise Refused(
            f"{amount} is too large; an amount has at most 14 digits before the point.",
            code="pay.amount",
            hint="Correct the amount.",
        )


def _require_payable(workspace: Workspace, plan: str, period: str, amount: Decimal, currency: str | None) -> None:
    """The plan pays in periods of this name, in this currency, and in whole units of its smallest coin."""
    documents = [document for document in published_plans() if document.plan.plan == plan]
    if not documents:
        raise NotFound(f"No plan {plan} is published.", code="pay.plan", hint="Publish it first, or correct its name.")
    said = documents[-1].plan
    found = workspace.calendars[said.calendar or workspace.calendar].parse(period)
    if found.kind != said.period:
        raise Refused(
            f"{plan} pays by {said.period}; {period} is a {found.kind}.", code="pay.kind", hint="Name a pay period."
        )
    if currency is not None and currency != said.currency:
        raise Refused(
            f"{plan} pays in {said.currency}, not in {currency}.", code="pay.currency", hint="Convert the amount first."
        )
    places = known_currency(said.currency).places
    if amount != round(amount, places):
        raise Refused(
            f"{amount} has more than the {places} decimal places of {said.currency}.",
            code="pay.amount",
            hint="Give an amount that can be paid out.",
        )


def _require_component(plan: str, component: str) -> None:
    """A version of the plan has it: a decision about another one would be silent for ever."""
    versions = [document.plan for document in published_plans() if document.plan.plan == plan]
    known = sorted({name for version in versions for name in version.components})
    if component in known:
        return
    near = suggest(component, known)
    raise NotFound(
        f"{plan} has no component {component}.",
        code="pay.component",
        hint=f"Did you mean {near}?" if near else f"It has {', '.join(known) or 'none'}.",
    )


def _plain(row: models.Model) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in row._meta.fields if field.name != "id"}
    return {name: str(value) if isinstance(value, date | Decimal) else value for name, value in values.items()}
