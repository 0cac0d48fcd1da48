"""What states, parts and kinds of pay are called on pages, in the language of the reader."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

PARTS = {
    "earned": _("Earned"),
    "corrections": _("Corrections"),
    "adjustments": _("Adjustments"),
    "clawbacks": _("Clawback"),
    "waiting": _("Not yet due"),
    "guarantee": _("Guarantee"),
    "draw_paid": _("Draw"),
    "draw_recovered": _("Draw recovery"),
    "carried_in": _("Carried in"),
    "carried_out": _("Carried out"),
}
KINDS = {
    "line": _("Line"),
    "cap": _("Cap"),
    "floor": _("Floor"),
    "difference": _("Correction"),
    "adjustment": _("Adjustment"),
    "clawback": _("Clawback"),
}
CONTROL = {
    "source": _("In the source"),
    "credited": _("Credited"),
    "uncredited": _("Credited to nobody"),
    "unreadable": _("Lacking a date, an amount or a rate"),
    "left_out": _("Not asked for by any plan"),
    "difference": _("Difference"),
}
STATES = {"closed": _("Closed"), "released": _("Released"), "calculated": _("Not released")}
STAGES = {
    "calculating": _("Calculating"),
    "failed": _("Failed"),
    "replaced": _("Replaced"),
    "calculated": _("Waiting for approval"),
    "in review": _("Waiting for second approval"),
    "approved": _("Approved"),
    "released": _("Released"),
    "closed": _("Closed"),
}
TONES = {
    "calculating": "info", "failed": "bad", "replaced": "", "calculated": "warn", "in review": "warn",
    "approved": "good", "released": "info", "closed": "",
}  # fmt: skip
REASONS = {
    "no recipient named": _("no recipient named"),
    "unknown payee": _("unknown payee"),
    "nobody on a plan": _("nobody on a plan"),
    "no plan in force": _("no plan in force"),
    "no rate of exchange or no conversion": _("no rate of exchange or no conversion"),
    "the result is missing: a quota, input or parameter is not there": _(
        "the result is missing: a quota, input or parameter is not there"
    ),
    "what is taken back of the draw is missing": _("what is taken back of the draw is missing"),
    "the seat is vacant: its lines are not paid": _("the seat is vacant: its lines are not paid"),
    "the adjustment is in another currency than the plan": _("the adjustment is in another currency than the plan"),
}
"""Why nothing was credited or paid, by the sentence of the engine; those that name something of the user's stay."""
