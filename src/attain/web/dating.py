"""Rows that hold from a day to a day: which of them hold on one."""

from __future__ import annotations

from datetime import date

from django.db.models import Q


def holds_on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
