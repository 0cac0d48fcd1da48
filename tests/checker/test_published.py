"""Every published case, computed by the checker alone: rules and figures that nobody of this project invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from attain.facts.schema import load_fact_types
from attain.plans.loader import load_folder
from tests.checker.published import faults

CASES = Path(__file__).resolve().parent.parent / "conformance"
TYPES = load_fact_types(CASES / "facts")
PLANS = {document.plan.plan: document.plan for document in load_folder(CASES / "plans")}


@pytest.mark.parametrize("case", sorted(PLANS))
def test_the_checker_finds_the_published_figures(case: str) -> None:
    """A.1 to A.10 and A.21 to A.28, as others print them."""
    plan = PLANS[case]
    assert plan.tests
    assert [fault for test in plan.tests for fault in faults(plan, test, TYPES)] == []
