"""Who knows what a company can see, and looks well, finds the laws again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from attain.simulate.company import market_of
from attain.simulate.deals import OPEN, WON, Deals, Market
from attain.simulate.parameters import LAWS
from attain.simulate.size import Size
from tests.simulate.company import arrived

DEALS = 20_000


@pytest.fixture(scope="module")
def market() -> Market:
    return market_of(Size(payees=300, transactions=60_000, seed=11))[0]


@pytest.fixture(scope="module")
def deals(market: Market) -> Deals:
    made = market.deals(np.arange(DEALS))
    return made.only(made.outcome != OPEN)


def logistic(inputs: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and their standard errors, by Newton's method."""
    weights = np.zeros(inputs.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        curve = (inputs * (chance * (1 - chance))[:, None]).T @ inputs
        weights = weights + np.linalg.solve(curve, inputs.T @ (outcome - chance))
    return weights, np.sqrt(np.diag(np.linalg.inv(curve)))


def observed(market: Market, deals: Deals) -> np.ndarray:
    held = deals.person >= 0
    skill = np.where(held, market.staff.skill[deals.person], 0.0)
    tenure = np.where(held, deals.created - market.staff.hired[deals.person], 0).clip(0)
    ramp = np.where(held, LAWS.ramp(tenure, deals.segment), 0.0)
    segments = (deals.segment[:, None] == np.arange(3)).astype(float)
    sources = (deals.source[:, None] == np.arange(1, 5)).astype(float)
    rest = (deals.competitor, deals.discount / 100, skill, 1 - ramp)
    return np.column_stack([np.log2(1.0 + deals.activities), segments, sources, *rest])


def test_a_regression_finds_the_effect_of_each_kind_of_activity(market: Market, deals: Deals) -> None:
    found, error = logistic(observed(market, deals), (deals.outcome == WON).astype(float))
    for place, effect in enumerate(LAWS.activity_effect):
        assert abs(found[place] - effect) < 3 * error[place] < 0.2
    assert found[2] > found[3] > found[0] > found[1]  # a meeting does most, an e-mail nothing
    competitor, skill, ramp = found[11], found[13], found[14]
    assert abs(competitor - LAWS.competitor_effect) < 0.15
    assert abs(skill - 1) < 0.2 and abs(ramp + LAWS.ramp_penalty) < 0.4


def test_who_forgets_skill_overrates_what_the_diligent_do(market: Market, deals: Deals) -> None:
    """Good people are also diligent, so what is done looks better than it is: the trap that the truth is there for."""
    outcome = (deals.outcome == WON).astype(float)
    inputs = observed(market, deals)
    blind, _ = logistic(np.delete(inputs, 13, axis=1), outcome)
    fair, _ = logistic(inputs, outcome)
    assert blind[:4].sum() > fair[:4].sum()


def test_the_true_probability_is_calibrated(deals: Deals) -> None:
    order = np.argsort(deals.probability)
    for tenth in np.array_split(order, 10):
        expected = deals.probability[tenth].mean()
        spread = np.sqrt(expected * (1 - expected) / len(tenth))
        assert abs((deals.outcome[tenth] == WON).mean() - expected) < 4 * spread


def test_the_median_deal_and_cycle_are_those_of_the_segment(deals: Deals) -> None:
    for place in range(3):
        mine = deals.segment == place
        euros = deals.amount[mine] / 100 * np.array(LAWS.rate_start)[deals.currency[mine]]
        assert abs(np.median(euros / (1 - deals.discount[mine] / 1000)) / LAWS.amount_median[place] - 1) < 0.08
        won = mine & (deals.outcome == WON)
        assert abs(np.median((deals.decided - deals.created)[won]) / LAWS.cycle_median[place] - 1) < 0.15


def test_the_files_tell_of_as_many_activities_as_the_truth(company: Path) -> None:
    """Of deals that were decided within the simulated time; of others some are still to come."""
    truth = pq.read_table(company / "truth/true_opportunities.parquet")
    told = arrived(company, "activities").group_by(["opportunity", "kind"]).aggregate([("id", "count")])
    counted = {(row["opportunity"], row["kind"]): row["id_count"] for row in told.to_pylist()}
    decided = [row for row in truth.to_pylist() if row["decided_on"] and f"{row['decided_on']}" < "2025-07-01"]
    assert len(decided) > 500
    for row in decided:
        for kind in ("call", "email", "meeting", "webinar"):
            assert counted.get((row["opportunity"], kind), 0) == row[f"{kind}s"]
