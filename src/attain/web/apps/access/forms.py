"""What one may change about one's own account, and how roles are granted."""

from __future__ import annotations

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
