"""Explanations: what a person reads, and the proof that it is the sum that was paid."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from attain.engine import trace
from attain.engine.calculation import Calculation
from attain.engine.trace import Explanation, Step, explain, explain_payment
from attain.engine.trace.arithmetic import Figure, Operation
from attain.engine.trace.wording import CATALOGUES
from attain.kernel.errors import NotFound
from attain.plans.loader import Document
from tests.engine.corner_company import corner, corner_snapshot
from tests.engine.golden_explanations import GOLDEN
from tests.engine.traced_company import calculated, documents, months, snapshot


@pytest.fixture(scope="module")
def company() -> Iterator[Calculation]:
    found = calculated()
    yield found
    found.close()


@pytest.fixture(scope="module")
def small() -> Iterator[Calculation]:
    found = calculated([corner()], corner_snapshot())
    yield found
    found.close()


def chosen(calculation: Calculation, each: int) -> list[str]:
    """Up to `each` lines of every component, kind, and note, and all lines when `each` is 0."""
    found: dict[tuple[str, ...], list[str]] = {}
    for row in calculation.rows("lines"):
        key = (row["plan"], row["component"], row["kind"], str(row["note"]))
        found.setdefault(key, []).append(row["line"])
    return [line for lines in found.values() for line in (sorted(lines)[:each] if each else lines)]


def faults(calculation: Calculation, docs: list[Document], each: int) -> dict[str, list[str]]:
    """What does not add up, by line and payment; each is also written in both languages and as data."""
    wrong: dict[str, list[str]] = {}
    for line in chosen(calculation, each):
        wrong[line] = check(explain(calculation, docs, line))
    seen: dict[str, int] = {}
    for row in calculation.rows("payments"):
        seen[row["plan"]] = seen.get(row["plan"], 0) + 1
        if not each or seen[row["plan"]] <= 4 * each:
            key = f"{row['plan']} pays {row['payee']} in {row['pay_period']}"
            wrong[key] = check(explain_payment(calculation, docs, row["plan"], row["payee"], row["pay_period"]))
    return {key: found for key, found in wrong.items() if found}


def check(found: Explanation) -> list[str]:
    assert found.text("en") != found.text("de")
    assert json.loads(json.dumps(found.as_dict()))["proves"] == found.proves()
    return list(found.faults())


# -- proofs ------------------------------------------------------------------------------------------------------------


def test_every_kind_of_line_of_a_mixed_company_adds_up_to_its_amount(company: Calculation) -> None:
    """K.2, Q.1"""
    assert faults(company, documents(), 1) == {}


def test_tables_formulas_and_quotas_of_a_small_company_add_up(small: Calculation) -> None:
    """K.2, Q.1"""
    assert faults(small, [corner()], 1) == {}


@pytest.mark.soak
def test_every_line_and_payment_of_both_companies_adds_up(company: Calculation, small: Calculation) -> None:
    """K.2, Q.1"""
    assert faults(company, documents(), 0) == {}
    assert faults(small, [corner()], 0) == {}


def test_a_changed_amount_is_found(company: Calculation) -> None:
    """Q.1: an explanation of another amount does not prove itself."""
    found = explain(company, documents(), "field/lifted/Ann/D2/2026-01")
    assert found.proves()
    other = replace(found, amount=Figure(Fraction(386), "money"))
    assert list(other.faults()) == ["the last step: 38667/100 instead of 386"]


def test_a_changed_sum_inside_is_found(company: Calculation) -> None:
    """Q.1"""
    found = explain(company, documents(), "field/lifted/Ann/D2/2026-01")
    first = found.steps[0]
    formula = Operation("*", Figure(Fraction(2)), Figure(Fraction(3)))
    changed = replace(first, inside=(*first.inside, Step("part", {"words": ""}, formula, Figure(Fraction(7)))))
    broken = replace(found, steps=(changed, *found.steps[1:]))
    assert list(broken.faults()) == ["part: 6 instead of 7"]


def test_what_is_not_there_is_said(company: Calculation) -> None:
    with pytest.raises(NotFound, match="no line `field/none/Ann/D1/2026-01`"):
        explain(company, documents(), "field/none/Ann/D1/2026-01")
    with pytest.raises(NotFound, match="no payment"):
        explain_payment(company, documents(), "field", "Ann", "2031-01")
    with pytest.raises(NotFound, match="no plan `nothing`"):
        explain_payment(company, documents(), "nothing", "Ann", "2026-01")


# -- texts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", sorted(GOLDEN))
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_person_can_follow_the_derivation(company: Calculation, line: str, language: str) -> None:
    """K.2: tiers with a quota and split credit; catch-up with rounding; a formula; an override."""
    found = explain(company, documents(), line).text(language).replace("\N{NO-BREAK SPACE}", " ")  # type: ignore[arg-type]
    assert found.splitlines() == GOLDEN[line][language].splitlines()


def test_a_line_leads_to_its_source_row_and_its_clause(company: Calculation) -> None:
    """K.2"""
    found = explain(company, documents(), "account-executive/commission/Ann/D2/2026-01")
    sources = {(step.source.table, step.source.key, step.source.row) for step in found.all_steps() if step.source}
    assert {("deals", "D2", 2), ("quotas", "new_business/P-Ann/2025-01-01", None)} <= sources
    lines = documents()[0].text.splitlines()
    clauses = {lines[step.where.line - 1].strip() for step in found.all_steps() if step.where and step.where.line}
    assert "tiers: [{to: 50%, rate: 4%}, {to: 100%, rate: 6%}, {rate: 12%}]" in clauses
    assert "- {who: owner, share: rest}" in clauses
    assert "booked: {sum: bookings, over: year, quota: new_business, against: full}" in clauses


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("account-executive/free/Ann/D4/2026-02", "“base rate”, decided for the person Ann since 1 February 2026"),
        ("account-executive/free/Ann/D1/2026-01", "decided for the title Account Executive since 1 January 2025"),
        ("account-executive/free/Ann/D4/2026-02", "US$9,000.00 × 0.8712345, rounded half up to 2 places = €7,841.11"),
        ("account-executive/card_pay/Zoe/D2~3.0/2026-01", "“specialist” of P-Ann  [relationships"),
        ("account-executive/commission/Eve/D1~4.1/Ann/2026-01", "Eve holds the position P-Eve, level 1 above Ann on"),
        ("account-executive/commission/Bob/D6/2026-03", "Taken back: the line of D3"),
        ("field/kept/Bob/2026-02/2026-02", "“owed” before, at 2026-01: 47.5"),
        ("field/kept/Bob/cap:2026-04/2026-04", "Brought from earlier windows: €91.00"),
        ("field/settlement.cap/Bob/cap:2026-02/2026-02", "Cap on all pay of Bob"),
        ("field/commission/Bob/adjustment:A1/2026-02", "Decided: paid by cheque → -€20.00  [adjustments A1]"),
        ("field/team_pool/Bob/2026-02/2026-02", "€378.41 × €30,000.01 ÷ €37,841.12 = €300.00"),
        ("field/contest/Ann/2026-01/2026-01", "Prize for place 1, with 2: €100.00"),
        ("field/yearly/Ann/2026-02/2026-02", "Due to date in 2026, minus what was due before (2026-01)"),
        ("field/monthly/Bob/2026-02/2026-02", "Gate not met, nothing is paid"),
    ],
)
def test_the_reason_is_in_the_text(company: Calculation, line: str, said: str) -> None:
    """K.2"""
    assert said in explain(company, documents(), line).text("en")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("corner/stats/Cid/2026-01/2026-01", "is 120%, outside its range; it is read as: 50%"),
        ("corner/looked/Cid/C3/2026-02", "No row of the table matches"),
        ("corner/reached/Cid/2026-02/2026-02", "€12,000.00 × 365 ÷ 365 × 351 ÷ 365 ≈ €11,539.726027"),
        ("corner/tiered/Dan/C2/2026-01", "€1,000.00"),
        ("corner/by_credit/Cid/C1/2026-01", "€750.00 lies in tier 2, from €100.00 to €2,000.00"),
        ("corner/any_row/Cid/C4/2026-03", "Share that is taken back after 64 days"),
        ("corner/reached/Cid/2026-02/2026-02", "Part 2, waiting until 31 August 2026: €47.38"),
    ],
)
def test_the_reason_is_in_the_text_of_the_small_company(small: Calculation, line: str, said: str) -> None:
    """K.2"""
    assert said in explain(small, [corner()], line).text("en")


def test_a_payment_is_worked_out_in_the_order_of_settlement(company: Calculation) -> None:
    """K.2"""
    found = explain_payment(company, documents(), "account-executive", "Bob", "2026-03")
    assert [step.kind for step in found.steps] == [
        "payment.earned", "payment.released", "payment.guarantee", "payment.draw.top_up", "payment.draw.balance",
        "payment.payable", "payment.converted",
    ]  # fmt: skip
    assert found.steps[2].inside[1].words["condition"]
    assert "€3,000.00 × 1.2, rounded half up to 2 places = US$3,600.00" in found.text("en")


# -- differences -------------------------------------------------------------------------------------------------------


def test_a_difference_is_what_is_due_now_minus_what_was_booked() -> None:
    """K.2: late facts; also of a line that has lost its reason."""
    booked = {"plan": "field", "payee": "Ann", "earning_period": "2026-01", "pay_period": "2026-01", "currency": "EUR"}
    ledger = [
        {**booked, "component": "reached", "source": "D1", "amount": 7000, "line": "L1"},
        {**booked, "component": "reached", "source": "D1", "amount": 500, "line": "L2", "pay_period": "2026-02"},
        {**booked, "component": "reached", "source": "GONE", "amount": 1234, "line": "L3"},
    ]
    closed = [{"calendar": "gregorian", "kind": "month", "period": period} for period in ("2026-01", "2026-02")]
    calculation = calculated(
        [documents()[1]], snapshot(ledger_lines=ledger, closed_periods=closed), months("2026-03", "2026-04")
    )
    found = explain(calculation, documents(), "field/reached/Ann/D1/2026-01+2026-03")
    assert found.proves()
    text = found.text("en")
    assert "Due now for 2026-01: €80.00" in text and "Booked before for 2026-01: €70.00 + €5.00 = €75.00" in text
    assert "€80.00 − €75.00 = €5.00" in text and "[ledger_lines L2]" in text
    gone = explain(calculation, documents(), "field/reached/Ann/GONE/2026-01+2026-03")
    assert gone.proves() and "the line has no reason any more" in gone.text("en")
    calculation.close()


def test_a_clawback_takes_back_what_somebody_put_in_the_place_of_the_original() -> None:
    """K.2"""
    override = {
        "override": "O2",
        "plan": "account-executive",
        "component": "commission",
        "payee": "Bob",
        "source": "D3",
        "earning_period": "2026-02",
        "amount": "150.00",
        "reason": "settled",
    }
    calculation = calculated([documents()[0]], snapshot(overrides=[override]))
    found = explain(calculation, documents(), "account-executive/commission/Bob/D6/2026-03")
    assert found.proves()
    assert "€150.00 × (-€4,000.00) ÷ €30,000.01" in found.text("en")
    calculation.close()


# -- catalogues --------------------------------------------------------------------------------------------------------


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_both_languages_have_the_same_sentences_with_the_same_words() -> None:
    english, german = CATALOGUES["en"], CATALOGUES["de"]
    assert list(english) == list(german)
    assert {key: placeholders(text) for key, text in english.items()} == {
        key: placeholders(text) for key, text in german.items()
    }


def test_every_sentence_is_used_and_every_step_has_one() -> None:
    """Kinds of steps stand in the code as text; a sentence whose name occurs nowhere would never be said."""
    folder = Path(trace.__file__).parent
    sources = [path for path in folder.glob("*.py") if path.stem not in ("english", "german")]
    texts = {
        node.value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    stems = {text for text in texts if re.fullmatch(r"[a-z_.]+\.", text)}
    families = ("formula.", "rounding.", "pays.", "level.", "kind.", "title.", "over_all.", "payment.draw.", "release.")
    tails = ("all", "up_to", "between", "above", "rest", "paid", "not_paid", "team", "company", "why")
    for key in CATALOGUES["en"]:
        stem, _, tail = key.rpartition(".")
        known = key in texts or key.startswith(families) or tail in tails or f"{stem}." in stems
        assert known, f"{key} is never said"
