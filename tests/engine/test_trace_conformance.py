"""Every published case is explained: what the plan's own tests calculate adds up again, line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from attain.engine.calculation import Calculation, calculate
from attain.engine.trace import Explanation, explain, explain_payment
from attain.facts.schema import load_fact_types
from attain.facts.snapshot import Snapshot
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN
from attain.plans.loader import Document, load_folder
from attain.plans.model import Plan
from attain.plans.plan_tests import run_tests

FOLDER = Path(__file__).resolve().parent.parent / "conformance"
DOCUMENTS = {document.plan.plan: document for document in load_folder(FOLDER / "plans")}


def explaining(document: Document, each: int, found: list[Explanation]) -> Callable[..., Calculation]:
    """Calculates, and explains up to `each` lines of every component and payments; all when it is 0."""

    def calculated(plans: Sequence[Plan], snapshot: Snapshot, span: Interval) -> Calculation:
        calculation = calculate(plans, snapshot, span)
        counted: dict[tuple[str, str], int] = {}
        for row in calculation.rows("lines"):
            key = (row["component"], row["kind"])
            counted[key] = counted.get(key, 0) + 1
            if not each or counted[key] <= each:
                found.append(explain(calculation, [document], row["line"]))
        for row in list(calculation.rows("payments"))[: each or None]:
            found.append(explain_payment(calculation, [document], row["plan"], row["payee"], row["pay_period"]))
        return calculation

    return calculated


def unproven(document: Document, each: int, only: str | None) -> list[str]:
    found: list[Explanation] = []
    run_tests(
        [document], load_fact_types(FOLDER / "facts"), {"gregorian": GREGORIAN}, explaining(document, each, found), only
    )
    assert found, "nothing was explained"
    return [f"{explanation.title.words} {fault}" for explanation in found for fault in explanation.faults()]


@pytest.mark.parametrize("case", sorted(DOCUMENTS))
def test_a_line_of_each_component_of_a_published_case_adds_up(case: str) -> None:
    """K.2: the trace re-computes to the same cent."""
    document = DOCUMENTS[case]
    assert unproven(document, 1, document.plan.tests[0].name) == []


@pytest.mark.soak
@pytest.mark.parametrize("case", sorted(DOCUMENTS))
def test_every_line_and_payment_of_a_published_case_adds_up(case: str) -> None:
    """K.2"""
    assert unproven(DOCUMENTS[case], 0, None) == []
