"""A draft that nobody can read yet hinders no other plan of the folder, also where no file is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import company
from tests.cli.conftest import Attain

PLAN = Path("plans/account-executive.yaml")
DRAFT = Path("plans/draft.yaml")


@pytest.fixture
def draft(nordwind: Path) -> Path:
    """A half-written document beside the plan of the company."""
    DRAFT.write_text("plan: [")
    return nordwind


def test_check_tells_of_readable_plans_beside_an_unreadable_one(draft: Path, attain: Attain) -> None:
    PLAN.write_text(company.PLAN.replace("{rate: 8%}", "{rate: -8%}"))
    said = attain("check", status=1).out
    assert "draft.yaml:1" in said and "[plan.falling-pay]" in said and "[plan.published-otherwise]" in said
    assert said.endswith("1 plan: 1 error, 2 warnings.\n")
    document = attain("check", "--json", status=1).json
    assert document["plans"] == ["account-executive@2026-1"]
    assert [one["level"] for one in document["findings"]].count("error") == 1


def test_tests_of_readable_plans_are_run_and_the_unreadable_one_fails_at_the_end(draft: Path, attain: Attain) -> None:
    said = attain("test", status=1).out
    assert "1 test: all pass by engine and checker." in said
    assert said.index("draft.yaml:1") > said.index("all pass")
    document = attain("test", "--json", status=1).json
    assert [one["passed"] for one in document["results"]] == [True, True]
    assert "draft.yaml" in document["unreadable"][0]["where"]["file"]
    assert "1 test: all pass" in attain("test", str(PLAN)).out
    PLAN.write_text(company.PLAN.replace("by: booked.attainment", "by: boked.attainment"))
    refused = attain("test", status=1).err
    assert "boked" in refused and "draft.yaml:1" in refused
    PLAN.unlink()
    assert "draft.yaml:1" in attain("test", status=1).err


def test_publish_names_the_unreadable_file_and_the_way_to_the_others(draft: Path, attain: Attain) -> None:
    attain("retire", "account-executive", "--reason", "to be signed again")
    refused = attain("publish", "--untested", status=1).err
    assert "draft.yaml:1" in refused
    assert "plans/draft.yaml cannot be read, so nothing was published." in refused
    assert "name their files, such as attain publish plans/account-executive.yaml" in refused
    attain("publish", "plans/account-executive.yaml", "--untested")


def test_a_plan_that_was_published_otherwise_is_named_beside_errors_of_another(nordwind: Path, attain: Attain) -> None:
    PLAN.write_text(company.PLAN.replace("rate: 5%", "rate: 7%"))
    other = company.PLAN.replace("plan: account-executive", "plan: other").replace("by: booked.", "by: boked.")
    Path("plans/other.yaml").write_text(other)
    codes = {one["code"] for one in attain("check", "--json", status=1).json["findings"]}
    assert "plan.published-otherwise" in codes and len(codes) > 1
