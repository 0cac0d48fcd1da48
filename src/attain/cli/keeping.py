"""Keeping a workspace safe: backups, the doctor, and the log that cannot be changed in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attain.cli.options import Folder, Json, examples, opened, wrong_use


def add_to(app: typer.Typer) -> None:
    app.command(short_help="Copy the whole workspace.", epilog=examples("backup backups/2026-03-31"))(backup)
    app.command(
        short_help="Put a backup into a new folder.", epilog=examples("restore backups/2026-03-31 acme-restored")
    )(restore)
    app.command(short_help="Look for damage and unsafe settings.", epilog=examples("doctor", "doctor --quick --json"))(
        doctor
    )
    log = typer.Typer(help="The log of everything that was changed.", no_args_is_help=True, rich_markup_mode=None)
    log.command("verify", epilog=examples("audit verify", "audit verify --head 812:9f3c…"))(audit_verify)
    log.command("list", epilog=examples("audit list --last 20", "audit list --about hold --json"))(audit_list)
    app.add_typer(log, name="audit")


def backup(
    target: Annotated[Path, typer.Argument(help="A new folder for the copy.")],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Copy the whole workspace, while others may go on working. Every file is listed with its hash."""
    from attain.cli.tables import answer, say, working
    from attain.web.backup import backup as copy

    workspace = opened(folder)
    if target.exists():
        raise wrong_use(f"{target} is there already; a backup gets a folder of its own.")
    with working("Backing up", 1) as step:
        step(workspace.name)
        made = copy(workspace, target)
    said = f"{made.files} files, {made.bytes:,} bytes in {target}. Try it: attain restore {target} another-folder"
    answer(as_json, {"folder": str(made.path), "files": made.files, "bytes": made.bytes}, lambda: say(said))


def restore(
    backup: Annotated[Path, typer.Argument(help="A folder that `attain backup` made.")],
    target: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    database: Annotated[
        str | None, typer.Option(help="Another address for the records; PostgreSQL needs an empty one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put a backup into a new folder after every hash was compared, then examine the whole workspace."""
    from attain.cli.tables import answer, say, working
    from attain.web.backup import restore as put_back

    if not backup.is_dir():
        raise wrong_use(f"There is no folder {backup}.")
    with working("Restoring", 1) as step:
        step(backup.name)
        workspace = put_back(backup, target, database=database)
    said = f"{workspace.name} is restored in {target}; every file, the log and all ledgers are as they were."
    answer(as_json, {"workspace": workspace.name, "folder": str(workspace.path)}, lambda: say(said))


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Do not read every file.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Everything that can be wrong without anybody having noticed. Exit status 3 if there is an error."""
    from attain.cli.tables import answer, say, working
    from attain.web.doctor import doctor as examined

    workspace = opened(folder)
    with working("Examining", 1) as step:
        step(workspace.name)
        findings = examined(workspace, deep=not quick)

    def show() -> None:
        for finding in findings:
            say(f"{finding.level}  {finding}")
        if not findings:
            seen = "settings and log" if quick else "settings, log, batches, runs and ledgers"
            say(f"{workspace.name}: {seen} are as they should be.")

    answer(as_json, {"findings": [finding.as_dict() for finding in findings]}, show)
    if any(finding.is_error for finding in findings):
        raise typer.Exit(3)


def audit_verify(
    head: Annotated[str | None, typer.Option(help="SEQUENCE:HASH that you kept elsewhere.")] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Prove that nobody changed the log: every event against the hash chain, and its end against the kept head."""
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.audit.selectors import Head, verify
    from attain.web.apps.audit.selectors import head as newest

    kept = None
    if head is not None:
        number, _, hash_ = head.partition(":")
        if not number.isdecimal() or not hash_:
            raise wrong_use("Write --head as SEQUENCE:HASH, as `attain audit verify` prints it.")
        kept = Head(int(number), hash_, "")
    findings = verify(workspace, kept)
    last = newest()

    def show() -> None:
        for finding in findings:
            say(str(finding))
        if not findings:
            said = (
                f"{last.sequence} events, none changed. Head to keep elsewhere: {last.sequence}:{last.hash}"
                if last
                else ""
            )
            say(said or "The log is empty.")

    shown = {"sequence": last.sequence, "hash": last.hash, "at": last.at} if last else None
    answer(as_json, {"head": shown, "findings": [finding.as_dict() for finding in findings]}, show)
    if findings:
        raise typer.Exit(3)


def audit_list(
    about: Annotated[str | None, typer.Option(help="Only this kind of thing: run, pay-period, hold, batch …")] = None,
    last: Annotated[int, typer.Option(help="How many, the newest last.")] = 50,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Who did what, when, and why."""
    from attain.cli.tables import answer, table

    opened(folder)
    from attain.web.apps.audit.selectors import events

    chosen = list(events(about).order_by("-sequence")[: max(last, 0)])[::-1]
    found = [
        {
            "sequence": event.sequence,
            "at": event.at.isoformat(timespec="seconds"),
            "actor": event.actor,
            "action": event.action,
            "object": f"{event.object_type} {event.object_id}",
            "reason": event.reason,
            "before": event.before,
            "after": event.after,
        }
        for event in chosen
    ]
    rows = [
        (one["sequence"], one["at"][:16], one["actor"], one["action"], one["object"], one["reason"]) for one in found
    ]
    answer(as_json, {"events": found}, lambda: table((">No.", "at", "by", "did", "to", "because"), rows))
