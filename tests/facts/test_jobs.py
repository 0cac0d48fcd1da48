"""What a child is asked to read survives the way as text, and nothing but such a job is understood."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from attain.facts.decisions import TABLES
from attain.facts.jobs import Job, Limits
from attain.facts.mapping import Mapping, parse_mapping
from attain.facts.schema import FactType, TableType, parse_fact_type

from .test_mapping import GERMAN

EVERYTHING = """
fact: everything
key: id
date: day
columns:
  id: text
  day: date
  amount: {type: money, places: 3, currency: code, minimum: -10.5, maximum: "99999.999"}
  code: {type: text, default: EUR}
  other: {type: money, currency: CHF, default: "1.50"}
  units: {type: number, places: 0, default: 3}
  part: {type: rate, default: 12.5%}
  until: {type: date, default: 2026-12-31}
  yes: {type: yes_no, default: no}
  looks_like_a_date: {type: text, default: "2026-01-01"}
  stage: {type: text, choices: [won, lost]}
  seller: payee
  back: {type: text, required: no}
reverses: back
relations: {code: deals}
"""
CONTROLLED = GERMAN + "control: {rows: 3, sum: {amount: '-1.234,50'}}\n"


def again(table: TableType, mapping: Mapping, limits: Limits | None = None) -> Job:
    job = Job(table, mapping, limits or Limits())
    read = Job.of_bytes(job.as_bytes())
    assert read == job and type(read.table) is type(table)
    return read


def test_a_fact_type_comes_back_with_every_kind_of_column() -> None:
    fact = parse_fact_type(EVERYTHING)
    table = again(fact, Mapping("everything")).table
    assert isinstance(table, FactType)
    assert table.schema_hash() == fact.schema_hash() and table.stored == fact.stored
    defaults = {name: column.default for name, column in table.columns.items() if column.default is not None}
    assert defaults == {
        "code": "EUR", "other": Decimal("1.50"), "units": Decimal(3), "part": Decimal("0.125000"),
        "until": date(2026, 12, 31), "yes": False, "looks_like_a_date": "2026-01-01",
    }  # fmt: skip
    assert repr(list(table.columns.values())) == repr(list(fact.columns.values()))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_each_table_of_decisions_comes_back(name: str) -> None:
    table = again(TABLES[name], Mapping(name)).table
    assert table.schema_hash() == TABLES[name].schema_hash() and list(table.columns) == list(TABLES[name].columns)


def test_a_mapping_comes_back_with_words_origins_and_totals(deals: FactType) -> None:
    mapping = parse_mapping(CONTROLLED, {"deals": deals})
    read = again(deals, mapping, replace(Limits(), wall_seconds=0.2)).mapping
    assert read.mapping_hash() == mapping.mapping_hash()
    assert read.control.sums == {"amount": Decimal("-1234.50")}
    assert list(read.columns) == list(mapping.columns)


def test_other_bytes_are_no_job(deals: FactType) -> None:
    with pytest.raises(ValueError, match=r"codec|Expecting"):
        Job.of_bytes(pickle.dumps((deals, Mapping("deals"), Limits())))
    for text in (b"{}", b'{"table": {}, "mapping": {}, "limits": {"rounds": 3}}', b"[]"):
        with pytest.raises((KeyError, TypeError)):
            Job.of_bytes(text)


def test_a_value_that_is_no_text_cannot_be_asked_for(deals: FactType) -> None:
    with pytest.raises(TypeError, match="holds no object"):
        Job(deals, replace(Mapping("deals"), sheet=object()), Limits()).as_bytes()  # type: ignore[arg-type]
