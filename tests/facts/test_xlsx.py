"""Workbooks: cells as Excel shows them, errors and empty formulas kept aside, bombs refused before they go off."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from attain.facts.schema import parse_fact_type
from attain.kernel.errors import FactError

from .conftest import Read
from .workbooks import book, raw_book, raw_parts, texts

XLSX = "into: deals\nformat: xlsx\n"
HEADER = ["id", "close_date", "amount", "owner"]
DAY = date(2026, 3, 2)


def test_cells_are_read_as_excel_shows_them(read: Read) -> None:
    """M.4"""
    rows = [
        HEADER,
        ["D1", DAY, 1234.56, "anna"],
        [1002, DAY, 0.1 + 0.2, "ben"],
        ["D3", datetime.fromisoformat("2026-03-02"), -5, "anna"],
    ]
    imported = read(book(rows), XLSX)
    assert imported.quarantine.num_rows == 0
    assert [(row["id"], row["close_date"], row["amount"]) for row in imported.good.to_pylist()] == [
        ("D1", DAY, Decimal("1234.56")),
        ("1002", DAY, Decimal("0.30")),
        ("D3", DAY, Decimal("-5.00")),
    ]
    assert imported.good["_row"].to_pylist() == [2, 3, 4]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1234.5599999999999", "1234.56"),
        ("0.30000000000000004", "0.30"),
        ("1E2", "100.00"),
        ("-7", "-7.00"),
        ("1e-2", "0.01"),
    ],
)
def test_a_stored_number_is_rounded_to_the_fifteen_digits_that_excel_keeps(stored: str, shown: str, read: Read) -> None:
    cells = '<c r="A2" t="inlineStr"><is><t>D1</t></is></c><c r="B2" t="d"><v>2026-03-02T00:00:00</v></c>'
    cells += f'<c r="C2"><v>{stored}</v></c>'
    owner = '<c r="D2" t="inlineStr"><is><t>anna</t></is></c>'
    imported = read(raw_book(f'{texts(*HEADER)}<row r="2">{cells}{owner}</row>'), XLSX)
    assert [str(amount) for amount in imported.good["amount"].to_pylist()] == [shown]


def test_numbers_and_dates_take_the_form_of_the_mapping_and_so_do_texts(read: Read) -> None:
    rows = [HEADER, ["D1", DAY, 1234.5, "anna"], ["D2", "02.03.2026", "1.234,5", "anna"]]
    mapping = f'{XLSX}decimal_mark: ","\ngroup_mark: "."\ndate_format: dd.mm.yyyy\n'
    imported = read(book(rows), mapping)
    assert imported.good["amount"].to_pylist() == [Decimal("1234.50")] * 2
    assert imported.good["close_date"].to_pylist() == [DAY] * 2


def error(workbook: Any, sheet: Any) -> None:
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")


def unstored(workbook: Any, sheet: Any) -> None:
    sheet.write_formula(1, 2, "=A1", None, "")


def moment(workbook: Any, sheet: Any) -> None:
    sheet.write_datetime(
        1, 1, datetime.fromisoformat("2026-03-02T12:00"), workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    )


def beside(workbook: Any, sheet: Any) -> None:
    sheet.write(1, 6, "a note")


def serial(workbook: Any, sheet: Any) -> None:
    sheet.write_number(1, 1, 60, workbook.add_format({"num_format": 14}))


def long_number(workbook: Any, sheet: Any) -> None:
    sheet.write_number(1, 0, 1234567890123456)


@pytest.mark.parametrize(
    ("prepare", "code", "column", "said"),
    [
        (error, "fact.cell-error", "amount", "#DIV/0!"),
        (unstored, "fact.formula", "amount", "without a stored result"),
        (moment, "fact.date", "close_date", "time of day"),
        (beside, "fact.field-count", None, "column G"),
        (serial, "fact.date", "close_date", "no safe date"),
        (long_number, "fact.range", "id", "15 digits"),
    ],
)
def test_a_cell_without_a_safe_value_keeps_its_row_aside(
    prepare: Any, code: str, column: str | None, said: str, read: Read
) -> None:
    rows = [HEADER, ["D1", DAY, 1, "anna"], ["D2", DAY, 2, "anna"]]
    imported = read(book(rows, prepare), XLSX)
    (kept,) = imported.quarantine.to_pylist()
    assert (kept["row"], kept["code"], kept["column"]) == (2, code, column)
    assert said in kept["reason"]
    assert imported.good["id"].to_pylist() == ["D2"]


def test_the_stored_result_of_a_formula_is_a_value(read: Read) -> None:
    def sum_of(workbook: Any, sheet: Any) -> None:
        sheet.write_formula(1, 2, "=1+2", None, 3)

    assert read(book([HEADER, ["D1", DAY, "", "anna"]], sum_of), XLSX).good["amount"].to_pylist() == [Decimal("3.00")]


def test_an_error_in_a_column_that_nobody_reads_does_no_harm(read: Read) -> None:
    def note(workbook: Any, sheet: Any) -> None:
        sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!")

    rows = [[*HEADER, "note"], ["D1", DAY, 1, "anna"]]
    assert read(book(rows, note), f"{XLSX}extra: ignore\n").good.num_rows == 1


def test_a_cell_error_makes_a_control_sum_unprovable(read: Read) -> None:
    rows = [HEADER, ["D1", DAY, 1, "anna"], ["D2", DAY, 2, "anna"]]
    with pytest.raises(FactError, match="cannot be confirmed"):
        read(book(rows, error), f"{XLSX}control: {{sum: {{amount: 2}}}}\n")


def test_empty_rows_and_a_title_above_the_header_are_passed_over(read: Read) -> None:
    rows = [["Deals of March"], [], HEADER, [], ["D1", DAY, 1, "anna"]]
    imported = read(book(rows), f"{XLSX}header_row: 3\n")
    assert imported.good["_row"].to_pylist() == [5]


def test_one_of_several_sheets_must_be_named(read: Read) -> None:
    def second(workbook: Any, sheet: Any) -> None:
        workbook.add_worksheet("Notes")

    content = book([HEADER, ["D1", DAY, 1, "anna"]], second)
    with pytest.raises(FactError) as caught:
        read(content, XLSX)
    assert (caught.value.code, caught.value.hint) == ("file.sheet", "Say `sheet:` in the mapping: Deals, Notes.")
    assert read(content, f"{XLSX}sheet: Deals\n").good.num_rows == 1
    with pytest.raises(FactError, match="'Deal'"):
        read(content, f"{XLSX}sheet: Deal\n")


ROW = texts("D1", "2026-03-02", "1.00", "anna", row=2)
SHEET = texts(*HEADER) + ROW


def test_a_workbook_written_by_hand_is_read(read: Read) -> None:
    assert read(raw_book(SHEET), XLSX).good.num_rows == 1


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def sheet_with(prolog: str, text: str) -> bytes:
    sheet = f'{prolog}<worksheet xmlns="m"><sheetData>{texts(*HEADER)}{texts(text, row=2)}</sheetData></worksheet>'
    return raw_parts({"xl/worksheets/sheet1.xml": sheet})


def encrypted() -> bytes:
    content = bytearray(raw_book(SHEET))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


def lying() -> bytes:
    """A directory that promises a hundred bytes where ten million come out."""
    content = bytearray(raw_book(SHEET, xl__sharedStrings=b"x", **{"xl__big.xml": b"0" * 10_000_000}))
    place = content.rfind(b"xl/big.xml") - 46
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    return bytes(content)


TOP = texts(*HEADER)
BOMBS = {
    "nothing": (b"", "file.empty"),
    "CSV": (b"id,amount\n1,2\n", "file.kind"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + bytes(100), "file.kind"),
    "no archive behind the mark": (b"PK\x03\x04" + bytes(200), "file.damaged"),
    "half an archive": (raw_book(SHEET)[:400], "file.damaged"),
    "twenty megabytes": (b"PK\x03\x04" + bytes(21 << 20), "file.too-large"),
    "a zip bomb": (raw_book(SHEET, **{"xl__big.xml": b"0" * (20 << 20)}), "file.bomb"),
    "200 megabytes": (raw_book(SHEET, **{f"xl__big{n}.xml": b"0" * (21 << 20) for n in range(10)}), "file.bomb"),
    "three thousand files": (raw_book(SHEET, **{f"xl__{n}.xml": b"x" for n in range(3000)}), "file.bomb"),
    "entities": (sheet_with(ENTITIES, "&b;"), "file.xml"),
    "an entity from outside": (sheet_with(OUTSIDE, "&a;"), "file.xml"),
    "a document type alone": (sheet_with("<!DOCTYPE x>", "a"), "file.xml"),
    "a password": (encrypted(), "file.encrypted"),
    "macros": (raw_book(SHEET, **{"xl__vbaProject.bin": b"x"}), "file.macros"),
    "no sheet": (raw_parts({}), "file.damaged"),
    "XML that ends early": (raw_parts({"xl/worksheets/sheet1.xml": "<worksheet><sheetData>"}), "file.damaged"),
    "a row backwards": (raw_book(TOP + texts("a", row=5) + texts("b", row=3)), "file.damaged"),
    "a cell twice": (raw_book(TOP + '<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>'), "file.damaged"),
    "a cell of another row": (raw_book(TOP + '<row r="2"><c r="A9"><v>1</v></c></row>'), "file.damaged"),
    "a text that is not there": (raw_book(TOP + '<row r="2"><c r="A2" t="s"><v>7</v></c></row>'), "file.damaged"),
    "an unknown type": (raw_book(TOP + '<row r="2"><c r="A2" t="zz"><v>7</v></c></row>'), "file.damaged"),
    "a row number that is none": (raw_book('<row r="x"><c r="A1"><v>7</v></c></row>'), "file.damaged"),
    "no rows": (raw_book(""), "file.empty"),
    "a header alone": (raw_book(TOP), "file.empty"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BOMBS)
def test_a_hostile_workbook_is_refused_with_a_reason(kind: str, read: Read) -> None:
    content, code = BOMBS[kind]
    with pytest.raises(FactError) as caught:
        read(content, XLSX)
    assert caught.value.code == code, str(caught.value)
    assert caught.value.where.line is not None


def test_sizes_that_lie_are_found_out_by_counting(read: Read) -> None:
    """Only members that are read are unpacked, and no more than was promised comes out of those."""
    parts = {"xl/sharedStrings.xml": b"<sst>" + b" " * 10_000_000 + b"</sst>"}
    content = bytearray(
        raw_parts({"xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{SHEET}</sheetData></worksheet>", **parts})
    )
    place = content.rfind(b"xl/sharedStrings.xml") - 46
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    with pytest.raises(FactError) as caught:
        read(bytes(content), XLSX)
    assert caught.value.code == "file.damaged"
    assert read(lying(), XLSX).good.num_rows == 1


def test_too_many_cells_are_refused_while_they_are_counted(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attain.facts.readers.xlsx.MAX_CELLS", 100)
    rows = "".join(texts("a", "b", "c", "d", row=number) for number in range(2, 40))
    with pytest.raises(FactError) as caught:
        read(raw_book(texts(*HEADER) + rows), XLSX)
    assert (caught.value.code, caught.value.where.line) == ("file.cells", 26)


def test_deep_xml_is_no_way_to_end_the_program(read: Read) -> None:
    deep = "<r>" * 50_000 + "<t>x</t>" + "</r>" * 50_000
    sheet = f'{texts(*HEADER)}<row r="2"><c r="A2" t="inlineStr"><is>{deep}</is></c></row>'
    with pytest.raises(FactError, match="more than 40 levels"):
        read(raw_book(sheet), XLSX)


def test_dates_count_from_1904_where_the_workbook_says_so(read: Read) -> None:
    content = io.BytesIO()
    plain = book([HEADER, ["D1", DAY, 1, "anna"]])
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/workbook.xml":
                part = part.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
            new.writestr(name, part)
    assert read(content.getvalue(), XLSX).good["close_date"].to_pylist() == [date(2030, 3, 3)]


def test_yes_and_no_may_be_true_cells() -> None:
    from attain.facts.importing import read_source
    from attain.facts.mapping import parse_mapping

    fact = parse_fact_type("fact: visits\nkey: id\ndate: on\ncolumns: {id: text, on: date, done: yes_no}\n")
    content = book([["id", "on", "done"], ["V1", DAY, True], ["V2", DAY, False]])
    mapping = parse_mapping('into: visits\nformat: xlsx\n"true": ja\n"false": nein\n', {"visits": fact})
    assert read_source(content, fact, mapping, trusted=True).good["done"].to_pylist() == [True, False]
