"""Draws, guarantees, caps, clawbacks, releases and holds, by figures from paper."""

from __future__ import annotations

from fractions import Fraction

import pytest

from attain.checker import recompute
from attain.engine import calculate
from attain.engine.trace import explain, explain_payment
from attain.facts.snapshot import Snapshot
from attain.plans.plan_tests import Calculate
from tests.engine.worked import FACT_TYPES, SEATS, examples, loaded, months, tried


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
@pytest.mark.parametrize("name", examples("settlement"))
def test_the_figures_from_paper_come_out(name: str, calculated: Calculate) -> None:
    """A.8 (four draws), A.9, A.4 (caps), A.10, A.14, A.19, A.20."""
    results = tried("settlement", name, calculated)
    assert results
    assert all(result.passed for result in results), "\n".join(map(str, results))


def test_a_clawback_of_an_earlier_version_is_explained_by_the_line_that_it_takes_back() -> None:
    """A.10, K.2: the derivation names the paid line, which stands under the first version."""
    documents = loaded("settlement", "clawback-in-another-version")
    deals = [
        {"id": "D", "close_date": "2026-06-30", "owner": "Ann", "amount": "1000"},
        {"id": "R", "close_date": "2026-07-15", "owner": "Ann", "amount": "-1000", "reverses": "D"},
    ]
    given = Snapshot.from_rows(FACT_TYPES.values(), {"deals": deals}, SEATS)
    outcome = calculate([document.plan for document in documents], given, months("2026-06", "2026-07"), threads=1)
    (line,) = [row["line"] for row in outcome.rows("lines") if row["event"] == "R"]
    found = explain(outcome, documents, line)
    assert found.proves()
    assert found.amount.value == Fraction(-100)
    (step,) = [step for step in found.all_steps() if step.kind == "clawback"]
    assert step.words["line"] == "clawback-in-another-version/commission/Ann/D/2026-06"
    outcome.close()


@pytest.mark.parametrize("name", ["clawback-in-parts", "clawback-in-parts-pro-rata"])
def test_reversals_that_share_a_line_are_explained(name: str) -> None:
    """A.10, K.2: what counts of the reversed amount, and the running sum that is rounded."""
    documents = [document for document in loaded("settlement", "clawback-in-parts") if document.plan.plan == name]
    amounts = {"D": "100", "R1": "-33.33", "R2": "-33.33", "R3": "-40", "R4": "-9"}
    deals = [
        {"id": id_, "close_date": f"2026-01-0{place}", "owner": "Ann", "amount": amount,
         "reverses": None if id_ == "D" else "D"}
        for place, (id_, amount) in enumerate(amounts.items(), start=1)
    ]  # fmt: skip
    given = Snapshot.from_rows(FACT_TYPES.values(), {"deals": deals}, SEATS)
    outcome = calculate([document.plan for document in documents], given, months("2026-01", "2026-02"), threads=1)
    lines = list(outcome.rows("lines"))
    assert lines
    for line in lines:
        found = explain(outcome, documents, str(line["line"]))
        assert found.proves(), found.text("en")
        assert found.amount.value == Fraction(int(line["amount"]), 100)
    outcome.close()


@pytest.mark.parametrize(
    ("name", "inputs", "paid"),
    [
        ("recovered-share", {}, {"2026-01": 1000, "2026-02": 400}),
        ("recovered-share", {"back": "-0.5", "parts": "1"}, {"2026-01": 1000, "2026-02": 400}),
        ("recovered-share", {"back": "1.5", "parts": "1"}, {"2026-01": 1000, "2026-02": 0}),
        ("promise-below-nothing", {"promise": "-100"}, {"2026-01": 100, "2026-02": 400}),
    ],
)
def test_a_payment_without_a_share_or_with_one_outside_of_0_to_1_is_explained(
    name: str, inputs: dict[str, str], paid: dict[str, int]
) -> None:
    """A.8, A.9, K.2: the derivation of each payment comes to its amount."""
    documents = loaded("settlement", name)
    deals = [
        {"id": "D1", "close_date": "2026-01-10", "owner": "Ann", "amount": "100"},
        {"id": "D2", "close_date": "2026-02-10", "owner": "Ann", "amount": "400"},
    ]
    rows = [
        {"input": given, "subject": "Ann", "value": amount, "valid_from": f"2026-0{month}-01",
         "valid_to": f"2026-0{month + 1}-01"}
        for given, amount in inputs.items()
        for month in (1, 2)
    ]  # fmt: skip
    given = Snapshot.from_rows(FACT_TYPES.values(), {"deals": deals}, {**SEATS, "inputs": rows})
    outcome = calculate([document.plan for document in documents], given, months("2026-01", "2026-03"), threads=1)
    for period, amount in paid.items():
        found = explain_payment(outcome, documents, name, "Ann", period)
        assert found.proves(), found.text("en")
        assert found.amount.value == Fraction(amount)
        assert found.text("de")
    outcome.close()
