"""What was closed with one run is reopened with it, so that the month can be calculated again at once."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Attain
from tests.cli.test_pay_periods import several

WHY = ("--reason", "an invoice was missing")


def test_a_month_is_reopened_with_all_that_its_run_closed_from_there_on(nordwind: Path, attain: Attain) -> None:
    """A 4-4-5 month that ended days before, and the quarter: the next calculation is not refused for them."""
    several(nordwind, attain)
    attain("calculate", "2026-01..2026-02")
    attain("close", "2026-01..2026-02")
    attain("calculate", "2026-03")
    attain("close", "2026-03")
    said = attain("reopen", "2026-03", *WHY).out
    assert said == "2026-03, 2026-Q1 and 2026-P03 (retail) are open again.\n"
    attain("calculate", "2026-03")
    attain("close", "2026-03")
    document = attain("reopen", "2026-P03", "--calendar", "retail", "--json", *WHY).json
    assert document["with"] == ["2026-Q1", "2026-03"]
    document = attain("reopen", "2026-01", "--json", *WHY).json
    assert document["with"] == ["2026-02", "2026-P02", "2026-P01"]
    attain("calculate", "2026-01..2026-03")


def test_what_another_run_closed_later_is_named_with_its_command(nordwind: Path, attain: Attain) -> None:
    several(nordwind, attain)
    attain("calculate", "2026-01")
    attain("close", "2026-01")
    attain("calculate", "2026-02")
    attain("close", "2026-P02", "--calendar", "retail")
    refused = attain("reopen", "2026-01", *WHY, status=1).err
    assert "2026-P02 (retail) was closed after 2026-01 and builds on it." in refused
    assert "Reopen 2026-P02 first: attain reopen 2026-P02 --calendar retail --reason" in refused
    assert len(attain("status", "--json").json["closed_periods"]) == 3
    attain("reopen", "2026-P02", "--calendar", "retail", *WHY)
    assert attain("reopen", "2026-01", *WHY).out == "2026-01 and 2026-P01 (retail) are open again.\n"


def test_a_refused_run_names_the_command_that_reopens_what_it_meets(nordwind: Path, attain: Attain) -> None:
    """A retail month that another run closed ends within the month that is to be paid."""
    several(nordwind, attain)
    attain("calculate", "2026-01")
    attain("close", "2026-01")
    attain("calculate", "2026-02")
    attain("close", "2026-P02", "--calendar", "retail")
    refused = attain("calculate", "2026-02", status=1).err
    assert 'reopen the last closed one: attain reopen 2026-P02 --calendar retail --reason "…"' in refused
    attain("reopen", "2026-P02", "--calendar", "retail", *WHY)
    attain("calculate", "2026-02")
