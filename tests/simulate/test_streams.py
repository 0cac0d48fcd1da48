"""Chance by place: the same in any piece, and distributed as the documents say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from attain.simulate.parameters import LAWS, day_weights, signed_at_quarter_end
from attain.simulate.streams import Stream, rows

MANY = rows(0, 200_000)


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**12), st.text(max_size=8))
def test_a_number_is_the_same_alone_and_in_a_column(seed: int, place: int, name: str) -> None:
    stream = Stream(seed, name)
    column = stream.uniform(rows(place, place + 5))
    assert [stream.one(place + step) for step in range(5)] == column.tolist()
    assert all(0 < number < 1 for number in column)


def test_streams_are_spread_evenly_and_know_nothing_of_each_other() -> None:
    one, other = Stream(1, "a").uniform(MANY), Stream(1, "b").uniform(MANY)
    next_seed = Stream(2, "a").uniform(MANY)
    shares = np.histogram(one, 50, (0, 1))[0] / len(MANY)
    assert np.abs(shares - 0.02).max() < 0.0015
    for rival in (other, next_seed, np.roll(one, 1)):
        assert abs(np.corrcoef(one, rival)[0, 1]) < 0.01


def test_the_distributions_have_the_moments_that_they_promise() -> None:
    stream = Stream(5, "moments")
    normal = stream.normal(MANY)
    assert abs(normal.mean()) < 0.01 and abs(normal.std() - 1) < 0.01
    assert abs((normal**4).mean() - 3) < 0.1
    assert abs(stream.exponential(MANY).mean() - 1) < 0.01
    counted = stream.counts(MANY, np.full(len(MANY), 2.5), 30)
    assert abs(counted.mean() - 2.5) < 0.02 and abs(counted.var() - 2.5) < 0.05
    assert (
        np.abs(np.bincount(stream.choice(MANY, (1, 2, 1)), minlength=3) / len(MANY) - (0.25, 0.5, 0.25)).max() < 0.005
    )
    whole = stream.between(MANY, 3, 7)
    assert set(whole.tolist()) == {3, 4, 5, 6, 7}


def test_the_hockey_stick_only_moves_days_within_the_last_weeks_of_a_quarter() -> None:
    start = int(np.datetime64("2025-01-01").astype(int))
    days = start + MANY % 365
    pressed = signed_at_quarter_end(days, Stream(1, "x").uniform(MANY), np.full(len(MANY), 0.5))
    quarter = [day.astype("datetime64[D]").astype("datetime64[M]").astype(int) // 3 for day in (days, pressed)]
    assert (quarter[0] == quarter[1]).all() and (pressed >= days).all()
    moved = pressed > days
    ends = ((quarter[0] + 1) * 3).astype("datetime64[M]").astype("datetime64[D]").astype(int)
    assert 0.1 < moved.mean() < 0.3
    assert (ends - pressed)[moved].max() <= 8 and (ends - days)[moved].max() <= 40


def test_little_happens_on_weekends() -> None:
    first = int(np.datetime64("2025-01-01").astype(int))  # a Wednesday
    weights = day_weights(first, first + 5)
    assert weights[3] < 0.1 * weights[2] and weights[4] < 0.1 * weights[2]
    assert LAWS.weekend_weight == 0.04
