"""Databases that a mapping reads from: opened for reading only, with no password in any file of the workspace."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from attain.facts.mapping import Mapping
from attain.facts.readers.sql import Connection
from attain.kernel.errors import FactError, SetupError, Where

from . import store

PATIENCE = 10
"""Seconds to wait for an answer to the first knock."""
STEPS = 10_000
"""So many steps SQLite takes between two looks at the clock: a few thousandths of a second."""


def connection_of(mapping: Mapping, folder: Path) -> Callable[[], Connection]:
    """How to reach the database of a mapping: a PostgreSQL address, or a SQLite file seen from the workspace."""
    address = mapping.database or ""
    parts = urlsplit(address)
    if parts.scheme in ("postgresql", "postgres"):
        return lambda: _postgresql(address, mapping)
    name = parts.path.removeprefix("/") if parts.scheme == "sqlite" else address
    if "://" in name:
        raise _unreachable(mapping, f"{parts.scheme} is no kind of database that is read.")
    return lambda: _sqlite(folder / name, mapping)


def _sqlite(file: Path, mapping: Mapping) -> Connection:
    store.use_own_sqlite()
    import sqlite3

    if not file.is_file():
        raise _unreachable(mapping, f"There is no file {file}.")
    try:
        found: Connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=PATIENCE)
    except sqlite3.Error as fault:
        raise _unreachable(mapping, f"{fault}.") from fault
    until = time.monotonic() + mapping.time_limit
    found.set_progress_handler(lambda: time.monotonic() > until, STEPS)  # type: ignore[attr-defined]
    return found


def _postgresql(address: str, mapping: Mapping) -> Connection:
    """The password comes from PGPASSWORD or ~/.pgpass, as for psql."""
    try:
        import psycopg
    except ImportError:
        raise SetupError(
            "The package for PostgreSQL is not installed.", code="setup.psycopg", hint="Install attain[postgres]."
        ) from None
    try:
        found: Connection = psycopg.connect(
            address,
            connect_timeout=PATIENCE,
            options=f"-c default_transaction_read_only=on -c statement_timeout={mapping.time_limit}s",
        )
    except psycopg.Error as fault:
        raise _unreachable(mapping, f"{str(fault).strip()}.") from fault
    return found


def _unreachable(mapping: Mapping, why: str) -> FactError:
    return FactError(
        f"The database {mapping.database} cannot be read: {why}",
        code="file.database",
        where=Where(mapping.file, field="database"),
        hint="Name a SQLite file from the folder of the workspace, or an address such as postgresql://reader@host/crm.",
    )
