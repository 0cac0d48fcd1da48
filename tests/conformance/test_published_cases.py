"""The published figures come out of the published inputs: the tests of each plan, run by engine and checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from attain.checker.recompute import recompute
from attain.engine import calculate
from attain.facts.schema import load_fact_types
from attain.kernel.periods import GREGORIAN
from attain.plans.loader import load_folder
from attain.plans.plan_tests import Calculate, run_tests

HERE = Path(__file__).resolve().parent
DOCUMENTS = {document.plan.plan: document for document in load_folder(HERE / "plans")}
FACT_TYPES = load_fact_types(HERE / "facts")


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
@pytest.mark.parametrize("case", sorted(DOCUMENTS))
def test_the_published_figures_come_out(case: str, calculated: Calculate) -> None:
    """Rows A.1 to A.10, A.19, A.21, A.25, B.1, B.2, B.3: whatever others have printed of them."""
    results = run_tests([DOCUMENTS[case]], FACT_TYPES, {GREGORIAN.name: GREGORIAN}, calculated)
    assert results
    assert all(result.passed for result in results), "\n".join(map(str, results))
