"""What a closed period does to late facts, corrections, overrides and versions, by figures from paper."""

from __future__ import annotations

import pytest

from attain.checker import recompute
from attain.engine import calculate
from attain.plans.plan_tests import Calculate
from tests.engine.worked import examples, tried


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
@pytest.mark.parametrize("name", examples("book"))
def test_the_figures_from_paper_come_out(name: str, calculated: Calculate) -> None:
    """A.11, A.13, A.14, A.26, K.9."""
    results = tried("book", name, calculated)
    assert results
    assert all(result.passed for result in results), "\n".join(map(str, results))
