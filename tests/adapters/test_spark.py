"""Spark as an engine: what it refuses before anything is calculated."""

from __future__ import annotations

from typing import Any

import pytest

from attain.engine.adapters.dialects import Spark as SparkSQL
from attain.engine.adapters.spark import Spark
from attain.kernel.errors import CalculationError

pytestmark = pytest.mark.spark


def refusal(session: Any, dialect: SparkSQL | None = None) -> CalculationError:
    with pytest.raises(CalculationError) as found:
        Spark(session=session, written_for=dialect)
    return found.value


def test_a_spark_without_ansi_mode_is_refused(spark_session: Any) -> None:
    """There, what is too wide is NULL, and a whole number wraps around."""
    lax = spark_session.newSession()
    lax.conf.set("spark.sql.ansi.enabled", "false")
    found = refusal(lax)
    assert found.code == "engine.setting" and "spark.sql.ansi.enabled" in str(found)


class Old:
    """A session of an older Spark, as far as anybody asks."""

    def __init__(self, session: Any) -> None:
        self.conf, self.newSession, self.version = session.conf, lambda: self, "3.5.6"
        self.catalog = session.catalog


def test_an_older_spark_is_refused(spark_session: Any) -> None:
    assert refusal(Old(spark_session)).code == "engine.version"


class Floating(SparkSQL):
    """Divides as Spark itself does where nobody looks."""

    def divided(self, above: str, below: str, kind: str, at_most_one: bool = False) -> str:
        return f"CAST(CAST({above} AS DOUBLE) / {below} AS DECIMAL(38, 0))"


def test_a_spark_that_divides_in_floats_is_refused(spark_session: Any) -> None:
    found = refusal(spark_session, Floating())
    assert found.code == "engine.arithmetic" and "//" in str(found)


def test_names_that_were_looked_at_are_gone_afterwards(spark: Any, spark_session: Any) -> None:
    database = spark()
    database.view("one", "SELECT 1 AS n", "one")
    assert database.value("SELECT n FROM one") == 1
    database.close()
    assert not [table for table in spark_session.catalog.listTables() if table.name.startswith("attain")]
