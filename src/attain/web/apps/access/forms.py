"""What one may change about one's own account, and how roles are granted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Theme
from .words import ROLES


class MeForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("de", "Deutsch")])
    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=[(Theme.AUTO, _("As the device")), (Theme.LIGHT, _("Light")), (Theme.DARK, _("Dark"))],
    )


class GrantForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()))
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=400)


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What it is for, such as: nightly import."))
    rights = forms.MultipleChoiceField(
        label=_("The program may"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself on that day."),
    )  # fmt: skip
    days = forms.ChoiceField(
        label=_("It works for"),
        choices=[("30", _("30 days")), ("90", _("90 days")), ("180", _("180 days")), ("365", _("365 days"))],
    )

    def __init__(self, rights: list[tuple[str, str]], *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["rights"].choices = rights
