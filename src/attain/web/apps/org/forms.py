"""What is asked for a change: each from a day on, and with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attain.facts.values import FIRST_DAY, LAST_DAY
from attain.kernel.currencies import ACTIVE
from attain.web.kit import formats

from .words import KINDS

LONGEST = 150


def _day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    bounds = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **bounds})
    return forms.DateField(
        label=label, help_text=help_text, required=required, widget=widget, validators=[_among_the_days]
    )


def _among_the_days(day: date) -> None:
    """The days that files may name, too."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise forms.ValidationError(
            _("A day between %(first)s and %(last)s is needed."),
            params={"first": formats.day(FIRST_DAY), "last": formats.day(LAST_DAY)},
        )


def _text(label: Any, help_text: Any = "", *, required: bool = False, listed: str = "") -> forms.CharField:
    """`listed` names the list of what is known, which the browser offers while one types."""
    attributes = {"autocomplete": "off", **({"list": listed} if listed else {})}
    widget = forms.TextInput(attrs=attributes)
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=LONGEST, widget=widget)


POSITIONS, PEOPLE, TITLES, TERRITORIES, UNITS, TEAMS = (
    "positions", "people", "titles", "territories", "units", "teams",
)  # fmt: skip


class Change(forms.Form):
    day = _day_field(_("From"), _("The first day on which it holds. What was before stays as it was."))
    reason = forms.CharField(
        label=_("Reason"), max_length=400, help_text=_("It stands in the timeline and in the log, beside your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    last: tuple[str, ...] = ("day", "reason")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        own = [name for name in self.fields if name not in self.last]
        self.order_fields([*own, *(name for name in self.last if name in self.fields)])

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"].strip().upper()
        if code and code not in ACTIVE:
            raise forms.ValidationError(_("%(code)s is no currency."), params={"code": code})
        return code


class Seat(Change):
    title = _text(_("Title"), _("Plans find their participants by it."), listed=TITLES)
    manager = _text(_("Reports to"), _("A person or a position. Empty for whoever is at the top."), listed=POSITIONS)
    territory = _text(_("Territory"), listed=TERRITORIES)
    unit = _text(_("Business unit"), listed=UNITS)


class Move(Change):
    position = _text(
        _("Position"), _("A vacant one. Their own becomes vacant on that day."), required=True, listed=POSITIONS
    )


class OnPlan(Change):
    plan = forms.ChoiceField(
        label=_("Plan"), help_text=_("A plan is for whom its text says. The position gets what the plan asks for.")
    )

    def __init__(self, *arguments: Any, plans: Sequence[tuple[str, str]] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["plan"].choices = list(plans)


class Team(Change):
    team = _text(_("Team"), _("A known team or a new one. Empty to leave the team."), listed=TEAMS)
    weight = forms.DecimalField(
        label=_("Weight"), min_value=0, max_digits=18, decimal_places=6, initial=Decimal(1),
        help_text=_("The part of a team's pay, beside the weights of the others."),
    )  # fmt: skip


class Quota(Change):
    quota = _text(_("Quota"), _("As plans call it."), required=True, listed="quotas")
    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=18, decimal_places=4)
    currency = _text(_("Currency"), _("Empty where units are counted."))
    per = forms.ChoiceField(label=_("Per"))
    until = _day_field(
        _("Until"), _("The first day on which it holds no more. Empty where it goes on."), required=False
    )
    last = ("day", "until", "reason")

    def __init__(self, *arguments: Any, kinds: Iterable[tuple[str, str]] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["per"].choices = list(kinds)

    def clean(self) -> dict[str, Any]:
        return _in_order(self, super().clean() or {})


class Away(Change):
    kind = _text(_("Kind of leave"), _("Such as parental or sick."), required=True)
    until = _day_field(_("Until"), _("The first day back. Empty while it is not known."), required=False)
    last = ("day", "until", "reason")

    def clean(self) -> dict[str, Any]:
        return _in_order(self, super().clean() or {})


def _in_order(form: forms.Form, given: dict[str, Any]) -> dict[str, Any]:
    if given.get("day") and given.get("until") and given["until"] <= given["day"]:
        form.add_error("until", _("It would end before it begins."))
    return given


class Details(Change):
    day = None  # a person's details hold whatever the day is
    name = _text(_("Name"), required=True)
    country = _text(_("Country"))
    currency = _text(_("Currency"), _("In which this person is paid."))
    hired_on = _day_field(_("Employed from"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    last = ("reason",)


class Leave(Change):
    day = _day_field(
        _("First day no longer employed"), _("The position becomes vacant on it. Teams and overlays end, too.")
    )


class Hire(Change):
    person = _text(
        _("Person's id"), _("As the HR system calls this person. It cannot be changed later."), required=True
    )
    name = _text(_("Name"), required=True)
    country = _text(_("Country"))
    currency = _text(_("Currency"), _("In which this person is paid."))
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    position = _text(
        _("Position"), _("A vacant one, or the id of a new one. Empty: one of their own is made."), listed=POSITIONS
    )
    title = _text(_("Title"), _("Of a new position. A vacant one keeps its own."), listed=TITLES)
    manager = _text(_("Reports to"), listed=POSITIONS)
    territory = _text(_("Territory"), listed=TERRITORIES)
    unit = _text(_("Business unit"), listed=UNITS)
    day = _day_field(_("First day"))


class Make(Seat):
    position = _text(_("Position's id"), _("As the HR system calls it. It cannot be changed later."), required=True)
    field_order = ("position",)


class Fill(Change):
    person = _text(_("Person"), _("By id or by name."), required=True, listed=PEOPLE)


class Vacate(Change):
    day = _day_field(_("From"), _("The first day on which nobody holds it."))


class Close(Change):
    day = _day_field(
        _("From"), _("The first day on which there is no such position. Its holder leaves it on that day.")
    )


class Regroup(Change):
    into = _text(_("Into"), _("A known one or a new name. Empty to take them out."))
    everybody = forms.BooleanField(
        label=_("All members"), help_text=_("Without it, those that are ticked below."), required=False
    )
    members = forms.MultipleChoiceField(label=_("Members"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *arguments: Any, members: Sequence[tuple[str, str]] = (), listed: str = "", group: str = "", **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        self.fields["members"].choices = list(members)
        self.fields["into"].widget.attrs["list"] = listed
        if not group:  # everybody there is would be no group
            del self.fields["everybody"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("everybody"):  # one field, however many they are: a request may have only so many
            given["members"] = [name for name, _label in self.fields["members"].choices]
        elif "members" in given and not given["members"]:
            self.add_error("members", _("Tick at least one, or all of them."))
        return given


OF_PERSON: Mapping[str, type[Change]] = {
    "seat": Seat, "move": Move, "plan": OnPlan, "team": Team, "quota": Quota, "away": Away, "details": Details,
    "leave": Leave,
}  # fmt: skip
OF_POSITION: Mapping[str, type[Change]] = {"change": Seat, "fill": Fill, "vacate": Vacate, "close": Close}
