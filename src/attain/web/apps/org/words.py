"""What tables and columns of decisions are called on pages, and their values in the reader's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from attain.web.kit import formats

TABLES = {
    "people": _("People"),
    "positions": _("Positions"),
    "assignments": _("Assignments"),
    "relationships": _("Relationships"),
    "teams": _("Teams"),
    "leaves": _("Leaves"),
    "quotas": _("Quotas"),
    "inputs": _("Inputs"),
    "parameters": _("Parameters"),
    "rates": _("Exchange rates"),
}
COLUMNS = {
    "person": _("Person"),
    "name": _("Name"),
    "country": _("Country"),
    "currency": _("Currency"),
    "hired_on": _("Employed from"),
    "left_on": _("Left on"),
    "kind": _("Kind"),
    "position": _("Position"),
    "title": _("Title"),
    "territory": _("Territory"),
    "unit": _("Business unit"),
    "manager": _("Reports to"),
    "team": _("Team"),
    "member": _("Member"),
    "weight": _("Weight"),
    "quota": _("Quota"),
    "subject": _("For"),
    "amount": _("Amount"),
    "per": _("Per"),
    "payee": _("Payee"),
    "share": _("Share"),
    "valid_from": _("From"),
    "valid_to": _("Until"),
    "value": _("Value"),
    "input": _("Input"),
    "parameter": _("Parameter"),
    "plan": _("Plan"),
}
KINDS = {"employee": _("Employee"), "partner": _("Partner")}
ACTIONS = {
    "seat": _("Change manager, title or territory"),
    "move": _("Move to another position"),
    "plan": _("Put on a plan"),
    "team": _("Change team"),
    "quota": _("Change a quota"),
    "away": _("Record a leave"),
    "details": _("Edit details"),
    "leave": _("End employment"),
    "hire": _("Hire a person"),
    "make": _("Make a position"),
    "change": _("Change manager, title or territory"),
    "fill": _("Fill the position"),
    "vacate": _("Vacate the position"),
    "close": _("Close the position"),
    "regroup": _("Move members"),
}
"""By the kind of a change, as pages and the list of imports call it."""


def shown(value: Any, column: str = "") -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, Decimal):
        return formats.exact(value, None)
    if column == "kind" and value in KINDS:
        return str(KINDS[value])
    return str(value)
