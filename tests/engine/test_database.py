"""The database of a calculation is a locked room: nothing comes in but what is handed over, and its sums are proven."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attain.engine.adapters import duckdb as adapter
from attain.engine.adapters.duckdb import DuckDB
from attain.kernel.errors import CalculationError


@pytest.fixture
def database() -> Iterator[DuckDB]:
    opened = DuckDB(threads=1)
    opened.register("deals", pa.table({"id": ["D1"]}))
    yield opened
    opened.close()


HOSTILE = [
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM read_parquet('{folder}/deals.parquet')",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('{secret}')",
    "COPY deals TO '{folder}/out.csv'",
    "COPY deals FROM '{secret}'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{folder}/other.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/planted.duckdb_extension'",
    "SELECT * FROM read_csv('https://example.org/secret.csv')",
    "CREATE SECRET s (TYPE s3, KEY_ID 'k', SECRET 's')",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 't')",
    "SET enable_external_access = true",
    "SET GLOBAL enable_external_access = true",
    "RESET enable_external_access",
    "PRAGMA enable_external_access = true",
    "SET lock_configuration = false",
    "SET threads = 64",
    "SET memory_limit = '100TB'",
    "SET temp_directory = '{folder}'",
    "SET allowed_directories = ['{folder}']",
    "SET allowed_paths = ['{secret}']",
    "SET autoinstall_known_extensions = true",
    "SET allow_unsigned_extensions = true",
    "SET custom_extension_repository = '{folder}'",
    "SET log_query_path = '{folder}/log'",
    "SET profiling_output = '{folder}/profile.json'",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_hostile_statement_is_refused_and_leaves_no_trace(database: DuckDB, statement: str, tmp_path: Path) -> None:
    """Q.1: reading and writing files, other databases, extensions, the network, secrets and settings."""
    secret = tmp_path / "secret.csv"
    secret.write_text("name,pay\nAnn,100\n")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(duckdb.Error):
        database.connection.execute(statement.format(secret=secret, folder=tmp_path)).fetchall()
    assert sorted(tmp_path.iterdir()) == before
    assert database.value("SELECT COUNT(*) FROM deals") == 1


def test_the_statements_would_work_in_an_open_database(tmp_path: Path) -> None:
    """Q.1: the refusals above come from the lock and not from a slip in a statement."""
    secret = tmp_path / "secret.csv"
    secret.write_text("name,pay\nAnn,100\n")
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE TABLE deals AS SELECT 'D1' AS id")
    for number in (0, 1, 5, 6, 7, 8, 10, 12):
        connection.execute(HOSTILE[number].format(secret=secret, folder=tmp_path))
    for statement in HOSTILE[23:29]:
        connection.execute(statement.format(secret=secret, folder=tmp_path))
    connection.close()


def test_a_reader_of_its_own_is_locked_as_well(database: DuckDB, tmp_path: Path) -> None:
    """Q.1: rows are read through a second cursor of the same database."""
    (tmp_path / "secret.csv").write_text("name,pay\n")
    with pytest.raises(duckdb.Error):
        list(database.rows(f"SELECT * FROM read_csv('{tmp_path}/secret.csv')"))


def test_one_folder_may_be_read_and_nothing_beside_it(tmp_path: Path) -> None:
    """Q.1: what the parts of a large run have put aside comes in, whole numbers exact; a neighbour does not."""
    own, other = tmp_path / "it's own", tmp_path / "it's own secrets"
    number = pa.array([Decimal(2**80)], pa.decimal128(38, 0))
    for folder in (own, other):
        folder.mkdir()
        pq.write_table(pa.table({"id": ["D1"], "amount": number}), folder / "0.parquet")
    database = DuckDB(threads=1, readable=own)
    database.read("deals", [own / "0.parquet"])
    assert list(database.rows("SELECT *, amount // 3 AS third FROM deals")) == [
        {"id": "D1", "amount": 2**80, "third": 2**80 // 3}
    ]
    for path in (other / "0.parquet", own / ".." / other.name / "0.parquet"):
        with pytest.raises(duckdb.Error):
            database.read("secrets", [path])
    for statement in HOSTILE:
        with pytest.raises(duckdb.Error):
            database.connection.execute(statement.format(secret=other / "0.parquet", folder=other)).fetchall()
    database.close()


def test_a_folder_that_looks_like_a_value_replaces_none(tmp_path: Path) -> None:
    """Q.1: DuckDB takes `region=EU` in a path for a column, if nobody forbids it."""
    folder = tmp_path / "region=EU" / "year=2026"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"region": ["A", "B"]}), folder / "0.parquet")
    database = DuckDB(threads=1, readable=folder)
    database.read("deals", [folder / "0.parquet"])
    assert sorted(database.rows("SELECT * FROM deals"), key=str) == [{"region": "A"}, {"region": "B"}]
    database.close()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [(f"CAST({2**127 - 1} AS DECIMAL(38, 0))", "calculation.overflow"), ("error('x')", "calculation.broke-off")],
)
def test_an_answer_that_breaks_off_is_no_fault_of_a_file(database: DuckDB, wrong: str, code: str) -> None:
    """Q.1: a number that is too wide half-way down, and anything else."""
    with pytest.raises(CalculationError) as caught:
        list(database.stream(f"SELECT CASE WHEN i = 9000 THEN {wrong} END AS x FROM range(10000) r(i)", 2048))
    assert caught.value.code == code


def test_two_databases_know_nothing_of_each_other(database: DuckDB) -> None:
    """Q.2: two calculations in one process share no table."""
    other = DuckDB(threads=1)
    with pytest.raises(duckdb.CatalogException):
        other.connection.execute("SELECT * FROM deals")
    other.close()


class Planted:
    """A connection whose answer to one question is not what the database says."""

    def __init__(self, real: Any, question: str, answer: Any) -> None:
        self.real, self.question, self.answer, self.said = real, question, answer, None

    def execute(self, text: str) -> Any:
        if self.question in text:
            self.said = self.answer
            return self
        self.said = None
        return self.real.execute(text)

    def fetchall(self) -> Any:
        return self.said

    def close(self) -> None:
        self.real.close()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("// 2", [(85070591730234615865843651857942052864, "HUGEINT", 1)]),  # divided as a float
        ("// 2", [(85070591730234615865843651857942052863, "DOUBLE", 1)]),  # sums as floats
        ("+ 1::HUGEINT", [(-(2**127),)]),  # wraps around
    ],
)
def test_a_database_that_calculates_wrongly_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, question: str, answer: Any
) -> None:
    """Q.1: a planted wrong division, a sum of floats, and an overflow without a word."""
    open_really = duckdb.connect
    monkeypatch.setattr(adapter.duckdb, "connect", lambda place: Planted(open_really(place), question, answer))
    with pytest.raises(CalculationError) as refused:
        DuckDB()
    assert refused.value.code == "engine.arithmetic"
    assert refused.value.hint


def test_whole_numbers_that_come_as_decimals_are_integers_at_the_door(database: DuckDB) -> None:
    """Q.1: `//` of two decimals is a float in DuckDB, so no decimal gets in."""
    amounts = pa.array([12345678901234567890123456789012345678, None], pa.decimal128(38, 0))
    database.register("amounts", pa.table({"amount": amounts, "id": ["a", "b"]}))
    assert database.columns("amounts") == {"amount": "HUGEINT", "id": "VARCHAR"}
    assert [row["amount"] for row in database.rows("SELECT amount FROM amounts ORDER BY id")] == [
        12345678901234567890123456789012345678,
        None,
    ]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 170141183460469231731687303715884105727::HUGEINT * 2::HUGEINT AS x",
        "SELECT SUM(x) AS x FROM (VALUES (170141183460469231731687303715884105727::HUGEINT), (1::HUGEINT)) t(x)",
        "SELECT ABS((-170141183460469231731687303715884105727)::HUGEINT - 1::HUGEINT) AS x",
        "SELECT CAST(9223372036854775808::HUGEINT AS BIGINT) AS x",
    ],
)
def test_what_is_too_wide_is_an_overflow_wherever_it_is_asked(database: DuckDB, query: str) -> None:
    """Q.1: in a table, an answer row by row, an Arrow table and a single value."""
    for ask in (
        lambda: database.create("wide", query, "too wide"),
        lambda: list(database.rows(query)),
        lambda: database.arrow(query),
        lambda: database.value(query),
    ):
        with pytest.raises(CalculationError) as refused:
            ask()
        assert refused.value.code == "calculation.overflow"


def test_memory_is_limited_and_the_process_lives_on() -> None:
    """Q.1: a query that wants more than it may have is an error of the query."""
    limited = DuckDB(threads=1, memory_limit="64MB")
    with pytest.raises(duckdb.Error):
        limited.value("SELECT LEN(LIST(x)) FROM (SELECT range AS x FROM range(200000000))")
    assert limited.value("SELECT 1") == 1
    limited.close()


def test_the_database_writes_nothing_into_our_answers(database: DuckDB) -> None:
    """A bar of progress on standard output would break every JSON document of a run that takes its time."""
    assert database.value("SELECT current_setting('enable_progress_bar')") is False
