"""PostgreSQL as an engine: what it refuses before anything is calculated, and what it must be able to do."""

from __future__ import annotations

import os
from typing import ClassVar

import psycopg
import pyarrow as pa
import pytest

from attain.engine.adapters.dialects import Postgres
from attain.engine.adapters.postgres import PostgreSQL
from attain.kernel.errors import CalculationError, SetupError
from tests.records.conftest import Server

pytestmark = pytest.mark.postgres


def refusal(address: str, dialect: Postgres | None = None) -> CalculationError:
    with pytest.raises(CalculationError) as found:
        PostgreSQL(address, dialect)
    return found.value


def database_like(server: Server, options: str) -> str:
    address = server.new_database()
    name = address.rpartition("/")[2]
    with psycopg.connect(address.replace(name, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
    return address


def test_a_database_that_does_not_order_by_bytes_is_refused(server: Server) -> None:
    with psycopg.connect(server.new_database()) as connection:
        known = {row[0] for row in connection.execute("SELECT collcollate FROM pg_collation").fetchall()}
    other = next(name for name in ("en_US.utf8", "C.utf8", "C.UTF-8") if name in known)
    found = refusal(database_like(server, f"ENCODING 'UTF8' LOCALE '{other}'"))
    assert found.code == "engine.collation" and "--locale=C" in (found.hint or "")


def test_a_database_that_does_not_hold_every_sign_is_refused(server: Server) -> None:
    assert refusal(database_like(server, "ENCODING 'LATIN1' LOCALE 'C'")).code == "engine.collation"


class Floating(Postgres):
    """Divides as many engines do where nobody looks."""

    def divided(self, above: str, below: str, kind: str, at_most_one: bool = False) -> str:
        return f"TRUNC(CAST({above} AS DOUBLE PRECISION) / {below})"


class Endless(Postgres):
    """Has room for any number, so that nobody hears of one that is too wide."""

    types: ClassVar = {**Postgres.types, "HUGEINT": "NUMERIC"}


def test_an_engine_that_divides_in_floats_is_refused(server: Server) -> None:
    found = refusal(server.new_database(), Floating())
    assert found.code == "engine.arithmetic" and "//" in str(found)


def test_an_engine_that_does_not_report_overflow_is_refused(server: Server) -> None:
    found = refusal(server.new_database(), Endless())
    assert found.code == "engine.arithmetic" and "too wide" in str(found)


def test_a_server_that_is_not_there_is_a_fault_of_the_setup() -> None:
    with pytest.raises(SetupError) as found:
        PostgreSQL(f"postgresql://nobody@127.0.0.1:1/{os.getpid()}")
    assert found.value.code == "engine.no-connection"


def test_nothing_is_left_on_the_server(server: Server) -> None:
    address = server.new_database()
    database = PostgreSQL(address)
    database.register("deals", pa.table({"id": ["a"]}))
    database.create("copy of deals", "SELECT * FROM deals", "a copy")
    seen = "SELECT COUNT(*) FROM pg_class WHERE relname LIKE 'attain%' AND relkind IN ('r', 'v')"
    with psycopg.connect(address) as other:
        assert other.execute(f"{seen} AND relpersistence <> 't'").fetchall() == [(0,)]
        database.close()
        for _ in range(100):  # a session ends when its server process says so
            if other.execute(seen).fetchall() == [(0,)]:
                return
            other.rollback()
    raise AssertionError("tables of a closed session are still there")
