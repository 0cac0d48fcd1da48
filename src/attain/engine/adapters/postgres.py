"""PostgreSQL 15 and later as an engine: temporary tables in a session of its own.

Nothing is written that another session could see, and nothing is left when the session ends, however it ends.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pc

from attain.engine.adapters.dialects import Dialect, Postgres
from attain.engine.adapters.guest import ARROW, Guest, too_wide, two_rows
from attain.engine.adapters.translation import Columns
from attain.kernel.errors import CalculationError, SetupError

if TYPE_CHECKING:
    import psycopg

OLDEST = 150000
LOWER = ("pg_c_utf8", "C.utf8", "C.UTF-8", "en_US.utf8", "en_US.UTF-8", "und-x-icu")
"""Collations that know small and capital letters of every alphabet, in the order in which they are tried."""
SETTINGS = {
    "search_path": "pg_temp, pg_catalog",
    "jit": "off",  # it compiles queries that run once
    "synchronous_commit": "off",  # nothing here is to outlive the session
    "datestyle": "ISO, YMD",
    "timezone": "UTC",
    "standard_conforming_strings": "on",
    "work_mem": "128MB",
    "temp_buffers": "128MB",
    "client_min_messages": "warning",
    "statement_timeout": "0",
    "join_collapse_limit": "8",
}
_TEXTS = """
SELECT current_setting('server_encoding'), datcollate FROM pg_database WHERE datname = current_database()
"""
_STOP = """
CREATE FUNCTION pg_temp.attain_stop(said text) RETURNS text LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RAISE EXCEPTION '%', said USING ERRCODE = 'P0A01'; END $$
"""


class PostgreSQL(Guest):
    """One session of a PostgreSQL server, named by its address (`postgresql://…`)."""

    engine = "PostgreSQL"

    def __init__(self, address: str, written_for: Dialect | None = None) -> None:
        super().__init__(written_for or Postgres())
        self._connection = _connected(address)
        self._cursors = 0
        try:
            self._prepare()
            self._self_test()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        version = self._connection.info.server_version
        if version < OLDEST:
            raise CalculationError(
                f"This is PostgreSQL {version // 10000}; 15 or later is needed.", code="engine.version"
            )
        [(encoding, collation)] = self._connection.execute(_TEXTS).fetchall()
        builtin = collation in ("C", "POSIX") or (version >= 170000 and collation == "C.UTF-8")
        if encoding != "UTF8" or not builtin:
            raise CalculationError(
                f"The database orders texts by {collation} in {encoding}; a calculation needs their bytes in UTF8.",
                code="engine.collation",
                hint="Make one for it: createdb --template=template0 --encoding=UTF8 --locale=C attain_engine",
            )
        for name, value in SETTINGS.items():
            self._connection.execute("SELECT set_config(%s, %s, FALSE)", (name, value))
        self._connection.execute("CREATE TEMPORARY TABLE attain_0 (nothing integer)")  # makes the schema pg_temp
        self._connection.execute(_STOP)
        if isinstance(self.written_for, Postgres):
            self.written_for.lower_collation = self._lower_collation()

    def _lower_collation(self) -> str:
        asked = "SELECT collname FROM pg_collation WHERE collname = ANY(%s) AND collencoding IN (-1, 6)"
        found = {row[0] for row in self._connection.execute(asked, (list(LOWER),)).fetchall()}
        for name in (each for each in LOWER if each in found):
            if self._connection.execute(f"SELECT LOWER('ÄÉ' COLLATE \"{name}\")").fetchall() == [("äé",)]:
                return name
        raise CalculationError(
            "This PostgreSQL knows no collation in which capital letters beyond ASCII have small ones.",
            code="engine.collation",
            hint=f"Install one of {', '.join(LOWER)} (SELECT pg_import_system_collations('pg_catalog')).",
        )

    # -- tables --

    def _load(self, place: str, columns: Columns, table: pa.Table) -> None:
        quoted, types = self.written_for.quoted, self.written_for.types
        listed = ", ".join(f"{quoted(name)} {types[kind]}" for name, kind in columns.items())
        self._run(f"CREATE TEMPORARY TABLE {place} ({listed})")
        if table.num_rows:
            with _named(place), self._connection.cursor().copy(f"COPY {place} FROM STDIN (FORMAT csv)") as copy:
                for batch in table.to_batches(50_000):
                    text = io.BytesIO()
                    pc.write_csv(batch, text, pc.WriteOptions(include_header=False))
                    copy.write(text.getvalue())
        self._run(f"ANALYZE {place}")

    def _create(self, place: str, text: str) -> None:
        self._run(f"CREATE TEMPORARY TABLE {place} AS {text}")
        self._run(f"ANALYZE {place}")

    def _look(self, place: str, text: str) -> None:
        self._run(f"CREATE TEMPORARY VIEW {place} AS {text}")

    def _add(self, place: str, text: str, columns: Columns) -> None:
        self._run(f"INSERT INTO {place} {text}")

    def _run(self, text: str) -> None:
        with _named(text):
            self._connection.execute(text)

    # -- answers --

    def _read(self, text: str, columns: Columns) -> Iterator[pa.RecordBatch]:
        """A cursor that stays open beside other questions: a reader may stop half-way."""
        self._cursors += 1
        name = f"attain_reader_{self._cursors}"
        fields = [pa.field(column, ARROW[kind]) for column, kind in columns.items()]
        with _named("the answer"):
            self._connection.execute(f"DECLARE {name} NO SCROLL CURSOR WITH HOLD FOR {text}")
        try:
            while True:
                with _named("the answer"):
                    rows = self._connection.execute(f"FETCH 20000 FROM {name}").fetchall()
                if not rows:
                    return
                found: list[list[Any]] = list(map(list, zip(*rows, strict=True)))
                arrays = [
                    pa.array(values, pa.string()).cast(field.type)  # wide numbers come as text: see `_connected`
                    if pa.types.is_decimal(field.type)
                    else pa.array(values, field.type)
                    for values, field in zip(found, fields, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
        finally:
            if not self._connection.closed:
                self._connection.execute(f"CLOSE {name}")

    def _forget(self) -> None:
        self._connection.close()


def _connected(address: str) -> psycopg.Connection:
    try:
        import psycopg
        from psycopg.types.string import TextLoader
    except ImportError:
        raise SetupError(
            "PostgreSQL needs the Python package psycopg.",
            code="engine.missing-package",
            hint="pip install 'attain[postgres]'",
        ) from None
    try:
        connection = psycopg.connect(address, autocommit=True, application_name="attain")
        connection.adapters.register_loader("numeric", TextLoader)
        return connection
    except psycopg.Error as problem:
        raise SetupError(
            f"No connection to PostgreSQL: {str(problem).strip().splitlines()[-1]}",
            code="engine.no-connection",
            hint="Look at the address of the engine: postgresql://user@host:port/database",
        ) from None


@contextmanager
def _named(what: str) -> Iterator[None]:
    """What the server refuses, as an error of ours."""
    import psycopg

    try:
        yield
    except psycopg.Error as problem:
        said = (problem.diag.message_primary or str(problem)).strip()
        if problem.sqlstate == "P0A01":
            raise two_rows(said) from None
        if problem.sqlstate == "22003":
            raise too_wide(said) from problem
        raise CalculationError(
            f"PostgreSQL could not answer: {said}", code="engine.refused", hint=f"The query was: {what[:2000]}"
        ) from problem
