"""What a calculation names to do next closes all that it paid."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli import company
from tests.cli.conftest import Attain
from tests.cli.test_pay_periods import STORES, several


def next_close(said: str) -> list[str]:
    named = re.search(r"Next: .*; attain (close .*)", said)
    assert named is not None, said
    return named.group(1).split()


def test_one_close_of_the_default_calendar_closes_the_month_with_all_that_ends_by_then(
    nordwind: Path, attain: Attain
) -> None:
    """March closes a 4-4-5 month before it and the quarter that ends with it; several months are a range."""
    several(nordwind, attain)
    words = next_close(attain("calculate", "2026-01..2026-02").out)
    assert words == ["close", "2026-01..2026-02"]
    attain(*words)
    words = next_close(attain("calculate", "2026-03").out)
    assert words == ["close", "2026-Q1"]
    closed = {one["period"] for one in attain(*words, "--json").json["closed"]}
    assert closed == {"2026-P03", "2026-03", "2026-Q1"}


def test_where_no_plan_pays_by_the_default_calendar_the_last_period_is_named_with_its_own(
    nordwind: Path, attain: Attain
) -> None:
    attain("retire", "account-executive", "--reason", "stores only")
    Path("plans/account-executive.yaml").unlink()
    several(nordwind, attain, [STORES])
    words = next_close(attain("calculate", "2026-01..2026-04").out)
    assert words == ["close", "2026-P01..2026-P04", "--calendar", "retail"]
    assert len(attain(*words, "--json").json["closed"]) == 4


def test_a_plan_in_two_versions_is_one_plan(nordwind: Path, attain: Attain) -> None:
    later = company.PLAN.replace('"2026-1"', '"2026-2"').replace("from: 2026-01-01", "from: 2026-02-01")
    first = company.PLAN.replace('"2026-1"', '"2026-0"').replace("through: 2026-12-31", "through: 2026-01-31")
    attain("retire", "account-executive", "--reason", "in two versions")
    Path("plans/account-executive.yaml").write_text(first)
    Path("plans/later.yaml").write_text(later)
    attain("publish", "--untested", "plans/account-executive.yaml", "plans/later.yaml")
    assert "calculating 1 plan …" in attain("calculate", "2026-01..2026-02").err
