"""Draws, guarantees, caps, clawbacks, releases and holds, by figures from paper."""

from __future__ import annotations

import pytest

from attain.checker import recompute
from attain.engine import calculate
from attain.plans.plan_tests import Calculate
from tests.engine.worked import examples, tried


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
@pytest.mark.parametrize("name", examples("settlement"))
def test_the_figures_from_paper_come_out(name: str, calculated: Calculate) -> None:
    """A.8 (four draws), A.9, A.4 (caps), A.10, A.14, A.19, A.20."""
    results = tried("settlement", name, calculated)
    assert results
    assert all(result.passed for result in results), "\n".join(map(str, results))
