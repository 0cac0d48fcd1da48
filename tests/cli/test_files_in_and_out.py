"""Files that come in are believed row by row; files that go out run no formula and lose no digit."""

from __future__ import annotations

import csv
import doctest
import io
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from attain.cli import exporting, imported, tables, workspace
from attain.cli.exporting import DANGEROUS, as_csv, as_xlsx
from tests.cli import company
from tests.cli.conftest import Attain


def test_bad_rows_are_kept_aside_with_their_reason(nordwind: Path, attain: Attain) -> None:
    """A: a deal of 32 January is no deal; the good row is taken, and exit status 1 says that some are not."""
    (nordwind / "march.csv").write_text(
        "id,close_date,amount,owner\nM1,2026-03-02,10.00,bob\nM2,2026-03-32,10.00,bob\nM3,2026-03-03,ten,bob\n"
    )
    said = attain("import", "march.csv", "--into", "deals", status=1)
    assert "Kept aside because" in said.out and "--to repair.csv" in said.out
    assert "Kept aside: amount 10.00 EUR, amount unreadable in 1 row." in said.out
    document = attain("import", "march.csv", "--into", "deals", "--json", status=1).json
    assert (document["is_new"], document["rows"], document["kept_aside"]) == (False, 1, 2)
    assert sum(reason["rows"] for reason in document["reasons"]) == 2
    assert Path(document["quarantine_file"]).is_file()


def test_the_same_file_twice_changes_nothing(nordwind: Path, attain: Attain) -> None:
    said = attain("import", "in/deals.csv", "--into", "deals").out
    assert "Already imported on" in said and "by ada; nothing was changed." in said


def test_corrected_rows_are_counted_with_their_money(nordwind: Path, attain: Attain) -> None:
    """D1 falls from 8,000.00 to 7,500.50; a new deal and an unchanged one are no corrections."""
    (nordwind / "late.csv").write_text(
        "id,close_date,amount,owner\nD1,2026-01-10,7500.50,bob\nD2,2026-01-20,5000.00,eve\nD8,2026-03-01,1.00,eve\n"
    )
    document = attain("import", "late.csv", "--into", "deals", "--json").json
    assert (document["corrected_rows"], document["corrected_money"]) == (1, {"amount": {"EUR": "-499.50"}})
    (nordwind / "again.csv").write_text("id,close_date,amount,owner\nD1,2026-01-10,9500.50,bob\n")
    assert "again.csv: 1 corrected: amount +2,000.00 EUR." in attain("import", "again.csv", "--into", "deals").out
    (nordwind / "new.csv").write_text("id,close_date,amount,owner\nD9,2026-01-10,1.00,bob\n")
    assert "corrected" not in attain("import", "new.csv", "--into", "deals").out


def test_totals_of_the_sender_are_held_against_the_file(nordwind: Path, attain: Attain) -> None:
    (nordwind / "march.csv").write_text("id,close_date,amount,owner\nM1,2026-03-02,10.00,bob\n")
    cut = attain("import", "march.csv", "--into", "deals", "--rows", "2", status=1)
    assert "2 rows are expected; the file has 1" in cut.err
    other = attain("import", "march.csv", "--into", "deals", "--sum", "amount=11.00", "--json", status=1)
    assert other.json["error"]["code"] == "file.control-sum"
    attain("import", "march.csv", "--into", "deals", "--rows", "1", "--sum", "amount=10.00")
    assert "write COLUMN=TOTAL" in attain("import", "march.csv", "--into", "deals", "--sum", "amount", status=2).err


def test_a_file_of_people_is_taken_whole_or_not_at_all(nordwind: Path, attain: Attain) -> None:
    (nordwind / "people.csv").write_text("person,title,manager\nzoe,Account Executive,nobody\n")
    assert "nobody" in attain("import", "people.csv", "--into", "people", status=1).err
    assert attain("status", "--json").json["people"] == 3


def test_a_table_or_file_that_does_not_exist_is_wrong_use(nordwind: Path, attain: Attain) -> None:
    assert "There is no file gone.csv." in attain("import", "gone.csv", "--into", "deals", status=2).err
    assert "Did you mean `deals`?" in attain("import", "in/deals.csv", "--into", "deal", status=2).err
    assert "Name one file, a folder with --all, or" in attain("import", status=2).err


def test_an_import_is_listed_and_undone_with_a_reason(nordwind: Path, attain: Attain) -> None:
    batch = next(one for one in attain("imports", "--json").json["imports"] if one["into"] == "deals")
    assert "reason is needed" in attain("undo", batch["batch"], status=1).err
    assert attain("undo", batch["batch"][:10], "--reason", "wrong month").out == "deals.csv no longer counts.\n"


def test_a_table_of_a_run_is_exported_three_ways_with_the_same_amounts(paid: Path, attain: Attain) -> None:
    for kind in ("csv", "xlsx", "parquet"):
        attain("export", "1", "--table", "lines", "--format", kind)
    rows = list(csv.DictReader(io.StringIO(Path("run-000001-lines.csv").read_text())))
    amounts = {row["source"].lstrip("'"): row["amount"] for row in rows}
    assert amounts == {"D1": "400.00", "D2": "250.00", "D3": "260.00", "=D5": "5.01"}
    assert "'=D5" in {row["source"] for row in rows}
    kept = pq.read_table("run-000001-lines.parquet").to_pylist()
    assert {row["source"]: row["amount"] for row in kept} == {name: Decimal(text) for name, text in amounts.items()}
    head, *sheet = CalamineWorkbook.from_path("run-000001-lines.xlsx").get_sheet_by_name("Attain").to_python()
    column, source = head.index("amount"), head.index("source")
    assert {row[source]: f"{Decimal(str(row[column])):.2f}" for row in sheet} == amounts


def test_a_file_that_is_there_is_not_replaced_by_accident(paid: Path, attain: Attain) -> None:
    attain("export", "1", "--to", "lines.csv")
    assert "lines.csv is there already." in attain("export", "1", "--to", "lines.csv", status=1).err
    attain("export", "1", "--to", "lines.csv", "--overwrite")
    assert attain("export", "1", "--to", "-").out == Path("lines.csv").read_bytes().decode()
    assert "'salaries' cannot be exported" in attain("export", "1", "--table", "salaries", status=2).err


@given(st.text(st.sampled_from([*DANGEROUS, "a", '"', ",", "\n", ";"]), max_size=6))
def test_no_text_of_a_csv_starts_like_a_formula(text: str) -> None:
    """Opened in a spreadsheet, a customer's name must not run."""
    written = as_csv(["name"], [{"name": text}]).decode()
    _, *rows = csv.reader(io.StringIO(written, newline=""))
    (cell,) = rows[0] if rows and rows[0] else [""]
    assert not cell.startswith(DANGEROUS)
    assert cell in (text, f"'{text}")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+1", "https://example.com", "007"])
def test_text_stays_text_in_a_workbook(text: str) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(["name"], [{"name": text}])))
    assert book.get_sheet_by_name("Attain").to_python()[1] == [text]


def test_a_number_beyond_fifteen_digits_does_not_change_in_a_workbook() -> None:
    """A spreadsheet would show 9007199254740993.00 as …992."""
    large, small = Decimal("9007199254740993.00"), Decimal("1234567890123.45")
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(["a", "b"], [{"a": large, "b": small}])))
    shown = book.get_sheet_by_name("Attain").to_python()[1]
    assert shown == ["9007199254740993.00", 1234567890123.45]


@pytest.mark.parametrize("module", [tables, exporting, imported, workspace])
def test_examples_in_docstrings_say_what_the_code_does(module: ModuleType) -> None:
    tried = doctest.testmod(module)
    assert tried.attempted and not tried.failed


def test_an_export_never_replaces_records_or_documents(paid: Path, attain: Attain) -> None:
    """Neither by name nor through a link; --overwrite replaces only a file of the chosen format."""
    (paid / "link").symlink_to(paid / "data", target_is_directory=True)
    (paid / "march.csv").symlink_to(paid / "facts" / "deals.yaml")
    (paid / "notes.txt").write_text("mine")
    before = {path: path.read_bytes() for path in (paid / "attain.db", paid / "facts" / "deals.yaml")}
    for target in ("attain.db", "attain.csv", "data/x.csv", "link/x.csv", "plans/x.csv", "march.csv", "notes.txt"):
        refused = attain("export", "1", "--format", "csv", "--to", target, "--overwrite", status=1).err
        assert "[export.workspace]" in refused or (target == "notes.txt" and "[export.exists]" in refused), target
    assert before == {path: path.read_bytes() for path in before}
    assert (paid / "notes.txt").read_text() == "mine"
    attain("export", "1", "--to", "mine.csv")
    attain("export", "1", "--to", "mine.csv", "--overwrite")


MAPPING = """\
into: deals
delimiter: ";"
decimal_mark: ","
encoding: cp1252
date_format: dd.mm.yyyy
columns: {id: Nr, close_date: Datum, amount: Betrag, owner: Für}
"""
BOOK = (
    "Nr;Datum;Betrag;Für\nM1;02.03.2026;10,00;bob\nM2;32.03.2026;20,50;bob\n"
    "M3;03.03.2026;zehn;bob\nM4;04.03.2026;5,00\n"
)


def test_rows_that_were_kept_aside_are_repaired_and_imported_again(nordwind: Path, attain: Attain) -> None:
    """N: taken and kept aside make up the file; each row comes back in the form in which it was sent."""
    Path("mappings/crm.yaml").write_text(MAPPING)
    Path("march.csv").write_bytes(BOOK.encode("cp1252"))
    taken = attain("import", "march.csv", "--mapping", "crm", "--json", status=1).json
    aside = {"money": {"amount": {"EUR": "20.50"}}, "unread": {"amount": 2}}
    assert (taken["totals"], taken["kept_aside_money"]) == ({"amount": {"EUR": "10.00"}}, aside)
    assert "amount 20.50 EUR, amount unreadable in 2 rows" in attain("imports").out
    one = attain("imports", taken["batch"][:8], "--json").json
    assert [(row["row"], row["column"], row["value"], row["code"]) for row in one["rows_kept_aside"]] == [
        (3, "close_date", "32.03.2026", "fact.date"),
        (4, "amount", "zehn", "fact.number"),
        (5, None, None, "fact.field-count"),
    ]
    assert one["effect"]["new"] == 1 and one["effect"]["money"]["new"] == {"amount": {"EUR": "10.00"}}
    said = attain("imports", taken["batch"], "--to", "repair.csv").out
    assert "32.03.2026" in said and "attain import repair.csv --mapping crm" in said
    assert "is there already" in attain("imports", taken["batch"], "--to", "repair.csv", status=1).err
    text = Path("repair.csv").read_bytes().decode("cp1252")
    assert text.splitlines()[0] == "kept_aside_row;kept_aside_because;Nr;Datum;Betrag;Für"
    for wrong, right in (("M2;32.", "M2;31."), ("zehn", "10,00"), (";5,00;", ";5,00;eve")):
        assert wrong in text
        text = text.replace(wrong, right)
    Path("repair.csv").write_bytes(text.encode("cp1252"))
    again = attain("import", "repair.csv", "--mapping", "crm", "--json").json
    assert (again["rows"], again["kept_aside"], again["totals"]) == (3, 0, {"amount": {"EUR": "35.50"}})
    assert "Nothing was kept aside." in attain("imports", again["batch"]).out
    assert "kept nothing aside" in attain("imports", again["batch"], "--to", "x.csv", status=2).err


def test_a_batch_of_decisions_says_what_it_changed(nordwind: Path, attain: Attain) -> None:
    (people,) = [one for one in attain("imports", "--json").json["imports"] if one["into"] == "people"]
    effect = attain("imports", people["batch"], "--json").json["effect"]
    assert effect == {name: {"new": 3, "replaced": 0} for name in ("people", "positions", "assignments")}
    assert "people: 3 new rows, 0 replaced." in attain("imports", people["batch"][:9]).out
    assert "No batch begins with 'zzz'" in attain("imports", "zzz", status=2).err


def test_a_known_file_whose_rows_were_replaced_since_says_what_counts(nordwind: Path, attain: Attain) -> None:
    """A.12: first A, then B, then A again: B stays in force, and nobody believes otherwise."""
    (nordwind / "b.csv").write_text(
        "id,close_date,amount,owner\nD1,2026-01-10,9000.00,bob\nD2,2026-01-20,5000.00,eve\nD9,2026-01-10,1,bob\n"
    )
    batch = attain("import", "b.csv", "--into", "deals", "--json").json["batch"]
    said = attain("import", "in/deals.csv", "--into", "deals", status=1).out
    assert f"1 row of it counts as b.csv said later, batch {batch[:12]}." in said
    assert f"attain undo {batch[:12]} --reason" in said
    (nordwind / "c.csv").write_text("id,close_date,amount,owner\nD1,2026-01-10,8000.00,bob\n")
    attain("import", "c.csv", "--into", "deals")
    attain("import", "in/deals.csv", "--into", "deals")
    (nordwind / "quotas.csv").write_text(company.QUOTAS.replace("10000.00", "12000.00"))
    attain("import", "quotas.csv", "--into", "quotas")
    found = attain("import", "in/quotas.csv", "--into", "quotas", "--json", status=1).json["findings"]
    assert [one["code"] for one in found] == ["imports.replaced-since"] and "1 row of it" in found[0]["message"]


def test_totals_of_the_sender_are_held_against_a_known_file_too(nordwind: Path, attain: Attain) -> None:
    cut = attain("import", "in/deals.csv", "--into", "deals", "--rows", "6", status=1)
    assert "6 rows are expected; the file has 5" in cut.err
    attain("import", "in/quotas.csv", "--into", "quotas", "--sum", "amount=1", status=1)
    attain("import", "in/deals.csv", "--into", "deals", "--rows", "5", "--sum", "amount=17800.10")


def test_files_of_a_folder_that_nothing_takes_are_named(nordwind: Path, attain: Attain) -> None:
    """Exit status 1: a script must not believe that the folder was taken whole."""
    for name, text in (("deal.csv", "id\nX\n"), ("orders.xls", ""), ("notes.md", "mine"), (".hidden.csv", "")):
        (nordwind / "in" / name).write_text(text)
    said = attain("import", "--all", "in", status=1).out
    assert "deal.csv was passed over: no mapping and no table is called deal; the nearest is deals." in said
    assert "orders.xls was passed over" in said and "notes.md" not in said and "hidden" not in said
    left = attain("import", "--all", "in", "--json", status=1).json["passed_over"]
    assert [(one["file"], one["nearest"]) for one in left] == [("deal.csv", "deals"), ("orders.xls", "")]
    Path("mappings/people.yaml").write_text("into: people\nformat: xlsx\n")
    Path("mappings/crm.yaml").write_text("into: deals\n")
    (nordwind / "in" / "crm.csv").write_text(company.DEALS)
    reasons = {
        one["file"]: one["reason"] for one in attain("import", "--all", "in", "--json", status=1).json["passed_over"]
    }
    assert reasons["deals.csv"] == "another file of the folder fills deals" and "crm.csv" not in reasons


def test_deleted_rows_are_counted_with_their_money_and_unknown_keys_are_named(nordwind: Path, attain: Attain) -> None:
    """A.12"""
    Path("mappings/crm.yaml").write_text("into: deals\naction: what\n")
    Path("gone.csv").write_text("id,close_date,amount,owner,what\nD2,,,,delete\nD77,,,,delete\n")
    said = attain("import", "gone.csv", "--mapping", "crm", status=1).out
    assert "gone.csv: 1 deleted: amount -5,000.00 EUR." in said
    assert "gone.csv:3 id: D77 is to be deleted, but no deals of that id counts: nothing was deleted." in said
    (batch,) = [one["batch"] for one in attain("imports", "--json").json["imports"] if one["source"] == "gone.csv"]
    shown = attain("imports", batch).out
    assert (
        "deleted: 1" in shown and "to be deleted, but not there: 1" in shown and "deleted amount -5000.00 EUR" in shown
    )
