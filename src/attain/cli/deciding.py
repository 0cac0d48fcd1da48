"""What people decide about single payments: hold, override, adjust. Each needs a reason and leaves an event."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Actor, Folder, Json, Reason, actor_of, examples, opened, wrong_use

if TYPE_CHECKING:
    from attain.web.workspace import Workspace

Day = Annotated[str | None, typer.Option(help="A day such as 2026-03-31; else today.")]
HOLD = (
    'hold place account-executive anna --reason "customer disputes invoice 812"',
    'hold lift 7d1c2b --on 2026-04-15 --reason "paid in full"',
    "hold list",
)


MOST_PLACES = 4
"""Of any currency; how many the plan's has is looked at when it is known."""
MOST_DIGITS = 60
"""More than pay can have; whoever books it says how many these are."""
NEGATIVE = {"ignore_unknown_options": True}
"""An amount such as -250.00 is no option."""


def add_to(app: typer.Typer) -> None:
    holds = typer.Typer(help="Keep pay back, and let it go again.", no_args_is_help=True, rich_markup_mode=None)
    holds.command("place", epilog=examples(HOLD[0]))(place)
    holds.command("lift", epilog=examples(HOLD[1]))(lift)
    holds.command("list", epilog=examples(HOLD[2]))(holds_list)
    app.add_typer(holds, name="hold")
    app.command(
        short_help="Pay another amount for one line.",
        context_settings=NEGATIVE,
        epilog=examples('override account-executive/commission/anna/D-17/2026-03 1200.00 --reason "agreed on 3 March"'),
    )(override)
    app.command(
        short_help="Pay or take back an amount by hand.",
        context_settings=NEGATIVE,
        epilog=examples(
            'adjust account-executive anna 2026-03 commission -250.00 --reason "paid twice in February"',
            'adjust account-executive anna 2026-03 commission 250.00 --reason "trade fair prize"',
        ),
    )(adjust)


def day_of(workspace: Workspace, text: str | None) -> date:
    if text is None:
        today: date = workspace.today()
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong_use(f"{text!r} is no day; write it like 2026-03-31.") from None


def amount_of(text: str) -> Decimal:
    """Digits and a point, as in a file: `1e3`, `1_000` and digits of other scripts are slips of the pen."""
    from attain.kernel.errors import NumberError
    from attain.kernel.numbers import parse_decimal

    try:
        parse_decimal(text, places=MOST_PLACES, max_digits=MOST_DIGITS)
    except NumberError as fault:
        raise wrong_use(f"{text!r} is no amount: {fault.message} Write it like 1250.00.") from None
    return Decimal(text)


def paid_in(plan: str) -> str | None:
    """The currency of a plan, as its last published version says."""
    from attain.web.apps.plans.selectors import published_plans

    codes = [str(document.plan.currency) for document in published_plans() if document.plan.plan == plan]
    return codes[-1] if codes else None


def place(
    plan: Annotated[str, typer.Argument(help="The plan.")],
    payee: Annotated[str, typer.Argument(help="The payee.")],
    component: Annotated[str | None, typer.Option(help="Only this component.")] = None,
    source: Annotated[str | None, typer.Option(help="Only what this event pays.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First day; else today.")] = None,
    until: Annotated[str | None, typer.Option(help="First day on which it no longer holds; else open.")] = None,
    reason: Reason = "",
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Keep back what would be released to a payee."""
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.pay.decisions import place_hold

    known_payee(workspace, plan, payee)
    row = place_hold(
        workspace,
        actor=actor_of(actor),
        plan=plan,
        payee=payee,
        reason=reason,
        valid_from=day_of(workspace, from_),
        valid_to=None if until is None else day_of(workspace, until),
        component=component,
        source=source,
    )
    answer(
        as_json, hold_document(row), lambda: say(f"{plan} of {payee} is held from {row.valid_from}: hold {row.hold}.")
    )


def known_payee(workspace: Workspace, plan: str, payee: str) -> None:
    """A decision about nobody would be silent for ever."""
    from attain.kernel.errors import NotFound, suggest
    from attain.web.apps.org.models import Person, Position
    from attain.web.apps.plans.models import PlanVersion

    plans = list(PlanVersion.objects.values_list("plan", flat=True).distinct())
    if plan not in plans:
        near = suggest(plan, plans)
        hint = f"Did you mean {near}?" if near else f"Published are {', '.join(plans) or 'none'}."
        raise NotFound(f"There is no plan {plan}.", code="plans.unknown", hint=hint)
    people = {*Person.objects.values_list("person", flat=True), *Position.objects.values_list("position", flat=True)}
    if payee.removeprefix("vacant:") not in people:
        near = suggest(payee, people)
        hint = f"Did you mean {near}?" if near else "Import people first."
        raise NotFound(f"There is no payee {payee}.", code="pay.no-payee", hint=hint)


def hold_document(row: Any) -> dict[str, Any]:
    names = ("hold", "plan", "payee", "component", "source", "reason", "valid_from", "valid_to", "version")
    return {name: getattr(row, name) for name in names}


def lift(
    hold: Annotated[str, typer.Argument(help="The hold, or the first signs of its id; see `attain hold list`.")],
    on: Day = None,
    reason: Reason = "",
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """From a day on, the pay is free again."""
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.pay.decisions import lift_hold
    from attain.web.apps.pay.models import Hold

    found = list(Hold.objects.filter(hold__startswith=hold))
    if len(found) != 1:
        raise wrong_use(f"{len(found)} holds begin with {hold}; see `attain hold list`.")
    row = lift_hold(
        workspace,
        found[0].hold,
        actor=actor_of(actor),
        on=day_of(workspace, on),
        reason=reason,
        version=found[0].version,
    )
    answer(as_json, hold_document(row), lambda: say(f"The hold on {row.plan} of {row.payee} ends on {row.valid_to}."))


def holds_list(folder: Folder = None, as_json: Json = False) -> None:
    """Every hold with its reason."""
    from attain.cli.tables import answer, say, table

    opened(folder)
    from attain.web.apps.pay.models import Hold

    found = [hold_document(row) for row in Hold.objects.order_by("valid_from", "hold")]
    rows = [
        (
            one["hold"][:12],
            one["plan"],
            one["payee"],
            one["component"] or "all",
            one["valid_from"],
            one["valid_to"] or "open",
            one["reason"],
        )
        for one in found
    ]
    columns = ("Hold", "plan", "payee", "component", "from", "to (excluded)", "because")
    answer(as_json, {"holds": found}, lambda: table(columns, rows) if rows else say("Nothing is held."))


def override(
    line: Annotated[
        str, typer.Argument(help="plan/component/payee/source/earning-period, as `attain explain` names it.")
    ],
    amount: Annotated[str, typer.Argument(help="What the line shall pay, in the plan's currency.")],
    expires: Annotated[str | None, typer.Option(help="Day from which the computed amount counts again.")] = None,
    reason: Reason = "",
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Pay another amount for one line. The computed amount stays visible beside it."""
    from attain.cli.tables import answer, placed, say

    workspace = opened(folder)
    from attain.web.apps.pay.decisions import override_line

    parts = line.split("/")
    if len(parts) < 5:
        raise wrong_use(f"{line!r} is no line; write plan/component/payee/source/earning-period.")
    plan, component, payee, *source, period = parts
    known_payee(workspace, plan, payee)
    row = override_line(
        workspace,
        actor=actor_of(actor),
        plan=plan,
        component=component,
        payee=payee,
        source="/".join(source),
        earning_period=period,
        amount=amount_of(amount),
        reason=reason,
        expires_on=None if expires is None else day_of(workspace, expires),
    )
    warning = _no_such_line(workspace, line)
    document = {
        "override": row.override,
        "line": line,
        "amount": placed(row.amount, paid_in(plan)),
        "expires_on": row.expires_on,
        "reason": reason,
        "warning": warning,
    }

    def show() -> None:
        say(f"{line} will pay {amount} from the next run on: override {row.override}.")
        if warning:
            say(f"warning: {warning}")

    answer(as_json, document, show)


def _no_such_line(workspace: Workspace, line: str) -> str | None:
    """An override of a line that never comes would be silent for ever, and one that is yet to come may be meant."""
    from attain.kernel.errors import suggest
    from attain.web.apps.pay.calculating import stored
    from attain.web.apps.pay.models import PayPeriod, Run

    published = Run.objects.filter(state=Run.State.PUBLISHED).order_by("-number")
    last = published.first()
    if last is None:
        return None
    closed = PayPeriod.objects.filter(state=PayPeriod.State.CLOSED).values_list("run", flat=True)
    runs = [last, *published.filter(pk__in=closed).exclude(pk=last.pk)]
    if any(stored(workspace, run).table("lines", ["line"], line=line).num_rows for run in runs):
        return None
    plan, _, payee, *_ = line.split("/")
    mine = stored(workspace, last).table("lines", ["line"], plan=plan, payee=payee)["line"].to_pylist()
    near = suggest(line, mine)
    how = f"Did you mean {near}?" if near else f"Its lines: attain explain {payee} --lines"
    return f"{last} has no line {line}; the override waits for one. {how}"


def adjust(
    plan: Annotated[str, typer.Argument(help="The plan.")],
    payee: Annotated[str, typer.Argument(help="The payee.")],
    pay_period: Annotated[str, typer.Argument(help="The open period in which it is paid.")],
    component: Annotated[str, typer.Argument(help="The component it is shown under.")],
    amount: Annotated[str, typer.Argument(help="The amount; negative to take back.")],
    currency: Annotated[str | None, typer.Option(help="Its currency; else that of the plan.")] = None,
    key: Annotated[str | None, typer.Option(help="With a key, a repeated request pays once.")] = None,
    reason: Reason = "",
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Pay an amount by hand, or take it back when negative."""
    from attain.cli.tables import answer, placed, say

    workspace = opened(folder)
    from attain.web.apps.pay.decisions import adjust as pay_by_hand

    known_payee(workspace, plan, payee)
    row = pay_by_hand(
        workspace,
        actor=actor_of(actor),
        plan=plan,
        payee=payee,
        pay_period=pay_period,
        component=component,
        amount=amount_of(amount),
        currency=currency or paid_in(plan) or workspace.base_currency,
        reason=reason,
        key=key,
    )
    document = {
        "adjustment": row.adjustment,
        "plan": plan,
        "payee": payee,
        "pay_period": pay_period,
        "component": component,
        "amount": placed(row.amount, row.currency),
        "currency": row.currency,
        "reason": row.reason,
    }
    said = f"{amount} {row.currency} to {payee} in {pay_period}, from the next run on: adjustment {row.adjustment}."
    answer(as_json, document, lambda: say(said))
