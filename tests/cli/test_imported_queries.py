"""An import by query says what can be done about it: its rows stand in a database and in no file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Attain

WON = """\
into: deals
format: sql
database: crm.db
query: SELECT id, close_date, amount, owner FROM won ORDER BY id
"""


@pytest.fixture
def crm(nordwind: Path) -> None:
    Path("mappings").mkdir(exist_ok=True)
    Path("mappings/won.yaml").write_text(WON)
    tell("CREATE TABLE won (id TEXT, close_date TEXT, amount TEXT, owner TEXT)")
    tell("INSERT INTO won VALUES ('Q1', '2026-01-10', '100.00', 'bob'), ('Q2', '2026-01-32', '7.00', 'bob')")


def tell(statement: str) -> None:
    with sqlite3.connect("crm.db") as connection:
        connection.execute(statement)
    connection.close()


def test_bad_rows_of_a_query_are_mended_where_they_stand(crm: None, attain: Attain) -> None:
    said = attain("import", "--mapping", "won", status=1).out
    batch = next(one for one in attain("imports", "--json").json["imports"] if one["source"] == "query of won")["batch"]
    assert f"attain imports {batch[:12]}." in said and "in the database, or in the query" in said
    shown = attain("imports", batch).out
    assert "in the database, or in the query" in shown
    assert "repair.csv" not in said + shown
    Path("mappings/won.yaml").write_text(f"{WON}spare_zeros: yes\n")
    assert "repair.csv" not in attain("imports", batch).out
    assert "in a database" in attain("imports", batch, "--to", "repair.csv", status=1).err


def test_totals_of_a_query_speak_of_the_query(crm: None, attain: Attain) -> None:
    refused = attain("import", "--mapping", "won", "--rows", "3", status=1).err
    assert "3 rows are expected; the query gave 2." in refused and "it was cut" not in refused
    tell("DELETE FROM won WHERE id = 'Q2'")
    refused = attain("import", "--mapping", "won", "--sum", "amount=90.00", status=1).err
    assert "should be 90.00; the query gave 100.00." in refused and "another file" not in refused


def test_an_answer_that_comes_back_counts_again(crm: None, attain: Attain) -> None:
    """A.11: what the database says now is the truth, though it said the same before it said something else."""
    tell("DELETE FROM won WHERE id = 'Q2'")
    first = attain("import", "--mapping", "won", "--json").json
    tell("UPDATE won SET amount = '150.00'")
    attain("import", "--mapping", "won")
    for amount, by in (("100.00", "-50.00"), ("150.00", "50.00"), ("100.00", "-50.00")):
        tell(f"UPDATE won SET amount = '{amount}'")
        again = attain("import", "--mapping", "won", "--json").json
        assert again["is_new"] and again["corrected_money"] == {"amount": {"EUR": by}}
        assert again["batch"] != first["batch"]
        assert not attain("import", "--mapping", "won", "--json").json["is_new"]
    assert len([one for one in attain("imports", "--json").json["imports"] if one["source"] == "query of won"]) == 5
    attain("doctor")
