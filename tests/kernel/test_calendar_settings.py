"""A calendar written down and read back is the same calendar."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.calendar_settings import calendar_of, settings_of
from attain.kernel.errors import SetupError
from attain.kernel.periods import GREGORIAN, Calendar, GregorianCalendar, RetailCalendar

NAMED = st.sampled_from(["start", "end"])
CALENDARS = st.builds(
    GregorianCalendar,
    st.just("c"),
    fiscal_start_month=st.integers(1, 12),
    year_named_after=NAMED,
    week_start=st.integers(0, 6),
) | st.builds(
    RetailCalendar,
    st.just("c"),
    pattern=st.sampled_from([(4, 4, 5), (4, 5, 4), (5, 4, 4)]),
    year_ends=st.sampled_from(["last", "nearest"]),
    weekday=st.integers(0, 6),
    month=st.integers(1, 12),
    year_named_after=NAMED,
)


@given(calendar=CALENDARS)
def test_settings_survive_being_written(calendar: Calendar) -> None:
    """A.22"""
    assert calendar_of("c", json.loads(json.dumps(settings_of(calendar)))) == calendar


def test_nothing_said_means_civil_months() -> None:
    assert calendar_of("gregorian", {}) == GREGORIAN


@pytest.mark.parametrize(
    ("settings", "mentions"),
    [
        ({"type": "lunar"}, "gregorian, retail"),
        ({"type": "retail", "pattern": "4-4-4"}, "4-4-5, 4-5-4, 5-4-4"),
        ({"type": "retail", "weekday": 5}, "saturday"),
        ({"type": "retail", "fiscal_start_month": 4}, "It knows pattern"),
        ({"fiscal_start_mont": 4}, "Did you mean fiscal_start_month?"),
        ({"fiscal_start_month": True}, "a number"),
        ({"fiscal_start_month": "April"}, "1 to 12"),
        ({"fiscal_start_month": 4.0}, "1 to 12"),
        ({"name": "other"}, "It knows"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_allowed(settings: dict[str, Any], mentions: str) -> None:
    """A.22"""
    with pytest.raises(SetupError, match="Calendar stores has") as refused:
        calendar_of("stores", settings)
    assert refused.value.code == "setup.calendar"
    assert mentions in (refused.value.hint or "")
