"""Every kind of bad input has one defined answer: a refused file or a row kept aside, always with line and reason.

The rows and files here are planted one at a time into a good file of three deals, so what else goes on is known.
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from attain.facts.mapping import parse_mapping
from attain.kernel.errors import FactError

from .conftest import Read

HEADER = "id,close_date,amount,currency,discount,owner,cancelled,stage,reverses"
GOOD = [
    "D1,2026-03-02,100.00,EUR,5%,anna,no,won,",
    "D2,2026-03-03,-20.50,USD,0.05,ben,yes,lost,D1",
    "D3,2026-03-04,7,,,anna,,,",
]


def file_of(*rows: str) -> str:
    return "\n".join([HEADER, *GOOD, *rows, ""])


def planted(**changed: str) -> str:
    """A good fourth row in which some values are changed."""
    row = dict(zip(HEADER.split(","), "D4,2026-03-05,1.00,EUR,,anna,no,won,".split(","), strict=True)) | changed
    return ",".join(row.values())


def test_a_good_file_goes_on_as_a_whole(read: Read) -> None:
    imported = read(file_of(planted()))
    assert (imported.good.num_rows, imported.quarantine.num_rows, imported.repeated) == (4, 0, 0)
    assert imported.totals == {"amount": {"EUR": Decimal("108.00"), "USD": Decimal("-20.50")}}
    assert imported.good["_row"].to_pylist() == [2, 3, 4, 5]
    assert imported.findings == ()


BAD_ROWS = {
    "no amount": (planted(amount=""), "fact.required", "amount", "missing"),
    "no key": (planted(id=""), "fact.required", "id", "missing"),
    "no owner": (planted(owner=""), "fact.required", "owner", "missing"),
    "word as amount": (planted(amount="ten"), "fact.number", "amount", "not a number"),
    "exponent": (planted(amount="1e5"), "fact.number", "amount", "not a number"),
    "endless exponent": (planted(amount="1e10000000"), "fact.number", "amount", "not a number"),
    "not a number": (planted(amount="NaN"), "fact.number", "amount", "not a number"),
    "infinity": (planted(amount="Infinity"), "fact.number", "amount", "not a number"),
    "full-width digits": (planted(amount="１２"), "fact.number", "amount", "not a number"),
    "underscores": (planted(amount="1_000"), "fact.number", "amount", "not a number"),
    "foreign decimal mark": (planted(amount='"1,5"'), "fact.number", "amount", "not a number"),
    "undeclared groups": (planted(amount='"1,234.50"'), "fact.number", "amount", "not a number"),
    "currency in the amount": (planted(amount="€5"), "fact.number", "amount", "not a number"),
    "brackets for minus": (planted(amount="(5.00)"), "fact.number", "amount", "not a number"),
    "space in the amount": (planted(amount=" 5.00"), "fact.number", "amount", "not a number"),
    "formula": (planted(amount="=1+1"), "fact.number", "amount", "not a number"),
    "three places": (planted(amount="1.234"), "fact.places", "amount", "3 decimal places"),
    "three places that are zero": (planted(amount="1.500"), "fact.places", "amount", "3 decimal places"),
    "amount out of range": (planted(amount="100000000000000"), "fact.range", "amount", "too large"),
    "amount of a hundred digits": (planted(amount="9" * 100), "fact.range", "amount", "too large"),
    "amount of many digits": (planted(amount="9" * 3000), "fact.number", "amount", "not a number"),
    "impossible date": (planted(close_date="2026-02-30"), "fact.date", "close_date", "no such day"),
    "no leap year": (planted(close_date="2025-02-29"), "fact.date", "close_date", "no such day"),
    "month thirteen": (planted(close_date="2026-13-01"), "fact.date", "close_date", "no such day"),
    "date of another form": (planted(close_date="05.03.2026"), "fact.date", "close_date", "yyyy-mm-dd"),
    "short date": (planted(close_date="2026-3-5"), "fact.date", "close_date", "yyyy-mm-dd"),
    "date with time": (planted(close_date="2026-03-05 12:00"), "fact.date", "close_date", "yyyy-mm-dd"),
    "date long ago": (planted(close_date="0026-03-05"), "fact.date-range", "close_date", "Before 1900"),
    "date as open end": (planted(close_date="9999-12-31"), "fact.date-range", "close_date", "after 2199"),
    "unknown currency": (planted(currency="EUX"), "fact.currency", "currency", "ISO 4217"),
    "currency in small letters": (planted(currency="eur"), "fact.currency", "currency", "ISO 4217"),
    "word of another list": (planted(stage="open"), "fact.choice", "stage", "won, lost"),
    "maybe": (planted(cancelled="maybe"), "fact.yes-no", "cancelled", "yes"),
    "percent of an amount": (planted(amount="5%"), "fact.number", "amount", "not a number"),
    "too fine a rate": (planted(discount="0.1234567"), "fact.places", "discount", "decimal places"),
    "too fine a percentage": (planted(discount="0.12345%"), "fact.places", "discount", "decimal places"),
    "space behind the key": (planted(id="D4 "), "fact.space", "id", "space"),
    "no-break space before a person": (planted(owner="\u00a0anna"), "fact.space", "owner", "space"),
    "line end in the key": (planted(id='"D\n4"'), "fact.control-character", "id", "line end"),
    "bell in a text": (planted(reverses="D\x07"), "fact.control-character", "reverses", "U+0007"),
    "text turned round": (planted(owner="an\u202ena"), "fact.control-character", "owner", "U+202E"),
    "text beyond measure": (planted(reverses="x" * 4001), "fact.text-too-long", "reverses", "4000"),
    "a field too few": (planted().rpartition(",")[0], "fact.field-count", None, "8 fields where the header has 9"),
    "a field too many": (planted() + ",x", "fact.field-count", None, "10 fields"),
    "an unquoted comma": (planted(amount="1,50"), "fact.field-count", None, "10 fields"),
    "another delimiter": (planted().replace(",", ";"), "fact.field-count", None, "1 fields"),
    "an empty line": ("\n" + planted(id="D5"), "fact.empty-line", None, "empty"),
    "NUL": (planted(owner="an\x00na"), "fact.nul", None, "NUL"),
    "NUL within quotes": (planted(owner='"an\x00na"'), "fact.nul", None, "NUL"),
    "carriage return within a line": (planted(owner="an\rna"), "fact.line-end", None, "carriage return"),
    "quote within a field": (planted(owner='an"na'), "fact.quote", None, "quote"),
    "text behind a quote": (planted(owner='"an"na'), "fact.quote", None, "quote"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_ROWS)
def test_a_bad_row_is_kept_aside_and_the_good_ones_go_on(kind: str, read: Read) -> None:
    """M.4"""
    row, code, column, said = BAD_ROWS[kind]
    imported = read(file_of(row))
    (kept,) = imported.quarantine.to_pylist()
    assert (kept["row"], kept["code"], kept["column"]) == (5, code, column), kept
    assert said in kept["reason"]
    assert json.loads(kept["raw"])
    assert len(kept["value"] or "") <= 200
    assert set(imported.good["id"].to_pylist()) >= {"D1", "D2", "D3"}
    assert imported.good.num_rows + imported.quarantine.num_rows == imported.row_count
    assert [finding.code for finding in imported.findings] == ["fact.quarantined"]


def test_a_row_with_several_faults_is_kept_once_with_the_first_three(read: Read) -> None:
    row = planted(close_date="x", amount="y", cancelled="z", stage="w")
    (kept,) = read(file_of(row)).quarantine.to_pylist()
    assert kept["column"] == "close_date"
    assert "Also `amount`" in kept["reason"]
    assert "Also `cancelled`" in kept["reason"]
    assert "stage" not in kept["reason"]


def test_a_row_in_quarantine_keeps_everything_that_it_said(read: Read) -> None:
    (kept,) = read(file_of(planted(amount="x", reverses="a note"))).quarantine.to_pylist()
    said = json.loads(kept["raw"])
    assert (said["id"], said["amount"], said["reverses"]) == ("D4", "x", "a note")
    (cut,) = read(file_of("D4,2026-03-05,1.00")).quarantine.to_pylist()
    assert json.loads(cut["raw"]) == {"fields": ["D4", "2026-03-05", "1.00"]}


def test_one_key_with_two_contents_is_kept_aside_twice(read: Read) -> None:
    imported = read(file_of(planted(id="D1")))
    assert imported.quarantine["row"].to_pylist() == [2, 5]
    assert imported.quarantine["code"].to_pylist() == ["fact.duplicate-key"] * 2
    assert "Rows 2, 5" in imported.quarantine["reason"][0].as_py()
    assert imported.good["id"].to_pylist() == ["D2", "D3"]


def test_the_same_row_twice_is_taken_once_and_counted(read: Read) -> None:
    imported = read(file_of(GOOD[0], GOOD[0]))
    assert (imported.good.num_rows, imported.quarantine.num_rows, imported.repeated) == (3, 0, 2)
    assert imported.totals["amount"]["EUR"] == Decimal("107.00")
    assert [finding.code for finding in imported.findings] == ["fact.repeated"]


def test_a_stray_quote_does_not_swallow_its_neighbours(read: Read) -> None:
    """The quote that opens on line 5 would find its partner on line 6."""
    imported = read(file_of(planted(owner='"anna'), planted(id="D5", owner='"ben"'), planted(id="D6")))
    assert imported.quarantine["row"].to_pylist() == [5]
    assert imported.good["id"].to_pylist() == ["D1", "D2", "D3", "D5", "D6"]


def test_lines_are_counted_through_quoted_line_ends(read: Read) -> None:
    note = '"two\nlines, ""quoted"""'
    imported = read(file_of(planted(reverses=note), planted(id="D5", amount="x")))
    assert imported.good["reverses"].to_pylist()[-1] == 'two\nlines, "quoted"'
    assert imported.good["_row"].to_pylist()[-1] == 5
    assert imported.quarantine["row"].to_pylist() == [7]


def test_a_rate_above_one_without_a_percent_sign_is_pointed_out(read: Read) -> None:
    imported = read(file_of(planted(discount="12.5"), planted(id="D5", discount="150%")))
    (finding,) = imported.findings
    assert (finding.code, finding.level, finding.where.line, finding.where.field) == (
        "fact.rate-above-one",
        "warning",
        5,
        "discount",
    )
    assert finding.message.startswith("1 rows")
    assert imported.good["discount"].to_pylist()[-2:] == [Decimal("12.500000"), Decimal("1.500000")]


WHOLE = file_of()
BAD_FILES: dict[str, tuple[str | bytes, str, int]] = {
    "nothing at all": (b"", "file.empty", 1),
    "white space": (b" \n\n", "file.empty", 1),
    "a header alone": (HEADER + "\n", "file.empty", 1),
    "no header": ("\n".join(GOOD), "file.header", 1),
    "an empty header": ("\n" + WHOLE, "file.header", 1),
    "a nameless column": (WHOLE.replace("owner", "", 1), "file.header", 1),
    "a column twice": (WHOLE.replace("stage", "owner", 1), "file.header-twice", 1),
    "a thousand columns more": (",".join(f"c{number}" for number in range(1001)) + "\n1\n", "file.columns", 1),
    "another delimiter": (WHOLE.replace(",", ";"), "file.missing-column", 1),
    "UTF-16": (WHOLE.encode("utf-16"), "file.encoding", 1),
    "UTF-16 without mark": (WHOLE.encode("utf-16-le"), "file.encoding", 1),
    "another encoding": (file_of(planted(owner="Müller")).encode("cp1252"), "file.encoding", 5),
    "a broken character": (WHOLE.encode() + b"\xe2\x82\n", "file.encoding", 5),
    "an open quote": (file_of(planted(owner='"anna')), "file.quote", 5),
    "a line of two million": (file_of(planted(owner="x" * 2_000_000)), "file.line-too-long", 5),
    "a quoted field without end": (file_of(planted(owner='"' + "x\n" * 1_000_000 + '"')), "file.quote", 5),
    "line ends of an old Mac": (WHOLE.replace("\n", "\r"), "file.line-ends", 1),
    "a workbook": (b"PK\x03\x04" + bytes(100), "file.kind", 1),
    "a Parquet file": (b"PAR1" + bytes(100), "file.kind", 1),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + bytes(100), "file.kind", 1),
    "a PDF": (b"%PDF-1.7\n", "file.kind", 1),
    "a gzip archive": (b"\x1f\x8b\x08" + bytes(50), "file.kind", 1),
    "a header that spans lines": (HEADER.replace("owner", '"ow\nner"') + "\n", "file.header", 1),
    "a quote in the header": (HEADER.replace("owner", 'ow"ner') + "\n", "file.header", 1),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_refused_as_a_whole(kind: str, read: Read) -> None:
    """M.4"""
    content, code, line = BAD_FILES[kind]
    with pytest.raises(FactError) as caught:
        read(content)
    assert (caught.value.code, caught.value.where.line) == (code, line), str(caught.value)
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("content", ["\ufeff" + WHOLE, WHOLE.replace("\n", "\r\n"), WHOLE + "\n\n", WHOLE.rstrip()])
def test_harmless_differences_change_nothing(content: str, read: Read) -> None:
    assert read(content).good.equals(read(WHOLE).good)


def test_declared_encodings_are_read(read: Read) -> None:
    content = file_of(planted(owner="Müller"))
    for encoding in ("utf-16", "cp1252", "latin-1"):
        assert (
            read(content.encode(encoding), f"into: deals\nencoding: {encoding}\n").good["owner"][3].as_py() == "Müller"
        )


@pytest.mark.parametrize(
    ("control", "code"),
    [
        ("{rows: 3}", None),
        ("{rows: 3, sum: {amount: 86.50}}", None),
        ("{rows: 4}", "file.control-rows"),
        ("{sum: {amount: 86.51}}", "file.control-sum"),
        ("{sum: {amount: 186.50}}", "file.control-sum"),
    ],
)
def test_control_totals_decide_about_the_file_as_a_whole(control: str, code: str | None, read: Read) -> None:
    mapping = f"into: deals\ncontrol: {control}\n"
    if code is None:
        assert read(WHOLE, mapping).good.num_rows == 3
        return
    with pytest.raises(FactError) as caught:
        read(WHOLE, mapping)
    assert (caught.value.code, caught.value.where.line) == (code, 4)
    number = "3" if code == "file.control-rows" else "86.50"
    assert number in caught.value.message


def test_control_totals_count_what_is_kept_aside_if_it_can_be_read(read: Read) -> None:
    """An unknown stage does not make the file another one; an unreadable amount might hide any sum."""
    content = file_of(planted(stage="open"))
    imported = read(content, "into: deals\ncontrol: {rows: 4, sum: {amount: 87.50}}\n")
    assert (imported.good.num_rows, imported.quarantine.num_rows) == (3, 1)
    with pytest.raises(FactError, match="cannot be confirmed") as caught:
        read(file_of(planted(amount="x")), "into: deals\ncontrol: {sum: {amount: 87.50}}\n")
    assert caught.value.where.line == 5


def test_a_file_cut_at_any_byte_is_refused_or_kept_aside_when_totals_are_given(read: Read) -> None:
    """The sender says 3 rows and 86.50: no cut file may pass for the whole one."""
    content = WHOLE.encode()
    control = "into: deals\ncontrol: {rows: 3, sum: {amount: 86.50}}\n"
    whole = read(content, control).good
    for length in range(len(content) - 1):
        try:
            imported = read(content[:length], control)
        except FactError as fault:
            assert fault.where.line is not None
            continue
        # What is cut may be the empty end of the last row, or a value that may be absent.
        assert (
            imported.totals == {"amount": {"EUR": Decimal("107.00"), "USD": Decimal("-20.50")}}
            or imported.quarantine.num_rows
        )
        assert imported.good.num_rows + imported.quarantine.num_rows == whole.num_rows


def test_more_than_a_hundred_thousand_bad_rows_refuse_the_file(read: Read) -> None:
    content = "\n".join([HEADER, *(f"D{number},2026-03-05,x,EUR,,anna,no,won," for number in range(100_001))])
    with pytest.raises(FactError) as caught:
        read(content)
    assert (caught.value.code, caught.value.where.field) == ("file.too-many-faults", "amount")


def test_the_same_bytes_have_the_same_id_and_another_mapping_gives_another(read: Read) -> None:
    mappings = ["into: deals\n", "into: deals\nextra: ignore\n"]
    first, other = (read(WHOLE, mapping).content_id for mapping in mappings)
    assert first == read(WHOLE).content_id
    assert first == read(WHOLE, "into: deals\ncontrol: {rows: 3}\n").content_id
    assert len({first, other, read(WHOLE + "\n").content_id}) == 3


def test_control_is_of_the_mapping_and_can_be_given_by_the_caller(deals: object) -> None:
    mapping = parse_mapping("into: deals\ncontrol: {rows: 3}\n", {"deals": deals})  # type: ignore[dict-item]
    assert mapping.control.rows == 3
