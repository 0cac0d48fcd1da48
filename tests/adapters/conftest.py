"""The other engines, opened once for all tests: a server and a session of our own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attain.engine.adapters.port import Database
from attain.engine.adapters.postgres import PostgreSQL
from tests.adapters.engines import Open
from tests.records.conftest import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def postgres(server: Server) -> Open:
    address = server.new_database()

    def opened() -> Database:
        return PostgreSQL(address)

    return opened


@pytest.fixture(params=[pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens empty databases of an engine that is not DuckDB; those that are still open are closed after the test."""
    found: Open = request.getfixturevalue(request.param)
    kept: list[Database] = []

    def opened() -> Database:
        kept.append(found())
        return kept[-1]

    yield opened
    for database in kept:
        database.close()


@pytest.fixture
def database(engine: Open) -> Database:
    """An empty database of each engine."""
    return engine()
