"""What people decided about single payments: see it, end it on a day, take it back while nothing rests on it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from attain.cli.deciding import Day, day_of
from attain.cli.options import Actor, Folder, Json, Reason, actor_of, examples, opened, wrong_use

KINDS = ("hold", "override", "adjustment")
Id = Annotated[str, typer.Argument(help="The decision, or the first signs of its id; see `attain decisions`.")]


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="List holds, overrides and adjustments.",
        epilog=examples("decisions", "decisions --kind override --json", "decisions --payee anna"),
    )(decisions)
    app.command(
        short_help="Let a hold or an override end on a day.",
        epilog=examples('end 7d1c2b --on 2026-04-15 --reason "the customer has paid"'),
    )(end)
    app.command(
        short_help="Take back a decision as if it had never been.",
        epilog=examples('withdraw 7d1c2b --reason "entered for the wrong person"'),
    )(withdraw)


def decisions(
    kind: Annotated[str | None, typer.Option(help=f"Only one kind: {', '.join(KINDS)}.")] = None,
    payee: Annotated[str | None, typer.Option(help="Only those about this payee.")] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Every hold, override and adjustment that stands: about whom, since when, until when, by whom, and why."""
    from attain.cli.tables import answer, say, table
    from attain.kernel.errors import suggest

    if kind is not None and kind not in KINDS:
        near = suggest(kind, KINDS)
        raise wrong_use(f"There is no kind {kind}; {f'did you mean {near}?' if near else 'known: ' + ', '.join(KINDS)}")
    opened(folder)
    from attain.web.apps.pay.decided import decisions as all_decisions

    found = [_document(one) for one in all_decisions(kind, payee=payee)]
    shown = [
        (one["id"][:12], one["kind"], one["plan"], one["payee"], _about(one), one["amount"] or "",
         one["from"] or "", one["until"] or "", one["by"], one["reason"])
        for one in found
    ]  # fmt: skip
    columns = ("Decision", "kind", "plan", "payee", "about", ">amount", "from", "until (excluded)", "by", "because")
    answer(as_json, {"decisions": found}, lambda: table(columns, shown) if found else say("Nothing was decided."))


def _document(one: Any) -> dict[str, Any]:
    """The same keys for every kind; what a kind does not have is null."""
    from attain.cli.deciding import paid_in
    from attain.cli.tables import placed

    row = one.row
    code = getattr(row, "currency", None) or paid_in(row.plan)
    return {
        "id": one.id,
        "kind": one.kind,
        "plan": row.plan,
        "payee": row.payee,
        "component": row.component,
        "source": getattr(row, "source", None),
        "period": getattr(row, "earning_period", None) or getattr(row, "pay_period", None),
        "amount": None if (amount := getattr(row, "amount", None)) is None else placed(amount, code),
        "currency": code,
        "from": getattr(row, "valid_from", None),
        "until": row.expires_on if one.kind == "override" else getattr(row, "valid_to", None),
        "reason": row.reason,
        "by": one.by,
        "at": one.at,
        "version": row.version,
    }


def _about(one: dict[str, Any]) -> str:
    return "/".join(str(one[name]) for name in ("component", "source", "period") if one[name]) or "everything"


def end(
    decision: Id,
    on: Day = None,
    reason: Reason = "",
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """From a day on a hold stops nothing any more, or an override's line pays what is computed again.

    An override still holds in pay periods that begin before that day. What was paid with it stays; the
    difference is paid in the first of the others. An adjustment has no end: withdraw it, or adjust the other way.
    """
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.pay.decided import Decision, decision_named
    from attain.web.apps.pay.decisions import expire_override, lift_hold

    found = decision_named(decision)
    if found.kind == "adjustment":
        raise wrong_use(f"{found.id[:12]} is an adjustment; it has no end. Withdraw it, or adjust the other way.")
    change: Any = lift_hold if found.kind == "hold" else expire_override
    day = day_of(workspace, on)
    row = change(workspace, found.id, actor=actor_of(actor), on=day, reason=reason, version=found.row.version)
    said = {
        "hold": f"{row.plan} of {row.payee} is no longer held from {day} on.",
        "override": f"Runs that begin on {day} or later pay what is computed: override {found.id[:12]} has ended.",
    }
    answer(as_json, _document(Decision(found.kind, row)), lambda: say(said[found.kind]))


def withdraw(
    decision: Id, reason: Reason = "", folder: Folder = None, actor: Actor = None, as_json: Json = False
) -> None:
    """Take back a hold, an override or an adjustment as if it had never been. The log keeps it, and why.

    Refused when a closed period was calculated with it: then let it end, or adjust the other way.
    """
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.pay.decided import decision_named
    from attain.web.apps.pay.decisions import withdraw as take_back

    found = decision_named(decision)
    document = {**_document(found), "withdrawn_because": reason}
    take_back(workspace, found.kind, found.id, actor=actor_of(actor), reason=reason, version=found.row.version)
    answer(as_json, document, lambda: say(f"The {found.kind} {found.id[:12]} of {document['payee']} is withdrawn."))
