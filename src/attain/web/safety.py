"""What makes a database unsafe for pay: versions with known faults, and settings that can lose what was committed."""

from __future__ import annotations

from attain.kernel.errors import Finding

from .store import PRAGMAS

SAFE_SQLITE = (3, 51, 3)
SAFE_SQLITE_BRANCHES = {(3, 44): 6, (3, 50): 7}
"""The first versions without the WAL-reset fault: the main line, and older lines that got the repair."""
SAFE_POSTGRES = 13_00_00


def check() -> list[Finding]:
    """What makes this database unsafe for pay; nothing when all is well."""
    from django.db import connection

    connection.ensure_connection()
    return _check_sqlite() if connection.vendor == "sqlite" else _check_postgres()


def sqlite_is_safe(version: tuple[int, ...]) -> bool:
    repaired = SAFE_SQLITE_BRANCHES.get((version[0], version[1]))
    return version >= SAFE_SQLITE or (repaired is not None and version[2] >= repaired)


def _check_sqlite() -> list[Finding]:
    from django.db import connection

    findings = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        text = cursor.fetchone()[0]
        if not sqlite_is_safe(tuple(int(part) for part in text.split("."))):
            findings.append(_unsafe("store.sqlite-version", f"SQLite {text} can lose committed rows (WAL reset).",
                                    "Install the package pysqlite3 in the version of requirements.lock."))
        for name, wanted in PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}")
            found = str(cursor.fetchone()[0]).lower()
            if found != wanted:
                findings.append(_unsafe(f"store.{name.replace('_', '-')}", f"{name} is {found}, not {wanted}.",
                                        "Put the database on a local disk that this user may write."))
        cursor.execute("PRAGMA quick_check(1)")
        if (found := cursor.fetchone()[0]) != "ok":
            findings.append(_unsafe("store.damaged", f"The database file is damaged: {found}.",
                                    "Restore the last backup into an empty folder."))
    return findings


def _check_postgres() -> list[Finding]:
    from django.db import connection

    findings = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
                       " current_setting('fsync'), current_setting('synchronous_commit'),"
                       " current_setting('full_page_writes'), current_setting('server_encoding')")
        number, version, fsync, commit, pages, encoding = cursor.fetchone()
    if number < SAFE_POSTGRES:
        findings.append(_unsafe("store.postgres-version", f"PostgreSQL {version} is no longer repaired.",
                                "Use version 13 or later."))
    for name, value in (("fsync", fsync), ("synchronous_commit", commit), ("full_page_writes", pages)):
        if value == "off":
            findings.append(_unsafe(f"store.{name.replace('_', '-')}", f"{name} is off: a power cut can lose pay.",
                                    f"Set {name} = on in the server's configuration."))
    if encoding != "UTF8":
        findings.append(_unsafe("store.encoding", f"The database is encoded as {encoding}.",
                                "Create it with ENCODING 'UTF8'."))
    return findings


def _unsafe(code: str, message: str, hint: str) -> Finding:
    return Finding("error", code, message, hint=hint)
