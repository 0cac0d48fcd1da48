"""A made-up company goes through the real commands: nothing is kept aside, and every cent is confirmed."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Attain
from tests.cli.conftest import attain as attain

MONTHS = ("2025-01", "2025-02", "2025-03")


def simulated(attain: Attain, monkeypatch: pytest.MonkeyPatch, folder: Path, *asked: str) -> dict[str, object]:
    words = ("--seed", "5", "--from", MONTHS[0], "--to", MONTHS[-1])
    document: dict[str, object] = attain("simulate", str(folder), *words, *asked, "--json").json
    monkeypatch.chdir(folder)
    return document


def test_ten_payees_are_paid_month_by_month_and_late_rows_become_differences(
    attain: Attain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """H: simulate, check, test, import, publish, calculate, verify, close, with late and corrected rows in between."""
    made = simulated(attain, monkeypatch, tmp_path / "ten", "--payees", "10", "--transactions", "1500")
    assert made["orders_late"] and made["orders_corrected"]
    assert not attain("check", "--json", "--quiet").json["findings"]
    assert all(result["passed"] for result in attain("test", "--json").json["results"])
    attain("import", "--all", "imports/0000-company")  # ends with 1 if anything is kept aside
    attain("publish", "--untested")
    corrected = 0
    for month in MONTHS:
        for folder in sorted(Path("imports").glob(f"{month}*")):
            taken = attain("import", "--all", str(folder), "--json").json["imports"]
            assert not [one for one in taken if one["kept_aside"]]
            corrected += sum(one["corrected_rows"] for one in taken)
        attain("calculate", month)
        assert attain("verify", "--json").json["confirmed"] is True
        attain("close", month)
    assert corrected
    lines = pq.read_table(max(Path("data/runs").glob("*/lines.parquet"))).to_pylist()
    assert "difference" in {line["kind"] for line in lines}
    assert attain("status").out.count("Doctor: nothing to worry about") == 1


def test_a_thousand_payees_are_imported_without_a_row_kept_aside(
    attain: Attain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = simulated(attain, monkeypatch, tmp_path / "many", "--payees", "1000", "--transactions", "6000")
    assert made["positions"] == 1000
    for folder in ("0000-company", "2025-01", "2025-02-late"):
        taken = attain("import", "--all", f"imports/{folder}", "--json").json["imports"]
        assert not [one for one in taken if one["kept_aside"] or one["findings"]]
    counted = {one["into"]: one["rows"] for one in attain("status", "--json").json["imports"]}
    whole = ("people", "positions", "assignments", "quotas", "accounts")
    assert {name: counted[name] for name in whole} == {name: made["rows"][name] for name in whole}  # type: ignore[index]


def test_files_of_text_are_imported_as_well(attain: Attain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    simulated(attain, monkeypatch, tmp_path / "text", "--payees", "10", "--transactions", "1000", "--format", "csv")
    for folder in ("0000-company", "2025-01"):
        taken = attain("import", "--all", f"imports/{folder}", "--json").json["imports"]
        assert not [one for one in taken if one["kept_aside"] or one["findings"]]


def test_a_folder_that_holds_something_is_left_alone(attain: Attain, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    said = attain("simulate", "mine", status=2)
    assert "holds something already" in said.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--from", "January"), "no month"),
        (("--format", "xml"), "parquet and csv"),
        (("--from", "2025-02", "--to", "2025-03"), "3 to 120 whole months"),
        (("--payees", "5"), "10 to 100,000"),
    ],
)
def test_what_cannot_be_meant_is_said(attain: Attain, words: tuple[str, ...], part: str, tmp_path: Path) -> None:
    said = attain("simulate", "x", *words, status=1 if "--payees" in words or words[-1] == "2025-03" else 2)
    assert part in said.err
    assert not (tmp_path / "x").exists()
