"""Slips of the pen in files of decisions are said at import, with file, row, column and the word that was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.conftest import Attain

QUOTA = "quota,subject,amount,currency,per,valid_from\n"


def refused(attain: Attain, into: str, text: str) -> list[dict[str, Any]]:
    Path(f"{into}.csv").write_text(text)
    error = attain("import", f"{into}.csv", "--into", into, "--json", status=1).json["error"]
    return list(error["findings"])


def warned(attain: Attain, into: str, text: str) -> list[tuple[Any, ...]]:
    Path(f"{into}.csv").write_text(text)
    found = attain("import", f"{into}.csv", "--into", into, "--json").json["findings"]
    return [(one["where"].get("line"), one["where"].get("field"), one["message"], one["hint"]) for one in found]


def test_a_quota_that_cannot_be_meant_is_refused_row_by_row(nordwind: Path, attain: Attain) -> None:
    """A.12: both rows are named, and nothing of the file is taken."""
    rows = "new_business,bob,1000,EUR,yearly,2027-01-01\nnew_business,eve,-5,EUR,year,2027-01-01\n"
    found = refused(attain, "quotas", QUOTA + rows)
    assert [(one["code"], one["where"], one["hint"]) for one in found] == [
        ("org.per", {"file": "quotas.csv", "line": 2, "field": "per"}, "Did you mean year?"),
        ("org.negative-quota", {"file": "quotas.csv", "line": 3, "field": "amount"}, "Correct the amount."),
    ]
    assert "'yearly'" in found[0]["message"] and "-5" in found[1]["message"]


def test_a_name_that_no_plan_reads_is_a_warning(nordwind: Path, attain: Attain) -> None:
    """The row is taken: the plan that reads it may still be written."""
    said = warned(
        attain, "quotas", QUOTA + "new_busines,bob,1000,EUR,year,2027-01-01\nnew_busines,eve,1,EUR,year,2027-01-01\n"
    )
    assert said == [(2, "quota", "new_busines (2 rows) is no quota that anything reads.", "Did you mean new_business?")]
    said = warned(attain, "quotas", QUOTA + "new_business,bob,1000,EUR,month,2028-01-01\n")
    assert said[0][:2] == (2, "per") and "plans measure it over year" in said[0][2]
    said = warned(attain, "inputs", "input,subject,value,valid_from\nmbo,bob,1,2027-01-01\n")
    assert said == [(2, "input", "mbo is no input that anything reads.", "Known are none.")]
    said = warned(attain, "relationships", "kind,subject,payee,valid_from\noverlay,A-1,bob,2027-01-01\n")
    assert said[0][:2] == (2, "kind")
    header = "parameter,plan,level,key,value,valid_from\n"
    said = warned(
        attain,
        "parameters",
        f"{header}rate,acount-executive,plan,,5%,2027-01-01\nrate,,title,Acount Executive,6%,2027-01-01\n",
    )
    assert [(line, column, hint) for line, column, _, hint in said if column != "parameter"] == [
        (2, "plan", "Did you mean account-executive?"),
        (3, "key", "Did you mean Account Executive?"),
    ]
    Path("again.csv").write_text(QUOTA + "new_busines,bob,2000,EUR,year,2027-01-01\n")
    assert (
        "warning: again.csv:2 quota: new_busines is no quota" in attain("import", "again.csv", "--into", "quotas").out
    )


def test_a_parameter_for_a_title_names_the_title(nordwind: Path, attain: Attain) -> None:
    found = refused(attain, "parameters", "parameter,level,value,valid_from\nrate,title,5%,2027-01-01\n")
    assert [(one["code"], one["where"]["line"]) for one in found] == [("org.no-key", 2)]


def test_unknown_people_overlaps_and_circles_are_named_by_file_and_row(nordwind: Path, attain: Attain) -> None:
    """N: what holds across tables is said of the row that breaks it."""
    found = refused(
        attain, "quotas", QUOTA + "new_business,bob,1,EUR,year,2027-01-01\nnew_business,evee,1,EUR,year,2027-01-01\n"
    )
    assert (found[0]["code"], found[0]["where"]) == (
        "org.unknown-id",
        {"file": "quotas.csv", "line": 3, "field": "subject"},
    )
    assert found[0]["hint"].startswith("Did you mean eve?")
    header = "quota,subject,amount,per,valid_from,valid_to\n"
    rows = "a,bob,1,year,2027-01-01,2027-08-01\na,bob,2,year,2027-07-01,\n"
    (overlap,) = refused(attain, "quotas", header + rows)
    assert (overlap["code"], overlap["where"]["file"], overlap["where"]["line"]) == ("org.overlap", "quotas.csv", 3)
    positions = "position,title,manager,valid_from\neve,AE,bob,2026-05-01\nann,Director,bob,2026-05-01\n"
    (circle,) = refused(attain, "positions", positions)
    assert (circle["code"], circle["where"]["line"]) == ("hierarchy.cycle", 3)
    people = "person,title,manager\nzoe,AE,ann\nzac,AE,anne\n"
    (unknown,) = refused(attain, "people", people)
    assert unknown["where"] == {"file": "people.csv", "line": 3, "field": "manager"}
