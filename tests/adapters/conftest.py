"""The other engines, opened once for all tests: a server and a session of our own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from attain.engine.adapters.port import Database
from attain.engine.adapters.postgres import PostgreSQL
from attain.engine.adapters.spark import Spark, started
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


SMALL = {
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}
"""For tables of a few rows: what makes large ones quick makes these slow."""


@pytest.fixture(scope="session")
def spark_session() -> Iterator[Any]:
    session = started("local[2]", SMALL)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def spark(spark_session: Any) -> Open:
    def opened() -> Database:
        return Spark(session=spark_session)

    return opened


def _closing(found: Open) -> Iterator[Open]:
    """Those that are still open are closed after the test."""
    kept: list[Database] = []

    def opened() -> Database:
        kept.append(found())
        return kept[-1]

    yield opened
    for database in kept:
        database.close()


@pytest.fixture(
    params=[pytest.param("postgres", marks=pytest.mark.postgres), pytest.param("spark", marks=pytest.mark.spark)]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens empty databases of an engine that is not DuckDB."""
    yield from _closing(request.getfixturevalue(request.param))


@pytest.fixture
def quick_engine(postgres: Open) -> Iterator[Open]:
    """Of these engines the one that answers in milliseconds."""
    yield from _closing(postgres)


@pytest.fixture
def database(engine: Open) -> Database:
    """An empty database of each engine."""
    return engine()
