"""A workspace as one folder that can be carried away, and back.

Database and pointers are read in one transaction that sees one moment, also while others write; then the folders that
the records of this moment point to are copied, which never change. So the copy is whole at any time. `backup.json`
holds the hash of every file: restoring looks at all of them before anything is put in place, and afterwards at the log
and at every batch, run and ledger.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from attain.kernel.errors import Finding, Findings, NotFound, Refused, SetupError, Where
from attain.kernel.hashing import canonical_json
from attain.kernel.ports import Files, Ports, real_ports
from attain.web import settings, store
from attain.web.doctor import doctor
from attain.web.pointers import pointed_to
from attain.web.sealing import changed_in, hashes_in
from attain.web.workspace import SETTINGS, Workspace

MANIFEST = "backup.json"
DATABASE = "database"
DOCUMENTS = ("facts", "mappings", "plans")
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
    target = target.resolve()
    _refuse_inside(workspace, target)
    with files.publishing(target) as folder:
        files.make_folder(folder / DATABASE)
        with store.in_plain_words("back up"), store.reading():
            pointed = pointed_to(workspace)
            head = _head()
            migrations = _migrations()
            if connection.vendor == "sqlite":
                _copy_sqlite(folder / DATABASE / "attain.db")
            else:
                _copy_postgres(folder / DATABASE, files)
        files.copy(workspace.path / SETTINGS, folder / SETTINGS)
        for name in DOCUMENTS:
            if (workspace.path / name).is_dir():
                files.copy(workspace.path / name, folder / name)
        for parent, names in pointed.items():
            for name in sorted(names):
                _require_folder(parent / name)
                files.copy(parent / name, folder / parent.relative_to(workspace.path) / name)
        if head is not None:
            files.make_folder((folder / HEAD).parent)
            files.write_bytes_durably(folder / HEAD, canonical_json(head) + b"\n")
        manifest = {
            "format": 1,
            "workspace": workspace.name,
            "database": connection.vendor,
            "made_at": workspace.ports.clock.now().isoformat(),
            "migrations": migrations,
            "audit_head": head,
            "files": hashes_in(folder, MANIFEST),
        }
        files.write_bytes_durably(folder / MANIFEST, canonical_json(manifest))
    sizes = [path.stat().st_size for path in target.rglob("*") if path.is_file()]
    return Backup(target, len(sizes), sum(sizes))


def _refuse_inside(workspace: Workspace, target: Path) -> None:
    """What lies among the data would be swept, or copied by the next backup; and it is lost with the data."""
    for name in ("data", *DOCUMENTS):
        if target.is_relative_to((workspace.path / name).resolve()):
            raise Refused(
                f"{target.name} would lie in {name}/ of the workspace that is backed up.",
                code="backup.inside",
                where=Where(str(target)),
                hint="Name a folder elsewhere, best on another disk.",
            )


def _require_folder(path: Path) -> None:
    if not path.is_dir():
        raise NotFound(
            f"{path.name} is missing from {path.parent.name}; what is not whole is not backed up.",
            code="backup.damaged",
            where=Where(str(path)),
            hint="Restore this folder from the last backup; `attain doctor` names everything that is damaged.",
        )


def _head() -> dict[str, Any] | None:
    from attain.web.apps.audit.selectors import head

    last = head()
    return asdict(last) if last else None


def _copy_sqlite(target: Path) -> None:
    """SQLite's own backup call: a plain copy of the file lacks what is still in the write-ahead log.

    It sees the same moment as the queries of the transaction that it is called in.
    """
    import pysqlite3
    from django.db import connection

    with closing(pysqlite3.connect(str(target))) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_postgres(folder: Path, files: Files) -> None:
    from django.db import connection

    for table, columns, key in _tables():
        query = f"COPY (SELECT {columns} FROM {table} ORDER BY {key}) TO STDOUT"  # noqa: S608  names of our models
        with (
            connection.cursor() as cursor,
            cursor.copy(query) as rows,
            files.create(folder / f"{table}.copy") as file,
        ):
            for part in rows:
                file.write(part)


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
    files = ports.files
    with files.publishing(folder) as temporary:
        for name in manifest["files"]:
            if not name.startswith(f"{DATABASE}/"):
                files.copy(archive / name, temporary / name)
        workspace = Workspace.open(temporary, ports=ports)
        if database is not None:
            workspace = replace(workspace, database=database)
            files.write_bytes_durably(temporary / SETTINGS, workspace.as_toml().encode())
        for name in (*DOCUMENTS, "data"):
            files.make_folder(temporary / name)
        url = workspace.database_url
        if url.startswith("sqlite") != (manifest["database"] == "sqlite"):
            raise SetupError(
                f"The backup is of {manifest['database']}, the address is of another database.", code="backup.database"
            )
        if manifest["database"] == "sqlite":
            files.copy(archive / DATABASE / "attain.db", workspace.database_file)
        else:
            with store.in_plain_words("restore"):
                _fill_postgres(workspace, archive / DATABASE, manifest)
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
    if changed := changed_in(archive, MANIFEST, manifest["files"]):
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
