"""A workspace as one folder that can be carried away, and back.

The database is copied first, by a call that sees one moment also while others write; then the folders that it points
to, which never change. So the copy is whole at any time. `backup.json` holds the hash of every file: restoring looks at
all of them before anything is put in place, and afterwards at the log and at every batch, run and ledger.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attain.kernel.errors import Finding, Findings, NotFound, Refused, SetupError, Where
from attain.kernel.files import TEMPORARY
from attain.kernel.hashing import canonical_json, sha256_file
from attain.kernel.ports import Files, Ports, real_ports
from attain.web import settings, store
from attain.web.doctor import doctor
from attain.web.workspace import SETTINGS, Workspace

MANIFEST = "backup.json"
DATABASE = "database"
COPIED = ("facts", "mappings", "plans", "data/batches", "data/runs", "data/ledger")
HEAD = "data/audit-head.json"


@dataclass(frozen=True)
class Backup:
    path: Path
    files: int
    bytes: int


def backup(workspace: Workspace, target: Path) -> Backup:
    """Copy everything of a workspace into a new folder, while others may go on working."""
    from django.db import connection

    files = workspace.ports.files
    folder = files.temporary_folder(target.resolve().parent)
    try:
        (folder / DATABASE).mkdir()
        if connection.vendor == "sqlite":
            head = _copy_sqlite(folder / DATABASE / "attain.db")
        else:
            head = _copy_postgres(folder / DATABASE, files)
        shutil.copy2(workspace.path / SETTINGS, folder / SETTINGS)
        for name in COPIED:
            source = workspace.path / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(f"{TEMPORARY}*"))
        if head is not None:
            (folder / HEAD).parent.mkdir(exist_ok=True)
            files.write_bytes_durably(folder / HEAD, canonical_json(head) + b"\n")
        manifest = {
            "format": 1,
            "workspace": workspace.name,
            "database": connection.vendor,
            "made_at": workspace.ports.clock.now().isoformat(),
            "migrations": _migrations(),
            "audit_head": head,
            "files": _hashes(folder),
        }
        files.write_bytes_durably(folder / MANIFEST, canonical_json(manifest))
        files.publish_folder(folder, target.resolve())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    sizes = [path.stat().st_size for path in target.rglob("*") if path.is_file()]
    return Backup(target, len(sizes), sum(sizes))


def _copy_sqlite(target: Path) -> dict[str, Any] | None:
    """SQLite's own backup call: a plain copy of the file lacks what is still in the write-ahead log."""
    import pysqlite3
    from django.db import connection

    connection.ensure_connection()
    copy = pysqlite3.connect(str(target))
    try:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        last = copy.execute("SELECT sequence, hash, at FROM audit_event ORDER BY sequence DESC LIMIT 1").fetchone()
    finally:
        copy.close()
    return {"sequence": last[0], "hash": last[1], "at": str(last[2])} if last else None


def _copy_postgres(folder: Path, files: Files) -> dict[str, Any] | None:
    from django.db import connection

    from attain.web.apps.audit.models import Event

    with store.reading():
        for table, columns, key in _tables():
            query = f"COPY (SELECT {columns} FROM {table} ORDER BY {key}) TO STDOUT"  # noqa: S608  names of our models
            with connection.cursor() as cursor, cursor.copy(query) as rows:
                parts = [bytes(part) for part in rows]
            files.write_bytes_durably(folder / f"{table}.copy", b"".join(parts))
        last = Event.objects.order_by("-sequence").first()
    return {"sequence": last.sequence, "hash": last.hash, "at": last.at.isoformat()} if last else None


def _tables() -> list[tuple[str, str, str]]:
    """Table, columns and key of each model, referenced ones before those that refer to them."""
    from django.apps import apps

    models = list(apps.get_models())
    done: list[Any] = []
    while len(done) < len(models):
        for model in models:
            needs = {field.related_model for field in model._meta.fields if field.related_model}
            if model not in done and needs - {model} <= set(done):
                done.append(model)
    described = [model._meta for model in done]
    return [
        (meta.db_table, ", ".join(f'"{field.column}"' for field in meta.fields), f'"{meta.pk.column}"')
        for meta in described
    ]


def _migrations() -> list[str]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _hashes(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in paths}


def restore(archive: Path, folder: Path, *, database: str | None = None, ports: Ports | None = None) -> Workspace:
    """Put a backup into an empty folder, after every hash was compared; then look at the whole workspace.

    `database` names another address than the one in the backup: for PostgreSQL an empty database is needed.
    """
    ports = ports or real_ports()
    manifest = _verified(archive)
    folder = folder.resolve()
    if folder.exists():
        if any(folder.iterdir()):
            raise Refused(f"{folder.name} is not empty.", code="backup.not-empty", hint="Restore into a new folder.")
        folder.rmdir()
    temporary = ports.files.temporary_folder(folder.parent)
    try:
        for name in manifest["files"]:
            if not name.startswith(f"{DATABASE}/"):
                (temporary / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(archive / name, temporary / name)
        workspace = Workspace.open(temporary, ports=ports)
        if database is not None:
            workspace = replace(workspace, database=database)
            ports.files.write_bytes_durably(temporary / SETTINGS, workspace.as_toml().encode())
        for name in ("facts", "mappings", "plans", "data"):
            (temporary / name).mkdir(exist_ok=True)
        url = workspace.database_url
        if url.startswith("sqlite") != (manifest["database"] == "sqlite"):
            raise SetupError(
                f"The backup is of {manifest['database']}, the address is of another database.", code="backup.database"
            )
        if manifest["database"] == "sqlite":
            shutil.copy2(archive / DATABASE / "attain.db", store.database_settings(url, temporary)["NAME"])
        else:
            _fill_postgres(workspace, archive / DATABASE, manifest)
        ports.files.publish_folder(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    restored = Workspace.open(folder, ports=ports)
    restored.connect()
    if errors := [finding for finding in doctor(restored) if finding.is_error]:
        raise Findings(errors, message=f"What was restored is not sound: {errors[0].message}")
    return restored


def _verified(archive: Path) -> dict[str, Any]:
    """The manifest of a backup whose files are all there, and all as they were written."""
    if not (archive / MANIFEST).is_file():
        raise NotFound(f"{archive.name} holds no {MANIFEST}: it is no backup.", code="backup.none")
    manifest: dict[str, Any] = json.loads((archive / MANIFEST).read_bytes())
    written, found = manifest["files"], _hashes(archive)
    changed = [name for name in sorted({*written, *found}) if written.get(name) != found.get(name)]
    if changed:
        raise Findings(
            [
                Finding("error", "backup.damaged", f"{name} is not what was backed up.", Where(str(archive / name)),
                        "Take another backup; from this one nothing was restored.")
                for name in changed
            ]
        )  # fmt: skip
    return manifest


def _fill_postgres(workspace: Workspace, copies: Path, manifest: dict[str, Any]) -> None:
    from django.core.management.color import no_style
    from django.db import connection

    settings.configure(workspace)
    if connection.introspection.table_names():
        raise Refused("The database holds tables already.", code="backup.not-empty", hint="Name an empty database.")
    store.migrate()
    if _migrations() != manifest["migrations"]:
        raise SetupError(
            "The backup is of another version of Attain.", code="backup.version", hint="Restore it with that version."
        )
    with store.writing("restore"), connection.cursor() as cursor:
        for table, columns, _ in _tables():
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as rows:
                rows.write((copies / f"{table}.copy").read_bytes())
        from django.apps import apps

        for query in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(query)
