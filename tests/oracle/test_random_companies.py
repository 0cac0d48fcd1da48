"""Random companies under random plans: engine and checker must say the same, to the cent and to the last exception.

Every case mixes what the plan language can say: tiers, splits, roll-ups, caps, draws, claw-backs, currencies, pools,
prizes, holds,
overrides. A seed makes the same case on every machine; thousands more run under soak.
"""

from __future__ import annotations

import pytest

from tests.oracle.held_together import differences, random_case

SEEDS = range(1000, 1040)


@pytest.mark.parametrize("seed", SEEDS)
def test_engine_and_checker_agree_on_a_random_company(seed: int) -> None:
    """Q.1, C7: lines, releases, payments, credits, uncredited events and exceptions."""
    case = random_case(seed)
    assert differences(case.models, case.world.snapshot()) == []


@pytest.mark.soak
def test_engine_and_checker_agree_on_many_random_companies(soak_size: int) -> None:
    """How many differ, of as many as are asked for; the message lists their seeds."""
    different = [
        seed for seed in range(soak_size) if differences(random_case(seed).models, random_case(seed).world.snapshot())
    ]
    assert not different, f"{len(different)} of {soak_size} differ: {different[:50]}"
