"""Rows of a query become facts as rows of a file do, from SQLite and from PostgreSQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from attain.facts.mapping import Control
from attain.kernel.errors import FactError, SetupError
from attain.web.workspace import Workspace

ROWS = [("A1", "2026-03-02", "100.00"), ("A2", "2026-03-32", "7.00"), ("A3", "2026-03-03", "50.50")]
TABLE = "CREATE TABLE won (nr TEXT, closed TEXT, amount TEXT)"
MAPPING = """\
into: deals
format: sql
database: {address}
query: |
  SELECT nr, closed, amount, 'anna' AS seller
  FROM won ORDER BY nr
columns: {{id: nr, close_date: closed, owner: seller, currency: {{constant: EUR}}}}
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> SimpleNamespace:
    """A database of another program: how to name it, and how to change it."""
    if request.param == "sqlite":
        file = tmp_path / "crm.db"

        def in_sqlite(statement: str, *rows: object) -> None:
            with sqlite3.connect(file) as connection:
                connection.execute(statement) if not rows else connection.executemany(statement, rows)
            connection.close()

        return SimpleNamespace(address="../crm.db", change=in_sqlite, mark="?")
    address = request.getfixturevalue("postgres_server").new_database()

    def in_postgres(statement: str, *rows: object) -> None:
        with psycopg.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(statement) if not rows else cursor.executemany(statement, rows)

    return SimpleNamespace(address=address, change=in_postgres, mark="%s")


@pytest.fixture
def database() -> str:
    return "sqlite:///attain.db"


def test_a_query_is_taken_like_a_file(workspace: Workspace, app: SimpleNamespace, crm: SimpleNamespace) -> None:
    """A.11: bad rows are kept aside, the same rows again change nothing, totals are held against them."""
    crm.change(TABLE)
    crm.change(f"INSERT INTO won VALUES ({crm.mark}, {crm.mark}, {crm.mark})", *ROWS)
    (workspace.path / "mappings" / "won.yaml").write_text(MAPPING.format(address=crm.address))
    with pytest.raises(FactError, match="4 rows are expected"):
        app.imports.import_query(workspace, "won", actor="ada", control=Control(rows=4))
    taken = app.imports.import_query(workspace, "won", actor="ada", control=Control(rows=3))
    assert (taken.is_new, taken.batch.rows, taken.batch.quarantined) == (True, 2, 1)
    assert taken.batch.source == "query of won"
    again = app.imports.import_query(workspace, "won", actor="ada")
    assert (again.is_new, again.batch.pk) == (False, taken.batch.pk)
    crm.change("UPDATE won SET amount = '60.00' WHERE nr = 'A3'")
    assert app.imports.import_query(workspace, "won", actor="ada").is_new


def test_a_query_can_only_read(workspace: Workspace, app: SimpleNamespace, crm: SimpleNamespace) -> None:
    crm.change(TABLE)
    file = workspace.path / "mappings" / "won.yaml"
    file.write_text(f"into: deals\nformat: sql\ndatabase: {crm.address}\nquery: DELETE FROM won\n")
    with pytest.raises(FactError, match=r"read-?only"):
        app.imports.import_query(workspace, "won", actor="ada")


@pytest.mark.parametrize("address", ["gone.db", "mysql://reader@host/crm", "postgresql://reader@127.0.0.1:1/crm"])
def test_a_database_that_cannot_be_reached_is_named(address: str, workspace: Workspace, app: SimpleNamespace) -> None:
    (workspace.path / "mappings" / "won.yaml").write_text(MAPPING.format(address=address))
    with pytest.raises(FactError) as caught:
        app.imports.import_query(workspace, "won", actor="ada")
    assert caught.value.code == "file.database" and address in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MAPPING.format(address="postgresql://reader:secret@host/crm"), "holds a password"),
        ("into: deals\nformat: sql\nquery: SELECT 1\n", "needs `database` and `query`"),
        ("into: deals\nquery: SELECT 1\n", "belongs to `format: sql`"),
        ("into: deals\ntime_limit: 60\n", "belongs to `format: sql`"),
        (MAPPING.format(address="crm.db") + "time_limit: 0\n", "a whole number from 1 to 86400"),
    ],
)
def test_a_mapping_that_cannot_be_asked_is_refused(text: str, said: str, workspace: Workspace) -> None:
    (workspace.path / "mappings" / "won.yaml").write_text(text)
    with pytest.raises(SetupError, match=said) as caught:
        workspace.mapping("won")
    assert "secret" not in str(caught.value)


def test_a_query_of_too_long_is_stopped(workspace: Workspace, app: SimpleNamespace, crm: SimpleNamespace) -> None:
    """It holds nobody up without an end, and the reason names the limit and where to set it."""
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS nr, 'x' AS closed, 1 AS amount FROM n WHERE i < 0"
    )
    (workspace.path / "mappings" / "won.yaml").write_text(
        f"into: deals\nformat: sql\ndatabase: {crm.address}\ntime_limit: 1\nquery: {endless}\n"
    )
    crm.change(TABLE)
    with pytest.raises(FactError) as caught:
        app.imports.import_query(workspace, "won", actor="ada")
    assert caught.value.code == "file.query-time" and "stopped after 1 second" in caught.value.message
    assert "`time_limit`" in str(caught.value.hint)
    assert not app.models.imports.Batch.objects.exists()


def test_a_query_has_ten_minutes_unless_its_mapping_says_otherwise(workspace: Workspace) -> None:
    for name, more in (("won", ""), ("all", "time_limit: 3600\n")):
        (workspace.path / "mappings" / f"{name}.yaml").write_text(MAPPING.format(address="crm.db") + more)
    assert [workspace.mapping(name).time_limit for name in ("won", "all")] == [600, 3600]
