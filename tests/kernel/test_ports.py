"""Clock, ids and randomness: real ones for the world, repeatable ones for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from attain.kernel.errors import SetupError
from attain.kernel.ports import FixedClock, SequentialIds, date_in, real_ports, repeatable_ports

# The last minute of March and the first of April in each zone, as moments in UTC.
LAST_MINUTE_OF_MARCH = {
    "Europe/Berlin": datetime(2026, 3, 31, 21, 59, tzinfo=UTC),
    "America/New_York": datetime(2026, 4, 1, 3, 59, tzinfo=UTC),
    "America/Los_Angeles": datetime(2026, 4, 1, 6, 59, tzinfo=UTC),
    "Asia/Kolkata": datetime(2026, 3, 31, 18, 29, tzinfo=UTC),
    "Pacific/Auckland": datetime(2026, 3, 31, 10, 59, tzinfo=UTC),
    "UTC": datetime(2026, 3, 31, 23, 59, tzinfo=UTC),
}


@pytest.mark.parametrize(("zone", "moment"), LAST_MINUTE_OF_MARCH.items())
def test_a_month_ends_at_midnight_of_its_own_zone(zone: str, moment: datetime) -> None:
    clock = FixedClock(moment)
    assert clock.today(zone) == date(2026, 3, 31)
    clock.advance(timedelta(minutes=1))
    assert clock.today(zone) == date(2026, 4, 1)


def test_the_hour_that_exists_twice_is_one_day() -> None:
    """02:30 on 25 October 2026 exists twice in Berlin."""
    for hour in (0, 1):
        assert date_in("Europe/Berlin", datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) == date(2026, 10, 25)


@pytest.mark.parametrize("zone", ["Europe/Berlyn", "", "../../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_refused_by_name(zone: str) -> None:
    with pytest.raises(SetupError) as refused:
        FixedClock(datetime(2026, 1, 1, tzinfo=UTC)).today(zone)
    assert refused.value.code == "setup.time-zone" and repr(zone) in refused.value.message


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(TypeError):
        FixedClock(naive)
    with pytest.raises(TypeError):
        date_in("UTC", naive)


def test_a_clock_tells_utc_whatever_zone_it_was_set_in() -> None:
    clock = FixedClock(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert real_ports().clock.now().tzinfo is UTC


def test_ids_are_uuids_and_repeat_only_with_their_seed() -> None:
    one, again, other, real = SequentialIds(7), SequentialIds(7), SequentialIds(8), real_ports().ids
    first = [one.new() for _ in range(100)]
    assert first == [again.new() for _ in range(100)]
    everything = {*first, *(other.new() for _ in range(100)), *(real.new() for _ in range(100))}
    assert len(everything) == 300
    assert all(str(UUID(each)) == each and UUID(each).version == 4 for each in everything)


def test_a_seed_repeats_every_door_and_the_real_ones_do_not() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    one, again = repeatable_ports(3, moment), repeatable_ports(3, moment)
    for _ in range(5):
        assert one.randomness.token() == again.randomness.token()
        assert one.randomness.below(1000) == again.randomness.below(1000)
        assert one.ids.new() == again.ids.new()
    assert one.clock.now() == again.clock.now()
    real = real_ports().randomness
    assert len({real.token() for _ in range(100)}) == 100
    assert all(0 <= real.below(3) < 3 for _ in range(50))
