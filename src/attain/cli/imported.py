"""What was imported, what each batch changed, and the rows that it kept aside: to be repaired and imported again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Folder, Json, examples, opened, wrong_use

if TYPE_CHECKING:
    from attain.web.apps.imports.models import Batch
    from attain.web.workspace import Workspace

SHOWN = 50


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="What was imported, and what was kept aside.",
        epilog=examples("imports", "imports 3f2a9c", "imports 3f2a9c --to repair.csv", "imports 3f2a9c --json"),
    )(imports)


def imports(
    batch: Annotated[
        str | None, typer.Argument(help="One batch, or the first signs of its id: its effect and what it kept aside.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="A CSV file for the rows that were kept aside.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """What was imported, when and by whom; or one batch with its effect and the rows that it kept aside.

    With --to these rows are written as they stood in the file, each behind its number and its reason. Repair them and
    import the file by the same mapping: the two columns in front are passed over, so the others come home.
    """
    if batch is None:
        if to is not None:
            raise wrong_use("Name the batch whose rows are written.", "--to")
        _list(folder, as_json)
    else:
        _one(opened(folder), batch, to, overwrite, as_json)


def _list(folder: Path | None, as_json: bool) -> None:
    from attain.cli.tables import answer, table

    workspace = opened(folder)
    from attain.web.apps.imports.models import Batch

    found = [_described(workspace, one) for one in Batch.objects.all()]
    shown = [
        (
            one["batch"][:12],
            one["into"],
            one["source"],
            f"{one['rows']:,}",
            one["kept_aside"],
            aside_in_words(one["kept_aside_money"]) if one["kept_aside"] else "",
            one["state"],
            one["at"][:16],
            one["by"],
        )
        for one in found
    ]
    columns = ("Batch", "into", "file", ">rows", ">kept aside", "money kept aside", "state", "at", "by")
    answer(as_json, {"imports": found}, lambda: table(columns, shown))


def _described(workspace: Workspace, batch: Batch) -> dict[str, Any]:
    from attain.web.apps.imports.selectors import aside_of

    return {
        "batch": batch.pk,
        "into": batch.into,
        "source": batch.source,
        "rows": batch.rows,
        "kept_aside": batch.quarantined,
        "kept_aside_money": aside_of(workspace, batch),
        "state": str(batch.state),
        "at": batch.imported_at.isoformat(timespec="seconds"),
        "by": batch.imported_by,
    }


def aside_in_words(aside: Mapping[str, Mapping[str, Any]]) -> str:
    """
    >>> aside_in_words({"money": {"amount": {"EUR": "1210.50", "": "3.00"}}, "unread": {"amount": 1}})
    'amount 1,210.50 EUR, amount 3.00 without currency, amount unreadable in 1 row'
    >>> aside_in_words({"money": {}, "unread": {}})
    'no money'
    """
    from decimal import Decimal

    said = [
        f"{column} {Decimal(total):,f} {code or 'without currency'}"
        for column, sums in aside["money"].items()
        for code, total in sums.items()
    ]
    said += [f"{column} unreadable in {count} row{'s' * (count != 1)}" for column, count in aside["unread"].items()]
    return ", ".join(said) or "no money"


def _one(workspace: Workspace, name: str, to: Path | None, overwrite: bool, as_json: bool) -> None:
    import json

    from attain.cli.tables import answer
    from attain.web.apps.imports.selectors import batch_named, is_query, mapping_of, quarantined_rows

    batch = batch_named(name)
    kept = quarantined_rows(workspace, batch.pk) if batch.is_fact else []
    again, _ = mapping_of(workspace, batch)
    document = {
        **_described(workspace, batch),
        "totals": json.loads(batch.totals),
        "effect": _effect(workspace, batch),
        "mapping": again,
        "read_from": "query" if is_query(workspace, batch) else "file",
        "rows_kept_aside": [{**row, "raw": json.loads(str(row["raw"]))} for row in kept],
    }
    if to is not None:
        document["file"] = str(_write(workspace, batch, kept, to, overwrite))
    answer(as_json, document, lambda: _show(document))


def _effect(workspace: Workspace, batch: Batch) -> dict[str, Any]:
    """What it changed when it came: rows of facts with their money, or rows of decision tables."""
    from attain.web.apps.imports.selectors import changes_of, effect_of

    if not batch.is_fact:
        return {table: {"new": new, "replaced": replaced} for table, (new, replaced) in changes_of(batch).items()}
    if batch.into not in workspace.fact_types:
        return {}
    effect = effect_of(workspace, batch.pk)
    if effect is None:
        return {"new": batch.rows, "corrected": 0, "unchanged": 0, "deleted": 0, "not_there": 0, "money": {}}
    money = {
        kind: {column: {code: f"{by:f}" for code, by in sums.items()} for column, sums in columns.items()}
        for kind, columns in effect.money.items()
        if columns
    }
    counts = {kind: getattr(effect, kind) for kind in ("new", "corrected", "unchanged", "deleted", "not_there")}
    return {**counts, "money": money}


def _show(document: dict[str, Any]) -> None:
    from attain.cli.tables import say, table, title
    from attain.web.apps.imports.words import MEND_QUERY

    title(f"{document['source']} into {document['into']}, batch {document['batch'][:12]}, {document['state']}")
    say(f"Taken on {document['at'][:16]} by {document['by']}: {document['rows']:,} rows.")
    for kind, what in document["effect"].items():
        if kind == "money":
            sums = [f"{name} {column} {by} {code}" for name, columns in what.items()
                    for column, codes in columns.items() for code, by in codes.items()]  # fmt: skip
            say(f"Money: {'; '.join(sums)}." if sums else "Money: nothing but new rows.")
        elif isinstance(what, dict):
            say(f"{kind}: {what['new']:,} new rows, {what['replaced']:,} replaced.")
        elif what:
            said = "to be deleted, but not there" if kind == "not_there" else kind
            say(f"{said}: {what:,}")
    kept = document["rows_kept_aside"]
    if not kept:
        say("Nothing was kept aside.")
        return
    say(f"Kept aside: {aside_in_words(document['kept_aside_money'])}.")
    rows = [(row["row"], row["column"], row["value"], row["reason"]) for row in kept[:SHOWN]]
    table((">Row", "column", "value", "kept aside because"), rows)
    if len(kept) > SHOWN:
        say(f"And {len(kept) - SHOWN:,} more.")
    if "file" in document:
        how = f"--mapping {document['mapping']}" if document["mapping"] else f"--into {document['into']}"
        say(f"Repair the rows in {document['file']}, then: attain import {document['file']} {how}")
    elif document["read_from"] == "query":
        say(str(MEND_QUERY))
    else:
        say(f"For repair: attain imports {document['batch'][:12]} --to repair.csv")


def _write(workspace: Workspace, batch: Batch, kept: list[dict[str, object]], to: Path, overwrite: bool) -> Path:
    from attain.cli.exporting import require_own
    from attain.kernel.errors import Refused
    from attain.web.apps.imports.repair import repair_file

    if not kept:
        raise wrong_use(f"{batch.source} kept nothing aside.", "--to")
    require_own(workspace, to, "csv")
    if to.exists() and not overwrite:
        raise Refused(f"{to} is there already.", code="export.exists", hint="Name another file, or add --overwrite.")
    workspace.ports.files.write_bytes_durably(to.resolve(), repair_file(workspace, batch))
    return to
