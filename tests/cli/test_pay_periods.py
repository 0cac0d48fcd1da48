"""Plans of different pay periods are paid and closed together, in the order of their ends, and nothing is lost."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest

from tests.cli import company
from tests.cli.conftest import Attain

RETAIL = '\n[calendars."retail"]\ntype = "retail"\n'
QUARTERLY = company.PLAN.replace("account-executive", "quarterly").replace("period: month", "period: quarter")
STORES = company.PLAN.replace("account-executive", "stores").replace(
    "period: month", "period: month\ncalendar: retail"
)
STEPS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05..2026-06")
ON_TIME = {
    "2026-01": "N1,2026-01-10,8000.00,bob\nD2,2026-01-28,5000.00,eve\n",
    "2026-02": "N3,2026-02-10,4000.00,bob\n",
    "2026-03": "N5,2026-03-12,100.10,eve\nD6,2026-03-30,300.00,bob\n",
    "2026-04": "N7,2026-04-11,900.00,eve\n",
    "2026-05..2026-06": "N8,2026-05-31,70.00,bob\nN9,2026-06-28,80.00,bob\n",
}
LATE = {
    "2026-03": "L1,2026-01-05,700.00,bob\nL2,2026-02-20,60.00,eve\n",
    "2026-04": "L3,2026-03-02,55.00,bob\nL4,2026-01-26,44.00,eve\n",
}
Sums = Counter[tuple[str, str]]


def several(folder: Path, attain: Attain, plans: Iterable[str] = (QUARTERLY, STORES)) -> None:
    """The company with its monthly plan and these others."""
    settings = folder / "attain.toml"
    settings.write_text(settings.read_text() + RETAIL)
    for number, plan in enumerate(plans):
        (folder / f"plans/other{number}.yaml").write_text(plan)
    attain("publish")


def write(folder: Path, rows: str, name: str = "more.csv") -> str:
    (folder / name).write_text(f"id,close_date,amount,owner\n{rows}")
    return name


def earned(attain: Attain, run: str) -> Sums:
    """What a run's payments earn, by plan and payee."""
    found: Sums = Counter()
    for row in csv.DictReader(io.StringIO(attain("export", run, "--table", "payments", "--to", "-").out)):
        found[row["plan"], row["payee"]] += Fraction(row["earned"])  # type: ignore[assignment]
    return found


def periods(attain: Attain, run: str, plan: str) -> set[str]:
    rows = csv.DictReader(io.StringIO(attain("export", run, "--table", "payments", "--to", "-").out))
    return {row["pay_period"] for row in rows if row["plan"] == plan}


def test_plans_of_three_kinds_of_periods_close_month_by_month_to_the_sum_of_one_run(
    nordwind: Path, attain: Attain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A.1, C1: a calendar month, the quarter that ends with it, a 4-4-5 month before it; and deals that come late."""
    several(nordwind, attain)
    shutil.copytree(nordwind, tmp_path / "at-once")
    sums: Sums = Counter()
    seen = []
    for step in STEPS:
        attain("import", write(nordwind, ON_TIME[step] + LATE.get(step, ""), f"{step}.csv"), "--into", "deals")
        run = attain("calculate", step, "--json").json
        assert run["notes"] == []
        assert attain("verify", "--json").json["confirmed"]
        sums += earned(attain, run["run"])
        seen.append([one["period"] for one in attain("close", step, "--json").json["closed"]])
    assert seen == [
        ["2026-P01", "2026-01"], ["2026-P02", "2026-02"], ["2026-P03", "2026-03", "2026-Q1"], ["2026-P04", "2026-04"],
        ["2026-P05", "2026-05", "2026-P06", "2026-06", "2026-Q2"],
    ]  # fmt: skip
    monkeypatch.chdir(tmp_path / "at-once")
    everything = "".join([*ON_TIME.values(), *LATE.values()])
    attain("import", write(tmp_path / "at-once", everything), "--into", "deals")
    run = attain("calculate", "2026-01..2026-06", "--json").json["run"]
    assert attain("verify", "--json").json["confirmed"]
    assert sums == earned(attain, run) and sums["quarterly", "bob"] and sums["stores", "eve"]
    assert periods(attain, run, "quarterly") == {"2026-Q1", "2026-Q2"}
    assert periods(attain, run, "stores") == {f"2026-P0{number}" for number in range(1, 7)}
    closed = attain("close", "2026-01..2026-06", "--json").json["closed"]
    assert [one["period"] for one in closed] == [period for month in seen for period in month]


def test_a_run_pays_what_ends_within_its_span(nordwind: Path, attain: Attain) -> None:
    """A.1: January pays nothing of the quarterly plan; March pays the quarter; the quarter pays its months too."""
    several(nordwind, attain, [QUARTERLY])
    attain("import", write(nordwind, "".join(ON_TIME.values())), "--into", "deals")
    run = attain("calculate", "2026-01", "--json").json["run"]
    assert periods(attain, run, "account-executive") == {"2026-01"} and not periods(attain, run, "quarterly")
    run = attain("calculate", "2026-Q1", "--json").json["run"]
    assert periods(attain, run, "account-executive") == {"2026-01", "2026-02", "2026-03"}
    assert periods(attain, run, "quarterly") == {"2026-Q1"} and attain("verify").status == 0
    attain("close", "2026-01")
    refused = attain("calculate", "2026-Q1", status=1).err
    assert "2026-01 is closed; a run cannot pay it again." in refused
    run = attain("calculate", "2026-02..2026-03", "--json").json["run"]
    assert periods(attain, run, "quarterly") == {"2026-Q1"}
    attain("close", "2026-02")
    assert attain("close", "2026-Q1", "--json").json["closed"][0]["period"] == "2026-03"
    assert "2026-03 and 2026-Q1 are open again." in attain("reopen", "2026-03", "--reason", "a deal is missing").out
    attain("calculate", "2026-03")
    attain("close", "2026-03")
    attain("calculate", "2026-04")
    assert attain("verify", "--json").json["confirmed"]


def test_a_plan_that_is_published_late_loses_nothing(nordwind: Path, attain: Attain) -> None:
    """C1: what it owes for months, and for a quarter, that lie before what is closed is paid in the first open one."""
    attain("import", write(nordwind, "".join(ON_TIME.values())), "--into", "deals")
    attain("calculate", "2026-Q1")
    attain("close", "2026-01..2026-03")
    monthly = company.PLAN.replace("account-executive", "late")
    (nordwind / "plans/late.yaml").write_text(monthly)
    (nordwind / "plans/quarterly.yaml").write_text(QUARTERLY)
    attain("publish")
    refused = attain("calculate", "2026-Q1", status=1).err
    assert "2026-01 is closed; a run cannot pay it again." in refused
    run = attain("calculate", "2026-04..2026-06", "--json").json
    assert run["notes"] == [] and attain("verify", "--json").json["confirmed"]
    sums = earned(attain, run["run"])
    first = earned(attain, "1")
    for payee in ("bob", "eve"):
        whole = sums["account-executive", payee] + first["account-executive", payee]
        assert whole == sums["late", payee] == sums["quarterly", payee] != 0
    assert [one["period"] for one in attain("close", "2026-Q2", "--json").json["closed"]] == [
        "2026-04", "2026-05", "2026-06", "2026-Q2"
    ]  # fmt: skip


def test_an_earlier_open_month_is_named_and_closed_first(nordwind: Path, attain: Attain) -> None:
    """A.1: February alone is calculated with a note, proposes no close, and is not closed before January."""
    said = attain("calculate", "2026-02").out
    assert "2026-01 is open and not in this run: balances carried out of it are not known." in said
    assert "attain close" not in said
    refused = attain("close", "2026-02", status=1).err
    assert "2026-01 is the first period to close, not 2026-02: account-executive@2026-1 holds there" in refused
    assert "Calculate and close from 2026-01 on, or publish account-executive@2026-1 with a later `from`." in refused
    notes = attain("calculate", "2026-04", "--json").json["notes"]
    assert notes == [
        "2026-01 to 2026-03 are open and not in this run: balances carried out of them are not known."
    ]
    said = attain("calculate", "2026-01..2026-02").out
    assert "not in this run" not in said and "attain close 2026-01" in said
    attain("close", "2026-01..2026-02")
    assert "2026-01 is closed; a run cannot pay it again." in attain("calculate", "2026-01", status=1).err


def test_a_reason_does_not_close_with_a_run_that_knows_other_balances(nordwind: Path, attain: Attain) -> None:
    """Q: April was calculated before March was closed: a late deal would be paid twice."""
    attain("calculate", "2026-01..2026-02")
    attain("close", "2026-01..2026-02")
    attain("import", write(nordwind, "Z1,2026-01-20,1000.00,eve\n", "late.csv"), "--into", "deals")
    attain("calculate", "2026-03")
    attain("calculate", "2026-04")
    attain("close", "2026-03", "--run", "2")
    refused = attain("close", "2026-04", "--run", "3", "--accept", "checked", status=1).err
    assert "closed or reopened since run-000003 began" in refused and "Calculate again" in refused
    assert "[pay.ledger-changed]" in refused
    attain("calculate", "2026-04")
    attain("import", write(nordwind, "Z2,2026-01-21,10.00,eve\n", "later.csv"), "--into", "deals")
    attain("close", "2026-04", "--accept", "Z2 is paid in May")
