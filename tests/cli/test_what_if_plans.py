"""A what-if with plans of its own: before anything is published, and with other pay periods than the published ones."""

from __future__ import annotations

from pathlib import Path

from tests.cli import company
from tests.cli.conftest import Attain

QUARTERLY = company.PLAN.replace("account-executive", "quarterly").replace("period: month", "period: quarter")


def test_a_draft_is_tried_before_any_plan_is_published(nordwind: Path, attain: Attain) -> None:
    """The first question of a new company: as it is pays nothing, as supposed pays by the draft."""
    attain("retire", "account-executive", "--reason", "starts anew")
    Path("draft.yaml").write_text(company.PLAN)
    Path("case.yaml").write_text("plans: [draft.yaml]\n")
    effect = attain("calculate", "2026-01..2026-02", "--what-if", "case.yaml", "--json").json["effect"]
    assert [(one["payee"], one["earned_before"], one["earned_after"]) for one in effect] == [
        ("bob", "0.00", "660.00"),
        ("eve", "0.00", "255.01"),
    ]
    assert "660.00" in attain("calculate", "2026-01..2026-02", "--what-if", "case.yaml").out


def test_without_any_plan_a_what_if_is_refused_as_a_run_is(nordwind: Path, attain: Attain) -> None:
    attain("retire", "account-executive", "--reason", "starts anew")
    Path("case.yaml").write_text("facts: {deals: {remove: [D1]}}\n")
    assert "[run.no-plans]" in attain("calculate", "2026-01", status=1).err
    assert "[run.no-plans]" in attain("calculate", "2026-01", "--what-if", "case.yaml", status=1).err
    Path("draft.yaml").write_text(company.PLAN.replace("from: 2026-01-01", "from: 2026-07-01"))
    Path("case.yaml").write_text("plans: [draft.yaml]\n")
    refused = attain("calculate", "2026-01", "--what-if", "case.yaml", status=1).err
    assert "[run.no-plans]" in refused and "account-executive@2026-1 starts on 2026-07-01" in refused


def test_a_what_if_may_pay_by_other_periods_than_the_published_plans(nordwind: Path, attain: Attain) -> None:
    """A month that only the draft pays by; a closed one that only it would pay again; a span that nobody pays by."""
    attain("retire", "account-executive", "--reason", "starts anew")
    Path("plans/account-executive.yaml").write_text(QUARTERLY)
    attain("publish")
    assert "[run.no-pay-period]" in attain("calculate", "2026-01", status=2).err
    Path("case.yaml").write_text("facts: {deals: {remove: [D1]}}\n")
    assert "[run.no-pay-period]" in attain("calculate", "2026-01", "--what-if", "case.yaml", status=2).err
    Path("draft.yaml").write_text(company.PLAN)
    Path("case.yaml").write_text("plans: [draft.yaml]\n")
    document = attain("calculate", "2026-01", "--what-if", "case.yaml", "--json").json
    expected = [("account-executive", "bob", "400.00"), ("account-executive", "eve", "250.00")]
    assert [(one["plan"], one["payee"], one["earned_change"]) for one in document["effect"]] == expected
    attain("calculate", "2026-Q1")
    attain("close", "2026-Q1")
    document = attain("calculate", "2026-01", "--what-if", "case.yaml", "--json").json
    assert [(one["plan"], one["payee"], one["earned_change"]) for one in document["effect"]] == expected
