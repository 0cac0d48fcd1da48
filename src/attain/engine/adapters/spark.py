"""Spark 4.1 and later as an engine: a session of its own in a local Spark or on a cluster.

Tables are temporary views over rows that are computed once and kept by the executors, on disk where memory is short.
Nothing is written to a catalogue.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from attain.engine.adapters.dialects import Dialect
from attain.engine.adapters.dialects import Spark as SparkSQL
from attain.engine.adapters.guest import ARROW, Guest, too_wide, two_rows
from attain.engine.adapters.translation import Columns
from attain.kernel.errors import CalculationError, SetupError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

OLDEST = (4, 1)
NEEDED = {"spark.sql.ansi.enabled": "true"}
"""What must be so before we come: arithmetic that fails instead of giving NULL or wrapping around."""
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.cteRecursionRowLimit": "-1",
    "spark.sql.cteRecursionLevelLimit": "128",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.legacy.allowNegativeScaleOfDecimal": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.constraintPropagation.enabled": "false",  # it fails at unions whose columns are one and the same
    "spark.sql.groupByOrdinal": "true",
    "spark.sql.orderByOrdinal": "true",
}
LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
"""For a Spark that is started here for itself."""
_proven: set[tuple[str, type[Dialect]]] = set()
"""The applications that have passed the self-test: sessions of one application calculate alike."""


class Spark(Guest):
    """A session of the Spark at a master URL (`local[2]`, `spark://…`), or a session that is handed over."""

    engine = "Spark"

    def __init__(
        self, master: str = "local[2]", session: SparkSession | None = None, written_for: Dialect | None = None
    ) -> None:
        super().__init__(written_for or SparkSQL())
        given = session or started(master)
        self._session = given.newSession()
        try:
            self._prepare(given)
            self._pieces = int(given.conf.get("spark.sql.shuffle.partitions") or 1)
            proof = (given.sparkContext.applicationId, type(self.written_for))
            if proof not in _proven:
                self._self_test()
                _proven.add(proof)
        except BaseException:
            self.close()
            raise

    def _prepare(self, given: SparkSession) -> None:
        """The settings are those of the session that was given: a new one has only those of the cluster."""
        version = self._session.version
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
            raise CalculationError(f"This is Spark {version}; 4.1 or later is needed.", code="engine.version")
        for name, value in NEEDED.items():
            found = given.conf.get(name)
            if found != value:
                raise CalculationError(
                    f"Spark runs with {name} = {found}; a calculation needs {value}.",
                    code="engine.setting",
                    hint=f"Set {name} to {value} for the session or the cluster.",
                )
        for name, value in {**NEEDED, **SETTINGS}.items():
            self._session.conf.set(name, value)

    # -- tables --

    def _load(self, place: str, columns: Columns, table: pa.Table) -> None:
        with _named(place), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of pandas, which Arrow rows do not pass through
            self._session.createDataFrame(table).createOrReplaceTempView(place)

    def _create(self, place: str, text: str) -> None:
        with _named(text):
            self._kept(text).createOrReplaceTempView(place)

    def _look(self, place: str, text: str) -> None:
        with _named(text):
            self._session.sql(text).createOrReplaceTempView(place)

    def _add(self, place: str, text: str, columns: Columns) -> None:
        with _named(text):
            self._session.table(place).union(self._kept(text)).createOrReplaceTempView(place)

    def _kept(self, text: str) -> DataFrame:
        """The rows, computed now, in no more pieces than a shuffle makes: unions would add theirs up."""
        return self._session.sql(text).coalesce(self._pieces).localCheckpoint(eager=True)

    # -- answers --

    def _read(self, text: str, columns: Columns) -> Iterator[pa.RecordBatch]:
        schema = pa.schema([pa.field(name, ARROW[kind]) for name, kind in columns.items()])
        with _named(text):
            found = self._session.sql(text).toArrow()
        yield from found.rename_columns(list(columns)).cast(schema).to_batches()

    def _forget(self) -> None:
        for name in {*self._places.values()}:
            self._session.catalog.dropTempView(name)


def started(master: str, settings: Mapping[str, str] | None = None) -> SparkSession:
    """The session of this process at a master URL, started when there is none yet."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SetupError(
            "Spark needs the Python package pyspark.",
            code="engine.missing-package",
            hint="pip install 'attain[spark]', and Java 17 or later",
        ) from None
    builder: Any = SparkSession.builder.appName("attain").master(master)
    for name, value in {**NEEDED, **(LOCAL if master.startswith("local") else {}), **(settings or {})}.items():
        builder = builder.config(name, value)
    try:
        found: SparkSession = builder.getOrCreate()
    except Exception as problem:
        raise SetupError(
            f"Spark at {master} does not start: {str(problem).strip().splitlines()[0]}",
            code="engine.no-connection",
            hint="Look at the master URL of the engine, and whether Java 17 or later is here (java -version).",
        ) from None
    found.sparkContext.setLogLevel("OFF")  # what fails is said once, by the error
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    return found


TOO_WIDE = ("NUMERIC_VALUE_OUT_OF_RANGE", "ARITHMETIC_OVERFLOW", "CAST_OVERFLOW", "BINARY_ARITHMETIC_OVERFLOW")


@contextmanager
def _named(what: str) -> Iterator[None]:
    """What Spark refuses, as an error of ours."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as problem:
        said = str(getattr(problem, "java_exception", None) or problem)
        if "two rows: " in said:
            raise two_rows(said.partition("two rows: ")[2].partition("SQLSTATE")[0].splitlines()[0].strip()) from None
        if any(f"[{name}" in said for name in TOO_WIDE):
            raise too_wide(said.splitlines()[0]) from None
        raise CalculationError(
            f"Spark could not answer: {said.splitlines()[0]}",
            code="engine.refused",
            hint=f"The query was: {what[:2000]}",
        ) from problem
