"""Windows, quotas, groups, currencies and calendars, by figures from paper."""

from __future__ import annotations

import pytest

from attain.checker import recompute
from attain.engine import calculate
from attain.plans.plan_tests import Calculate
from tests.engine.worked import examples, tried


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
@pytest.mark.parametrize("name", examples("measures"))
def test_the_figures_from_paper_come_out(name: str, calculated: Calculate) -> None:
    """A.5, A.7, A.21, A.22, A.24, A.25, A.27."""
    results = tried("measures", name, calculated)
    assert results
    assert all(result.passed for result in results), "\n".join(map(str, results))
