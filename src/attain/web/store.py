"""The database, set so that a crash, a race or an old library cannot cost a row.

SQLite comes from the `pysqlite3` wheel and replaces the system's copy for the whole process: two copies in one
process would break each other's file locks, and older versions carry a fault that can lose committed rows. Every write
happens in one short transaction that is alone from its first line (`BEGIN IMMEDIATE`, on PostgreSQL a lock that stands
for it), so a check made inside it cannot be outdated when it commits. Both stores therefore behave alike.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from attain.kernel.errors import Refused, SetupError, Where

WAIT_SECONDS = 5
LONGEST_SECONDS = 0.250
"""No write may keep others waiting longer. A test watches every one of them."""
STANDSTILL_SECONDS = 30
"""A writer that was stopped, or whose machine is gone, keeps others waiting no longer than this (PostgreSQL)."""

WRITER_LOCK = 0x617474_61696E  # "attain": one writer at a time, as SQLite has it
PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "recursive_triggers": "1"}

Watch = Callable[[str, float, float], None]
Checkpoint = Callable[[str], None]
watches: list[Watch] = []
"""Called with the name of each write transaction, its seconds, and those of them that this thread was computing."""
checkpoints: list[Checkpoint] = []
"""Called with the name of each step at which a kill must leave no trace."""


def checkpoint(step: str) -> None:
    for stop in checkpoints:
        stop(step)


def use_own_sqlite() -> None:
    """Put our SQLite in the place of the system's, before Django looks for it."""
    import pysqlite3
    import pysqlite3.dbapi2

    loaded = sys.modules.get("django.db.backends.sqlite3.base")
    if loaded is not None and loaded.Database is not pysqlite3.dbapi2:
        raise SetupError(
            "Django was started with the system's SQLite before Attain could name its own.",
            code="setup.sqlite-twice",
            hint="Call attain.web.settings.configure before anything that opens a database.",
        )
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def database_settings(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings for an address such as sqlite:///attain.db or postgresql://pay@db.example.com/attain."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        name = unquote(parts.path.removeprefix("/"))
        if not name or parts.netloc:
            raise _wrong_address(url)
        statements = "".join(f"PRAGMA {name}={value};" for name, value in PRAGMAS.items())
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / name),
            "OPTIONS": {"timeout": WAIT_SECONDS, "transaction_mode": "IMMEDIATE", "init_command": statements},
        }
    if parts.scheme in ("postgresql", "postgres"):
        name = unquote(parts.path.removeprefix("/"))
        if not name:
            raise _wrong_address(url)
        limits = f"-c lock_timeout={WAIT_SECONDS}s -c synchronous_commit=on"
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "OPTIONS": {**dict(parse_qsl(parts.query)), "options": limits},
        }
    raise _wrong_address(url)


def _wrong_address(url: str) -> SetupError:
    return SetupError(
        f"{without_password(url)!r} is no address of a database.",
        code="setup.database",
        where=Where(field="database.url"),
        hint="Write sqlite:///attain.db or postgresql://user@host:5432/name.",
    )


def without_password(url: str) -> str:
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":…@") if password else url


@contextmanager
def writing(doing: str) -> Iterator[None]:
    """One transaction in which nobody else writes. Whoever has to wait longer than five seconds is told so."""
    from django.db import transaction

    started, computed = time.monotonic(), time.thread_time()
    with in_plain_words(doing):
        with transaction.atomic(durable=True):
            _take_turn()
            started, computed = time.monotonic(), time.thread_time()
            yield
            checkpoint("commit.before")
        checkpoint("commit.after")
    seconds, computing = time.monotonic() - started, time.thread_time() - computed
    for watch in watches:
        watch(doing, seconds, computing)


def _take_turn() -> None:
    """On PostgreSQL; SQLite's transactions begin with a lock. A writer that stands still is put out by the server."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{STANDSTILL_SECONDS}s'")


_CAUSES = (
    (("database is locked", "lock timeout"), Refused, "store.busy",
     f"Somebody else was writing for more than {WAIT_SECONDS} seconds; nothing was changed", "Try again in a moment."),
    (("disk is full", "No space left on device"), SetupError, "store.full",
     "The disk of the database is full; nothing was changed", "Free some space, then run the same command again."),
    (("readonly database", "read-only transaction"), SetupError, "store.read-only",
     "The database is read-only; nothing was changed", "Give this user the right to write it and its folder."),
    (("disk I/O error", "could not write", "could not extend", "File too large"), SetupError, "store.not-written",
     "The database could not write to its disk; nothing was changed",
     "Look at the disk and at the limit of file sizes (ulimit -f), then run the same command again."),
    (("idle-in-transaction", "server closed the connection", "connection is closed", "connection is lost"), SetupError,
     "store.lost", "The connection to the database was lost", "See whether it was done; if not, do it again."),
    (("unable to open database", "connection failed", "could not connect"), SetupError, "store.unreachable",
     "The database cannot be reached", "Look at its address, and whether its server runs."),
)  # fmt: skip
"""What the stores say, in words that stay the same from version to version -> what it means and what to do."""


@contextmanager
def in_plain_words(doing: str) -> Iterator[None]:
    """Turn what the database says about its disk, its locks and its server into an error that a user can act on."""
    import pysqlite3
    from django.db import DatabaseError

    try:
        yield
    except (DatabaseError, pysqlite3.Error) as error:
        for signs, kind, code, message, hint in _CAUSES:
            if any(sign in str(error) for sign in signs):
                raise kind(f"{message} ({doing}).", code=code, hint=hint) from error
        raise


@contextmanager
def reading() -> Iterator[None]:
    """Several queries that see the same moment, without keeping any writer waiting."""
    from django.db import connection

    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    mode = "" if connection.vendor == "sqlite" else " ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(f"BEGIN{mode}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def migrate() -> None:
    """Bring the tables to the form that this version expects: all of them or none, however it ends.

    Django takes a transaction for each step and another one to note that it was done, and a kill between the two would
    leave a step that can neither be repeated nor left out. Both stores can change tables inside one transaction.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    connection.ensure_connection()
    connection.disable_constraint_checking()  # SQLite asks for it before the transaction; they are checked in it
    try:
        with transaction.atomic(durable=True):
            _take_turn()
            call_command("migrate", verbosity=0, interactive=False)
            checkpoint("migrate.commit")
        checkpoint("migrate.done")
    finally:
        connection.enable_constraint_checking()


def is_current() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
