"""Filters and tags of every template: formats, icons, and addresses that keep what a page was asked for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from attain.kernel.ports import date_in
from attain.web.kit import formats
from attain.web.kit.icons import ICONS

register = template.Library()


@register.filter
def money(minor: int | None, currency: str) -> str:
    return formats.money(minor, currency)


@register.filter
def change(minor: int | None, currency: str) -> str:
    """Money with its sign: a change, or a part of a sum."""
    return formats.money(minor, currency, signed=True)


@register.filter
def size(minor: int, currency: str) -> str:
    """Money without its sign, where the sign stands beside it."""
    return formats.money(abs(minor), currency)


@register.filter
def percent(value: Fraction | None) -> str:
    return formats.percent(value)


@register.filter
def attainment(value: Fraction) -> str:
    return formats.attainment(value)


@register.filter
def mark(value: Fraction) -> str:
    """A percentage on an axis or in a table of marks: 80%, 87.5%."""
    return formats.percent(value, 0 if (value * 100).denominator == 1 else 1)


@register.filter
def count(value: int) -> str:
    return formats.count(value)


@register.filter
def day(value: date | None) -> str:
    return formats.day(value)


@register.filter
def short_day(value: date | None) -> str:
    return formats.day_of_year(value)


@register.filter
def moment(value: datetime | None) -> str:
    return formats.moment(value, settings.WORKSPACE.zone)


@register.filter
def date_of(value: datetime) -> date:
    """The business day of a moment."""
    return date_in(settings.WORKSPACE.zone, value)


@register.filter
def period(value: str) -> str:
    return formats.period(value)


@register.filter
def kind_of_period(value: str) -> str:
    return formats.kind_of_period(value)


@register.filter
def quoted(value: str) -> str:
    return formats.quoted(value)


@register.filter
def initials(value: str) -> str:
    return formats.initials(value)


@register.filter
def exact(amount: Decimal, currency: str | None) -> str:
    """A decided amount, with the places that it has."""
    return formats.exact(amount, currency)


@register.filter
def near(amount: Fraction, currency: str) -> str:
    """An exact amount to the places of its currency, rounded half up: for what is not paid itself."""
    return formats.near(amount, currency)


@register.filter
def short(minor: int, currency: str) -> str:
    """Money on an axis: €2K, €3.5M."""
    return formats.short_money(minor, currency)


@register.filter
def plain(value: float) -> str:
    """A number in a drawing, the same in every language."""
    return f"{value:g}"


@register.filter
def seconds(value: float) -> str:
    return formats.number(value, 1)


@register.filter
def get(values: Any, key: object) -> Any:
    return dict(values)[key]


@register.filter
def may(viewer: Any, right: str) -> bool:
    """Whether a viewer has a right, by its name."""
    return any(one.name == right for one in viewer.rights)


@register.filter
def scoped(place: Any, kept: Any) -> str:
    """The address of an entry of the navigation, with what was chosen on the pages before."""
    asked = {name: kept[name] for name in place.keeps if kept and name in kept}
    return f"{place.address}?{urlencode(asked)}" if asked else str(place.address)


@register.simple_tag
def icon(name: str) -> SafeString:
    return mark_safe(  # noqa: S308  the drawings are ours
        f'<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" '
        f'stroke-linejoin="round" aria-hidden="true">{ICONS[name]}</svg>'
    )


@register.simple_tag(takes_context=True)
def asked(context: dict[str, Any], **changed: object) -> str:
    """The address's question with some answers changed; an empty one is left out."""
    query = context["request"].GET.copy()
    for name, value in changed.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"
