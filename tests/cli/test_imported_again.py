"""The same bytes a second time: what later files said stays in force, whatever was described anew meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import company
from tests.cli.conftest import Attain, Said

HEADER = "id,close_date,amount,owner\n"
OWNER = "  owner: {type: payee, required: no}\n"


def amount_of(attain: Attain, key: str) -> str:
    """What counts of a deal: a file that says another amount shows the difference to it."""
    Path("probe.csv").write_text(f"{HEADER}{key},2026-01-10,0.01,bob\n")
    probe = attain("import", "probe.csv", "--into", "deals", "--json").json
    attain("undo", probe["batch"], "--reason", "only to see")
    return str(probe["corrected_money"]["amount"]["EUR"])


def describe(column: str) -> None:
    Path("facts/deals.yaml").write_text(company.DEALS_TYPE.replace(OWNER, f"{column}\n{OWNER}"))


@pytest.fixture
def corrected(nordwind: Path, attain: Attain) -> str:
    """The batch of fix.csv, which corrected the only row of jan.csv."""
    (nordwind / "jan.csv").write_text(f"{HEADER}J1,2026-01-10,1000.00,bob\n")
    (nordwind / "fix.csv").write_text(f"{HEADER}J1,2026-01-10,2000.00,bob\n")
    attain("import", "jan.csv", "--into", "deals")
    return str(attain("import", "fix.csv", "--into", "deals", "--json").json["batch"])


def is_refused(said: Said, batch: str) -> bool:
    found = said.json["findings"]
    return not said.json["is_new"] and [one["code"] for one in found] == ["imports.replaced-since"] and (
        batch[:12] in found[0]["message"] and "--again" in found[0]["hint"]
    )  # fmt: skip


def test_a_file_that_was_replaced_stays_so_after_a_new_column(corrected: str, attain: Attain) -> None:
    """A.12: the same bytes are known by their own hash, however the fact type is described today."""
    assert is_refused(attain("import", "jan.csv", "--into", "deals", "--json", status=1), corrected)
    describe("  note: {type: text, required: no}")
    assert is_refused(attain("import", "jan.csv", "--into", "deals", "--json", status=1), corrected)
    assert amount_of(attain, "J1") == "-1999.99"


def test_a_file_that_was_replaced_stays_so_by_another_mapping(corrected: str, attain: Attain) -> None:
    Path("mappings").mkdir(exist_ok=True)
    Path("mappings/crm.yaml").write_text("into: deals\nspare_zeros: yes\n")
    assert is_refused(attain("import", "jan.csv", "--mapping", "crm", "--json", status=1), corrected)
    assert amount_of(attain, "J1") == "-1999.99"


@pytest.mark.parametrize("column", ["", "  note: {type: text, required: no}"])
def test_a_file_is_taken_again_when_that_is_said(column: str, corrected: str, attain: Attain) -> None:
    """It is a later batch then, and the log says whose rows it replaced by intention."""
    if column:
        describe(column)
    again = attain("import", "jan.csv", "--into", "deals", "--again", "--json").json
    assert again["is_new"] and again["corrected_money"] == {"amount": {"EUR": "-1000.00"}}
    assert amount_of(attain, "J1") == "-999.99"
    events = attain("audit", "list", "--json").json["events"]
    taken = [json.loads(one["after"]) for one in events if one["object"] == f"batch {again['batch']}"]
    assert [one["again_instead_of"] for one in taken] == [[corrected]]
    assert not attain("import", "jan.csv", "--into", "deals", "--again", "--json").json["is_new"]
    assert is_refused(attain("import", "fix.csv", "--into", "deals", "--json", status=1), again["batch"])
    attain("doctor")


def test_a_file_that_nothing_replaced_is_taken_by_another_description(nordwind: Path, attain: Attain) -> None:
    (nordwind / "jan.csv").write_text(f"{HEADER}J1,2026-01-10,1000.00,bob\n")
    attain("import", "jan.csv", "--into", "deals")
    describe("  note: {type: text, required: no}")
    assert attain("import", "jan.csv", "--into", "deals", "--json").json["is_new"]


def test_decisions_that_were_replaced_stay_so_by_another_mapping(nordwind: Path, attain: Attain) -> None:
    """Quotas too: the sender's old file is no new word on them."""
    header = "quota,subject,amount,currency,per,valid_from\n"
    (nordwind / "old.csv").write_text(f"{header}new_business,bob,7000,EUR,year,2026-01-01\n")
    (nordwind / "fix.csv").write_text(f"{header}new_business,bob,8000,EUR,year,2026-01-01\n")
    attain("import", "old.csv", "--into", "quotas")
    fix = attain("import", "fix.csv", "--into", "quotas", "--json").json["batch"]
    Path("mappings").mkdir(exist_ok=True)
    Path("mappings/goals.yaml").write_text("into: quotas\nspare_zeros: yes\n")
    assert is_refused(attain("import", "old.csv", "--mapping", "goals", "--json", status=1), fix)
    assert attain("import", "old.csv", "--into", "quotas", "--again", "--json").json["changed_rows"] == 1


def test_only_a_named_file_is_taken_again(nordwind: Path, attain: Attain) -> None:
    assert "--again" in attain("import", "--all", "in", "--again", status=2).err
