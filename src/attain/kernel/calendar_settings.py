"""Calendars as settings: what a workspace's file says of them, and what the snapshot of a run keeps of them.

Weekdays are written by name and a 4-4-5 pattern as such, so that nobody has to know from where we count. What
`settings_of` writes, `calendar_of` reads back as an equal calendar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .errors import SetupError, Where, suggest
from .periods import Calendar, GregorianCalendar, RetailCalendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TYPES: dict[str, type[GregorianCalendar] | type[RetailCalendar]] = {
    "gregorian": GregorianCalendar,
    "retail": RetailCalendar,
}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


def calendar_of(name: str, settings: Mapping[str, object]) -> Calendar:
    """
    >>> retail = {"type": "retail", "pattern": "4-5-4", "year_ends": "nearest", "weekday": "saturday", "month": 1}
    >>> calendar_of("stores", retail).parse("2024-P12").days // 7
    5
    """
    if not _NAME.fullmatch(name):
        raise SetupError(
            f"'{name[:60]}' cannot be the name of a calendar.",
            code="setup.calendar",
            where=Where(field=f"calendars.{name[:60]}"),
            hint="Take letters, digits, hyphens, points and underscores, at most 60.",
        )
    type_ = settings.get("type", "gregorian")
    if not isinstance(type_, str) or type_ not in TYPES:
        raise _wrong(name, "type", type_, ", ".join(TYPES))
    allowed = [field.name for field in fields(TYPES[type_]) if field.name != "name"]
    given: dict[str, Any] = {}
    for setting, value in settings.items():
        if setting in allowed:
            given[setting] = _read(name, setting, value)
        elif setting != "type":
            near = suggest(setting, allowed)
            raise SetupError(
                f"Calendar {name} has the setting {setting}, which a {type_} calendar does not know.",
                code="setup.calendar",
                where=Where(field=f"calendars.{name}.{setting}"),
                hint=f"Did you mean {near}?" if near else f"It knows {', '.join(allowed)}.",
            )
    return TYPES[type_](name, **given)


def settings_of(calendar: Calendar) -> dict[str, str | int]:
    """All settings, also those that are defaults today: a later default must not change an old run."""
    for type_, class_ in TYPES.items():
        if isinstance(calendar, class_):
            kept = {field.name: getattr(calendar, field.name) for field in fields(class_) if field.name != "name"}
            return {"type": type_, **{setting: _written(setting, value) for setting, value in kept.items()}}
    raise TypeError(f"{type(calendar).__name__} is no calendar that settings can describe.")


def _read(calendar: str, setting: str, value: object) -> object:
    if setting in ("weekday", "week_start"):
        if value not in WEEKDAYS:
            raise _wrong(calendar, setting, value, ", ".join(WEEKDAYS))
        return WEEKDAYS.index(str(value))
    if setting == "pattern":
        patterns = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
        if value not in patterns:
            raise _wrong(calendar, setting, value, ", ".join(patterns))
        return patterns[str(value)]
    if isinstance(value, bool):  # a TOML true is no number
        raise _wrong(calendar, setting, value, "a number or a word")
    return value


def _written(setting: str, value: Any) -> str | int:
    if setting in ("weekday", "week_start"):
        return WEEKDAYS[value]
    if setting == "pattern":
        return "-".join(str(weeks) for weeks in value)
    return value if isinstance(value, int) else str(value)


def _wrong(calendar: str, setting: str, value: object, allowed: str) -> SetupError:
    return SetupError(
        f"Calendar {calendar} has {setting} = {value!r}.",
        code="setup.calendar",
        where=Where(field=f"calendars.{calendar}.{setting}"),
        hint=f"Allowed: {allowed}.",
    )
