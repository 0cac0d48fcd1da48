"""The lists of pay: statements of a period, statements of one payee, runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attain.documents.statement import Payment
from attain.web.kit import formats
from attain.web.kit.tables import Column, Filter, Table

from .models import Run
from .statements import Shown
from .words import STAGES, STATES, TONES


@dataclass(frozen=True)
class Own:
    """A statement of whoever looks."""

    shown: Shown
    payment: Payment

    @property
    def address(self) -> str:
        return reverse("statement", args=(self.payment.payee, self.shown.key))

    @property
    def words(self) -> str:
        return f"{formats.period(self.shown.key)} {self.shown.key}"


@dataclass(frozen=True)
class Paid(Own):
    """One of somebody, with their name."""

    name: str

    @property
    def words(self) -> str:
        return f"{self.name} {self.payment.payee} {' '.join(self.payment.plans)}"


def _payees(count: int) -> str:
    return ngettext("%(shown)s statement", "%(shown)s statements", count) % {"shown": formats.count(count)}


def _code(row: Any) -> str:
    return str(row.payment.currency)


EARNED = Column("earned", _("Earned"), lambda row: row.payment.earned, "money", currency=_code, total=True)
PAYABLE = Column("payable", _("Payable"), lambda row: row.payment.payable, "money", currency=_code, total=True,
                 css="strong amount")  # fmt: skip
STATEMENTS = Table(
    "statements", _("Statements"),
    (
        Column("payee", _("Payee"), lambda row: row.name, "person", under=lambda row: row.payment.payee,
               link=lambda row: row.address, css=""),
        Column("plans", _("Plans"), lambda row: ", ".join(row.payment.plans), css="phone-off second"),
        Column("currency", _("Currency"), _code, shown=False),
        Column("other", _("Other parts"), lambda row: row.payment.payable - row.payment.earned, "money", currency=_code,
               total=True, shown=False),
        EARNED, PAYABLE,
    ),
    find=_("Find a payee"), counted=_payees,
    filters=(
        Filter("plan", _("Plan"), _("All plans"), value=lambda row: row.payment.plans),
        Filter("currency", _("Currency"), _("All currencies"), value=_code),
    ),
    nothing=_("No statement in this period"), not_found=_("Nobody is found"),
)  # fmt: skip


OWN_STATEMENTS = Table(
    "own-statements", _("Statements"),
    (
        Column("ends", _("Pay period"), lambda row: formats.period(row.shown.key), link=lambda row: row.address,
               sortable=False, css=""),
        Column("state", _("State"), lambda row: str(STATES[row.shown.state]), css="phone-under second"),
        Column("since", _("Released"), lambda row: row.shown.since, "moment", shown=False),
        EARNED, PAYABLE,
    ),
    find=_("Find a period"), counted=_payees,
    nothing=_("No statement yet"), not_found=_("No statement is found"),
    nothing_more=_("Your first statement appears here as soon as a period is released."),
)  # fmt: skip


@dataclass(frozen=True)
class RunRow:
    run: Run
    stage: str

    @property
    def words(self) -> str:
        return f"{self.run.pk} {self.run.started_by} {STAGES[self.stage]}"


def _runs(count: int) -> str:
    return ngettext("%(shown)s run", "%(shown)s runs", count) % {"shown": formats.count(count)}


RUNS = Table(
    "runs", _("Runs"),
    (
        Column("run", _("Run"), lambda row: row.run.pk, under=lambda row: row.run.started_by,
               link=lambda row: reverse("run", args=(row.run.pk,)), css=""),
        Column("first", _("First day"), lambda row: row.run.starts_on, "day"),
        Column("last", _("Last day"), lambda row: row.run.last_day, "day"),
        Column("started", _("Calculated"), lambda row: row.run.started_at, "moment", css="phone-under"),
        Column("stage", _("State"), lambda row: str(STAGES[row.stage]), "pill", tone=lambda row: TONES[row.stage],
               css="phone-wide"),
        Column("payable", _("Payable"), lambda row: row.run.payable, "amounts", sortable=False, css="strong amount"),
    ),
    find=_("Find a run"), counted=_runs, size=25,
    filters=(
        Filter("stage", _("State"), _("All states"), value=lambda row: row.stage,
               says=lambda one: STAGES.get(one, one)),
        Filter("by", _("Started by"), _("Started by all"), value=lambda row: row.run.started_by),
    ),
    nothing=_("There is no run yet"), not_found=_("No run is found"),
    nothing_more=_("Import facts, publish a plan, then calculate the first period."),
)  # fmt: skip
