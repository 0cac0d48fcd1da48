"""Plans from the command line: mistakes with their line, tests twice, words, versions, and what a change costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attain.engine import calculate
from tests.cli import company
from tests.cli.conftest import Attain

PLAN = Path("plans/account-executive.yaml")


def changed(*changes: tuple[str, str]) -> str:
    text = company.PLAN
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def test_a_mistake_is_shown_with_file_and_line(nordwind: Path, attain: Attain) -> None:
    PLAN.write_text(changed(("by: booked.attainment", "by: boked.attainment")))
    said = attain("check", status=1).out
    line = company.PLAN.splitlines().index("    by: booked.attainment") + 1
    assert f"account-executive.yaml:{line}" in said and "booked" in said
    assert [one["level"] for one in attain("check", "--json", status=1).json["findings"]] == ["error"]


def test_what_the_engine_cannot_add_up_exactly_is_found_without_data(nordwind: Path, attain: Attain) -> None:
    """A sum of quotients has no common denominator: said with the line of the part, before a run meets it."""
    divided = "booked: {sum: bookings, of: credit.amount / count, over: year, quota: new_business, against: full}"
    PLAN.write_text(changed(("booked: {sum: bookings, over: year, quota: new_business, against: full}", divided)))
    types = Path("facts/deals.yaml")
    types.write_text(types.read_text().replace("  owner:", "  count: {type: number, required: no}\n  owner:"))
    said = attain("check", status=1).out
    line = PLAN.read_text().splitlines().index(f"  {divided}") + 1
    assert f"account-executive.yaml:{line}" in said and "[plan.inexact-measure]" in said and "round(…, 6)" in said
    assert f"account-executive.yaml:{line}" in attain("publish", status=1).err


def test_an_unreadable_document_is_a_finding_too(nordwind: Path, attain: Attain) -> None:
    PLAN.write_text(company.PLAN.replace("period: month", "period: month\nperiod: month"))
    assert "account-executive.yaml:" in attain("check", status=1).out


def test_pay_that_falls_is_found_without_data_and_with_its_case(nordwind: Path, attain: Attain) -> None:
    """Q.4: a warning is no error, so the exit status is 0."""
    PLAN.write_text(changed(("{rate: 8%}", "{rate: -8%}")))
    said = attain("check").out
    assert "[plan.falling-pay]" in said and "Case: above 100% each further 1000.00 pays -80.00" in said
    assert "[plan.published-otherwise]" in said and said.endswith("1 plan: 2 warnings.\n")


def test_a_test_that_fails_says_what_both_computed(nordwind: Path, attain: Attain) -> None:
    PLAN.write_text(changed(("D2: 26}", "D2: 27}")))
    said = attain("test", status=1).out
    assert said.count("expected 27, got 26") == 2
    results = attain("test", "--json", status=1).json["results"]
    assert [(one["by"], one["passed"]) for one in results] == [("engine", False), ("checker", False)]
    assert "No plan and no test is called 'other'." in attain("test", "--only", "other", status=2).err


class OneCentMore:
    """What the engine gives, with a cent more on the payment of January, which no test of the plan names."""

    def __init__(self, *given: Any) -> None:
        self.inner = calculate(*given)

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        for row in self.inner.rows(table):
            is_it = table == "payments" and row["pay_period"] == "2026-01"
            yield {**row, "paid": row["paid"] + 1} if is_it else dict(row)

    def values(self, plan: str, name: str) -> Any:
        return self.inner.values(plan, name)

    def close(self) -> None:
        self.inner.close()


def test_engine_and_checker_are_held_against_each_other_beyond_what_is_expected(
    nordwind: Path, attain: Attain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Q.1: the one expectation holds on both sides, and the cent that they differ by is named."""
    monkeypatch.setattr("attain.web.apps.plans.checking.calculate", OneCentMore)
    said = attain("test", status=1).out
    cent = "payments paid of account-executive Ann 2026-01: expected 4000 in minor units (checker), got 4001"
    assert cent in said and "both     FAILED" in said
    results = attain("test", "--json", status=1).json["results"]
    assert [(one["by"], one["passed"]) for one in results] == [("engine", True), ("checker", True), ("both", False)]
    assert cent in attain("publish", status=1).err


def test_a_plan_with_errors_is_not_tested(nordwind: Path, attain: Attain) -> None:
    PLAN.write_text(changed(("by: booked.attainment", "by: boked.attainment")))
    said = attain("test", status=1)
    line = company.PLAN.splitlines().index("    by: booked.attainment") + 1
    assert f"account-executive.yaml:{line}" in said.err and "FAILED" not in said.out


def test_another_plan_with_errors_does_not_hinder_the_test_that_is_asked_for(nordwind: Path, attain: Attain) -> None:
    Path("plans/other.yaml").write_text(
        changed(("plan: account-executive", "plan: other"), ("by: booked.attainment", "by: boked.attainment"))
    )
    assert "1 test: all pass" in attain("test", "--only", "account-executive").out
    assert "boked" in attain("test", status=1).err


def test_a_plan_is_told_in_german(nordwind: Path, attain: Attain) -> None:
    said = attain("describe", "account-executive", "--language", "de").out
    assert "Kundenbetreuung" in said and "Provision" in said
    assert "# " in attain("describe", str(PLAN), "--markdown").out
    assert "Did you mean account-executive?" in attain("describe", "account-executiv", status=2).err
    assert "speaks en and de" in attain("describe", "account-executive", "--language", "fr", status=2).err


def test_a_published_version_never_changes(nordwind: Path, attain: Attain) -> None:
    attain("publish")
    PLAN.write_text(changed(("rate: 5%", "rate: 6%"), ("{D1: 40, D2: 26}", "{D1: 48, D2: 28}")))
    said = attain("publish", status=1)
    assert "[plans.published-stays]" in said.err and "Give the changed plan a version of its own" in said.err


def test_a_plan_whose_tests_fail_is_not_published(nordwind: Path, attain: Attain) -> None:
    PLAN.write_text(
        changed(('"2026-1"', '"2026-2"'), ("2026-01-01, through", "2026-07-01, through"), ("D2: 26}", "D2: 27}"))
    )
    attain("publish", status=1)
    assert len(attain("status", "--json").json["plans"]) == 1


def test_what_a_new_version_costs_each_person_is_shown_on_real_data(nordwind: Path, attain: Attain) -> None:
    """5 % becomes 6 % up to the quota: 1 % of 10,000 for Bob, 1 % of 5,100.10 for Eve."""
    Path("draft.yaml").write_text(changed(('"2026-1"', '"2026-2"'), ("to: 100%, rate: 5%", "to: 100%, rate: 6%")))
    said = attain("diff", "account-executive@2026-1", "draft.yaml", "--over", "2026-01..2026-02", status=1)
    assert "5%" in said.out and "6%" in said.out and "+100.00" in said.out
    document = attain(
        "diff", "account-executive@2026-1", "draft.yaml", "--over", "2026-01..2026-02", "--json", status=1
    ).json
    assert [
        (one["payee"], one["earned_before"], one["earned_after"], one["earned_change"]) for one in document["effect"]
    ] == [
        ("bob", "660.00", "760.00", "100.00"),
        ("eve", "255.01", "306.01", "51.00"),
    ]
    assert any(change["moves_money"] for change in document["changes"])
    words = ("diff", "account-executive@2026-1", "draft.yaml", "--over", "2026-W01")
    assert "[run.no-pay-period]" in attain(*words, status=2).err  # no month ends there: that is not "no effect"
    same = attain("diff", "account-executive@2026-1", str(PLAN), "--over", "2026-01")
    assert same.out == f"account-executive@2026-1 and {PLAN} mean the same.\n"


def test_the_money_of_a_difference_does_not_depend_on_closed_periods(paid: Path, attain: Attain) -> None:
    Path("draft.yaml").write_text(changed(('"2026-1"', '"2026-2"'), ("to: 100%, rate: 5%", "to: 100%, rate: 6%")))
    words = ("diff", "account-executive@2026-1", "draft.yaml", "--over", "2026-01..2026-02", "--json")
    before = attain(*words, status=1).json["effect"]
    attain("close", "2026-01..2026-02")
    assert attain(*words, status=1).json["effect"] == before


WHAT_IF = """\
facts:
  deals:
    put: [{id: D2, amount: 6000}]
    remove: [D1]
decisions:
  quotas:
    put: [{quota: new_business, subject: eve, amount: 5000, currency: EUR, per: year, valid_from: 2026-01-01}]
"""


def test_a_what_if_shows_the_difference_and_keeps_nothing(paid: Path, attain: Attain) -> None:
    """Bob without D1: 4,000 × 5 %. Eve with 6,000 against a quota of 5,000: 250 + 80 + 8.01 (100.10 × 8 %)."""
    Path("case.yaml").write_text(WHAT_IF)
    document = attain("calculate", "2026-01..2026-02", "--what-if", "case.yaml", "--json").json
    assert [(one["payee"], one["earned_before"], one["earned_after"]) for one in document["effect"]] == [
        ("bob", "660.00", "200.00"),
        ("eve", "255.01", "338.01"),
    ]
    assert document["published"] is False
    assert len(attain("runs", "--json").json["runs"]) == 1
    assert "-460.00" in attain("calculate", "2026-01..2026-02", "--what-if", "case.yaml").out


def test_a_what_if_with_another_plan_takes_the_place_of_its_version(nordwind: Path, attain: Attain) -> None:
    Path("draft.yaml").write_text(
        changed(('"2026-1"', '"x"'), ("2026-01-01, through", "2026-02-01, through"), ("{rate: 8%}", "{rate: 10%}"))
    )
    Path("case.yaml").write_text("plans: [draft.yaml]\n")
    document = attain("calculate", "2026-01..2026-02", "--what-if", "case.yaml", "--json").json
    assert [(one["payee"], one["earned_change"]) for one in document["effect"]] == [("bob", "40.00")]


def test_a_what_if_that_changes_nothing_that_exists_is_refused(nordwind: Path, attain: Attain) -> None:
    for text, said in (
        ("facts: {deals: {remove: [D77]}}", "`deals` has no D77 to remove."),
        ("decisions: {quotas: {remove: [{subject: zoe}]}}", "No row of `quotas` has subject zoe."),
        ("fact: {deals: {}}", "Did you mean `facts`?"),
        ("plans: [gone.yaml]", "There is no plan document gone.yaml."),
    ):
        Path("case.yaml").write_text(text + "\n")
        assert said in attain("calculate", "2026-01", "--what-if", "case.yaml", status=1).err


def test_a_version_means_what_was_published_and_a_path_means_the_file(nordwind: Path, attain: Attain) -> None:
    """A.14, B.1: a file that was changed afterwards, or is gone, changes nothing of what people are paid by."""
    PLAN.write_text(changed(("rate: 5%", "rate: 7%")))
    for name in ("account-executive@2026-1", "account-executive"):
        said = attain("describe", name).out
        assert "5%" in said and "7%" not in said
    assert "7%" in attain("describe", str(PLAN)).out
    found = attain("diff", "account-executive@2026-1", str(PLAN), "--structure", status=1).out
    assert f"account-executive@2026-1 → {PLAN}" in found and "7%" in found
    warned = attain("check", "--quiet").out
    assert "[plan.published-otherwise]" in warned and "by ada: runs pay by that, not by this file" in warned
    PLAN.unlink()
    assert "5%" in attain("describe", "account-executive@2026-1").out
    attain("retire", "account-executive", "--reason", "x")
    assert "5%" in attain("describe", "account-executive@2026-1").out
    PLAN.write_text(company.PLAN)
    assert "[plan.published-otherwise]" not in attain("check").out


def test_a_half_written_draft_hinders_no_other_plan(nordwind: Path, attain: Attain) -> None:
    Path("plans/draft.yaml").write_text("plan: [")
    assert "1 test: all pass" in attain("test", "--only", "account-executive").out
    later = (("from: 2026-01-01", "from: 2026-07-01"), ("2026-01-10", "2026-07-10"), ("2026-02-10", "2026-08-10"))
    Path("plans/next.yaml").write_text(changed(('"2026-1"', '"2026-2"'), *later))
    assert "5%" in attain("describe", "account-executive@2026-1").out
    assert "July 2026" in attain("describe", "account-executive").out
    attain("diff", "account-executive@2026-1", "account-executive@2026-2", "--structure", status=1)
    assert "1 test: all pass" in attain("test", "plans/next.yaml").out
    assert attain("status", "--json").json["unpublished_plans"] == ["account-executive@2026-2"]
    assert "draft.yaml:" in attain("test", "--only", "draft", status=1).err
    assert "What draft.yaml holds cannot be read" in attain("describe", "draft", status=2).err
    assert "draft.yaml:" in attain("check", status=1).out


def test_a_what_if_says_where_it_is_wrong_and_which_exceptions_it_brings(nordwind: Path, attain: Attain) -> None:
    """G: a supposed deal without a rate of exchange pays nothing, and that is said; a slip has its file and line."""
    case = Path("case.yaml")
    case.write_text("facts:\n  deals:\n    put:\n      - {id: D1, currency: USD}\n")
    said = attain("calculate", "2026-01", "--what-if", "case.yaml").out
    assert "Exceptions that this case brings" in said and "rate_missing" in said
    found = attain("calculate", "2026-01", "--what-if", "case.yaml", "--json").json["exceptions"]
    assert [(one["code"], one["event"]) for one in found] == [("rate_missing", "D1")]
    case.write_text("facts:\n  deals:\n    put: []\n")
    assert attain("calculate", "2026-01", "--what-if", "case.yaml", "--json").json["exceptions"] == []
    for text, line in (
        ("facts:\n  deals:\n    put:\n      - {id: D1, amount: 5}\n      - {id: D2, amount: ten}\n", 5),
        ("facts:\n  deals:\n    put:\n      - {id: D1, amont: 5}\n", 4),
        ("facts:\n  deals:\n    remove: [D77]\n", 3),
        ("facts:\n  deals: {}\n  dells: {}\n", 3),
        ("facts:\n  deals:\n    puts: []\n", 3),
        ("decisions:\n  quotas:\n    put:\n      - {quota: new_business}\n", 4),
        ("decisions:\n  quota:\n    put:\n      - {quota: new_business}\n", 2),
        ("plans:\n  - gone.yaml\n", 1),
    ):
        case.write_text(text)
        status = 2 if ("quota:" in text and "quotas" not in text) or "dells" in text else 1
        refused = attain("calculate", "2026-01", "--what-if", "case.yaml", status=status).err
        assert f"case.yaml:{line} " in refused, (text, refused)
