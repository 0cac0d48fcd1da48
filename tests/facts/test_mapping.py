"""A mapping document makes foreign columns, words, dates and numbers into ours; nothing is guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from attain.facts.decisions import IMPORTABLE
from attain.facts.importing import read_source
from attain.facts.mapping import parse_mapping
from attain.kernel.errors import FactError, SetupError

from .conftest import Read

GERMAN = """
into: deals
encoding: cp1252
delimiter: ";"
decimal_mark: ","
group_mark: "."
date_format: dd.mm.yyyy
"true": [ja, x]
"false": nein
extra: ignore
columns:
  id: Nr.
  close_date: Abschluß
  amount: Betrag
  currency: {constant: CHF}
  owner: {source: Wer, map: {Müller: anna}}
  cancelled: storniert
  discount: Rabatt
action: {source: Art, map: {neu: new, geändert: correct, gelöscht: delete}}
"""


def test_a_german_file_is_read_by_its_mapping(read: Read) -> None:
    """M.4"""
    text = "Nr.;Abschluß;Betrag;Wer;storniert;Rabatt;Art;Notiz\n1;02.03.2026;1.234.567,89;Müller;ja;12,5%;neu;egal\n"
    (row,) = read(text.encode("cp1252"), GERMAN).good.to_pylist()
    assert row["amount"] == Decimal("1234567.89")
    assert row["close_date"] == date(2026, 3, 2)
    assert (row["owner"], row["currency"], row["cancelled"]) == ("anna", "CHF", True)
    assert row["discount"] == Decimal("0.125000")
    assert row["_action"] == "new"


def test_a_number_in_another_form_is_not_guessed(read: Read) -> None:
    text = "Nr.;Abschluß;Betrag;Wer;storniert;Rabatt;Art\n" + "".join(
        f"{number};02.03.2026;{amount};anna;ja;0;neu\n"
        for number, amount in enumerate(["1,234.50", "1.23", "1.2345", "12.34,5"])
    )
    imported = read(text.encode("cp1252"), GERMAN)
    assert imported.good.num_rows == 0
    assert imported.quarantine["code"].to_pylist() == ["fact.number"] * 4


def test_columns_that_nobody_mentions_are_refused_or_ignored_as_said(read: Read) -> None:
    text = "id,close_date,amount,owner,ammount\nD1,2026-03-02,1,anna,2\n"
    with pytest.raises(FactError) as caught:
        read(text)
    assert (caught.value.code, caught.value.where.line, caught.value.where.field) == (
        "file.extra-columns",
        1,
        "ammount",
    )
    assert read(text, "into: deals\nextra: ignore\n").good.num_rows == 1


def test_a_missing_column_is_named_with_the_nearest_one(read: Read) -> None:
    with pytest.raises(FactError) as caught:
        read("id,close_date,amont,owner\nD1,2026-03-02,1,anna\n")
    assert (caught.value.code, caught.value.where.field) == ("file.missing-column", "amount")
    assert caught.value.hint == "Did you mean 'amont'?"


def test_last_days_become_first_days_after() -> None:
    """M.3"""
    people = "person,hired_on,employed_through,title\nanna,2024-01-01,2024-02-29,AE\n"
    (row,) = read_source(people.encode(), IMPORTABLE["people"], trusted=True).good.to_pylist()
    assert (row["left_on"], row["title"]) == (date(2024, 3, 1), "AE")
    quotas = "quota,subject,amount,per,valid_from,valid_through\nsales,anna,100,year,2026-01-01,2026-12-31\n"
    (row,) = read_source(quotas.encode(), IMPORTABLE["quotas"], trusted=True).good.to_pylist()
    assert row["valid_to"] == date(2027, 1, 1)


def test_a_span_that_ends_before_it_starts_is_kept_aside() -> None:
    quotas = "quota,subject,amount,per,valid_from,valid_to\nsales,anna,100,year,2026-01-01,2026-01-01\n"
    imported = read_source(quotas.encode(), IMPORTABLE["quotas"], trusted=True)
    assert imported.quarantine["code"].to_pylist() == ["fact.reversed"]


@pytest.mark.parametrize(
    ("document", "line", "said"),
    [
        ("format: csv\n", 1, "`into` is missing"),
        ("into: deal\n", 1, "'deal'"),
        ("into: deals\nformat: xls\n", 2, "'xls'"),
        ("into: deals\nencoding: utf-7\n", 2, "'utf-7'"),
        ('into: deals\ndelimiter: "ab"\n', 2, "single mark"),
        ("into: deals\ndelimiter: '\"'\n", 1, "two different characters"),
        ("into: deals\ndate_format: d.m.yy\n", 2, "must hold yyyy, mm and dd"),
        ('into: deals\ndecimal_mark: ","\ngroup_mark: ","\n', 3, "unlike the decimal mark"),
        ('into: deals\n"true": [x]\n"false": [x]\n', 1, "both yes and no"),
        ("into: deals\ncolumns:\n  amuont: A\n", 3, "`amuont` is not known"),
        ("into: deals\ncolumns:\n  id: {}\n", 3, "either `source` or `constant`"),
        ("into: deals\ncolumns:\n  id: {constant: A, map: {B: C}}\n", 3, "would change nothing"),
        ("into: deals\naction: {source: A, map: {B: remove}}\n", 2, "'remove' is no action"),
        ("into: deals\ncontrol: {sum: {amount: 1e5}}\n", 2, "not a number"),
        ("into: deals\ncontrol: {sum: {owner: 1}}\n", 2, "`owner` is not known"),
        ("into: quotas\ncolumns: {valid_to: A, valid_through: B}\n", 2, "say the same"),
        ("into: deals\nheader_row: 0\n", 2, "whole number from 1"),
    ],
)
def test_each_mistake_in_a_mapping_is_named_with_its_line(document: str, line: int, said: str, deals: object) -> None:
    with pytest.raises(SetupError) as caught:
        parse_mapping(document, {"deals": deals}, "mappings/crm.yaml")  # type: ignore[dict-item]
    assert caught.value.where.file == "mappings/crm.yaml"
    assert (caught.value.where.line, said in caught.value.message) == (line, True), str(caught.value)


def test_the_mapping_hash_ignores_control_totals_and_sees_everything_else(deals: object) -> None:
    def hash_of(text: str) -> str:
        return parse_mapping(text, {"deals": deals}).mapping_hash()  # type: ignore[dict-item]

    plain = hash_of("into: deals\n")
    assert hash_of("into: deals\ncontrol: {rows: 3}\n") == plain
    changed = [
        "delimiter: tab",
        "extra: ignore",
        "spare_zeros: yes",
        "columns: {id: Nr}",
        "header_row: 2",
        'decimal_mark: ","',
    ]
    assert len({plain, *(hash_of(f"into: deals\n{line}\n") for line in changed)}) == len(changed) + 1
