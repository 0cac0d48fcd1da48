"""What a newcomer does wrong in the first hour, and whether the answer says where and what to do next."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Attain


def test_a_wrong_column_is_named_with_its_file_and_what_is_near(attain: Attain, nordwind: Path) -> None:
    """B.1: the message begins with the file, so that one of twelve files of a script is found."""
    Path("march.csv").write_text("id,close_date,amont,owner\nD77,2026-01-10,8000,bob\n", encoding="utf-8")
    said = attain("import", "march.csv", "--into", "deals", status=1).err
    assert "march.csv:1  amount  [file.missing-column]" in said and "Did you mean 'amont'?" in said


def test_a_file_that_nothing_describes_is_told_what_it_could_fill(attain: Attain, nordwind: Path) -> None:
    Path("march.csv").write_text("id\nD77\n", encoding="utf-8")
    said = attain("import", "march.csv", status=2).err
    assert "--into" in said and "--mapping" in said and "deals" in said and "people" in said


def test_who_has_no_quota_reads_what_is_not_paid_and_why(attain: Attain, nordwind: Path) -> None:
    """D.1: an empty table would say that there is nothing; the deal waits for a quota."""
    Path("more.csv").write_text(
        "person,name,title,hired_on\nzed,Zed Zoll,Account Executive,2026-01-01\n", encoding="utf-8"
    )
    Path("march.csv").write_text("id,close_date,amount,owner\nD77,2026-01-10,8000.00,zed\n", encoding="utf-8")
    attain("import", "more.csv", "--into", "people")
    attain("import", "march.csv", "--into", "deals")
    attain("calculate", "2026-01")
    said = attain("explain", "zed").out
    assert "Not paid: account-executive, commission, deals D77, 2026-01: " in said and "quota" in said
    (waiting,) = attain("explain", "zed", "--json").json["exceptions"]
    assert (waiting["event"], waiting["code"]) == ("D77", "held")


def test_the_month_to_calculate_first_is_named(attain: Attain, nordwind: Path) -> None:
    attain("calculate", "2026-01")
    assert "Calculate 2026-02 first." in attain("close", "2026-02", status=1).err
