"""Files become facts and decisions; what cannot be believed is kept aside with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.imported import aside_in_words
from attain.cli.options import Actor, Folder, Json, Reason, actor_of, examples, opened, wrong_use

if TYPE_CHECKING:
    from attain.facts.mapping import Control
    from attain.web.apps.imports.services import Imported
    from attain.web.workspace import Workspace

ORDER = (
    "people",
    "positions",
    "assignments",
    "teams",
    "relationships",
    "leaves",
    "quotas",
    "inputs",
    "parameters",
    "rates",
)
"""Tables of decisions in an order in which each finds what it refers to; facts come after them."""
SHOWN = 20
TABLE_FILES = ("csv", "tsv", "txt", "xls", "xlsx", "ods", "parquet")


def add_to(app: typer.Typer) -> None:
    app.command(
        "import",
        short_help="Take in a file of facts or decisions, once.",
        epilog=examples(
            "import deals-2026-03.csv --into deals",
            "import export.xlsx --mapping crm --rows 120 --sum amount=48210.00",
            "import --all imports",
            "import --mapping won-deals --rows 120",
        ),
    )(import_)
    app.command(
        short_help="Take an import back.", epilog=examples('undo 3f2a9c --reason "the file of the wrong month"')
    )(undo)


def import_(
    file: Annotated[Path | None, typer.Argument(help="CSV, XLSX or Parquet, as its mapping says.")] = None,
    into: Annotated[
        str | None, typer.Option(help="Fact type or table that the file fills: deals, people, quotas …")
    ] = None,
    mapping: Annotated[
        str | None, typer.Option(help="Mapping of mappings/NAME.yaml; if it holds a query, no file is named.")
    ] = None,
    rows: Annotated[int | None, typer.Option(help="Rows that the sender counted.")] = None,
    sum_: Annotated[list[str] | None, typer.Option("--sum", help="COLUMN=TOTAL that the sender added up.")] = None,
    all_: Annotated[
        Path | None, typer.Option("--all", help="Folder: import each file by the mapping or table of its name.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Let a known file count once more, over the later files that replaced rows.")
    ] = False,
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Take in a file once: good rows count, bad rows are kept aside, the same file again changes nothing.

    A file of facts is taken without its bad rows; a file of decisions, such as people or quotas, is taken whole or not
    at all. Exit status 1 tells that rows were kept aside, that rows delete what is not there, that a file was given
    again of which later files replaced rows (what those say stays in force, unless --again is given), or that --all
    passed a table over.
    """
    from attain.cli.tables import answer, working

    workspace = opened(folder)
    control = control_of(rows, sum_ or [])
    asks = file is None and all_ is None and mapping is not None and workspace.mapping(mapping).format == "sql"
    if (file is None) == (all_ is None) and not asks:
        raise wrong_use("Name one file, a folder with --all, or with --mapping a mapping that holds a query.")
    if all_ is not None and (into or mapping or control):
        raise wrong_use("--all takes table and mapping from the names of the files.")
    if again and file is None:
        raise wrong_use("Name the file that shall count once more.", "--again")
    chosen = [(file, into, mapping)] if file is not None else []
    if all_ is not None:
        chosen = files_in(workspace, all_)
    for path, _, _ in chosen:
        if not path.is_file():
            raise wrong_use(f"There is no file {path}.")
    done = []
    with working("Importing", len(chosen) or 1) as step:
        if asks and mapping is not None:
            from attain.web.apps.imports.services import import_query

            if into is not None:
                raise wrong_use("The mapping says what its query fills.", "--into")
            step(mapping)
            done.append(import_query(workspace, mapping, actor=actor_of(actor), control=control))
        for path, table, by in chosen:
            step(path.name)
            done.append(_take(workspace, path, actor_of(actor), table, by, control, again))
    answers = [document_of(workspace, imported) for imported in done]
    left = passed_over(workspace, all_, [path for path, _, _ in chosen]) if all_ is not None else []
    answer(as_json, {"imports": answers, "passed_over": left} if all_ else answers[0], lambda: _show(answers, left))
    if left or any(one["kept_aside"] or _needs_a_look(one) for one in answers):
        raise typer.Exit(1)


def _needs_a_look(answer: Mapping[str, Any]) -> bool:
    """A file that does not count as it stands: a script shall see it too."""
    from attain.web.apps.imports.services import NOT_THERE, REPLACED

    return any(finding["code"] in (REPLACED, NOT_THERE) for finding in answer["findings"])


def _take(
    workspace: Workspace,
    path: Path,
    actor: str,
    into: str | None,
    mapping: str | None,
    control: Control | None,
    again: bool,
) -> Imported:
    from dataclasses import replace

    from attain.facts.mapping import FORMATS
    from attain.facts.mapping import Mapping as SourceMapping
    from attain.web.apps.imports.services import import_file

    by: str | SourceMapping | None = mapping
    suffix = path.suffix.lower().removeprefix(".")
    if mapping is None and into is not None and suffix in FORMATS:
        by = replace(SourceMapping(into), format=suffix)
    return import_file(workspace, path, actor=actor, into=into, mapping=by, control=control, again=again)


def control_of(rows: int | None, sums: list[str]) -> Control | None:
    import re
    from decimal import Decimal

    from attain.facts.mapping import Control

    if rows is None and not sums:
        return None
    totals = {}
    for text in sums:
        column, is_there, total = text.partition("=")
        if not is_there or re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,6})?", total) is None:
            raise wrong_use(f"--sum {text}: write COLUMN=TOTAL, such as amount=48210.00.")
        totals[column] = Decimal(total)
    return Control(rows, totals)


def files_in(workspace: Workspace, folder: Path) -> list[tuple[Path, str | None, str | None]]:
    """The files of a folder with what each fills, in an order in which nothing is missing; one file a table."""
    from attain.facts.decisions import IMPORTABLE

    if not folder.is_dir():
        raise wrong_use(f"There is no folder {folder}.")
    found: dict[str, tuple[Path, str | None, str | None]] = {}
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower().removeprefix(".")
        if path.name.startswith(".") or not path.is_file():
            continue
        mapping = workspace.mappings.get(path.stem)
        if mapping is not None and mapping.format == suffix:
            found[mapping.into] = (path, None, path.stem)
        elif path.stem in {*IMPORTABLE, *workspace.fact_types} and suffix in ("csv", "xlsx", "parquet"):
            found.setdefault(path.stem, (path, path.stem, None))
    if not found:
        raise wrong_use(f"No file in {folder} is named after a mapping, a fact type or a table.")
    place = {name: number for number, name in enumerate((*ORDER, *workspace.fact_types))}
    return [found[name] for name in sorted(found, key=lambda name: place.get(name, len(place)))]


def passed_over(workspace: Workspace, folder: Path, taken: Sequence[Path]) -> list[dict[str, str]]:
    """Files of a folder that look like tables and that nothing takes, each with the reason and what was meant."""
    from attain.facts.decisions import IMPORTABLE
    from attain.kernel.errors import suggest

    known = [*workspace.mappings, *IMPORTABLE, *workspace.fact_types]
    found = []
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower().removeprefix(".")
        if path in taken or path.name.startswith(".") or not path.is_file() or suffix not in TABLE_FILES:
            continue
        mapping = workspace.mappings.get(path.stem)
        near = suggest(path.stem, known)
        if mapping is not None and mapping.format != suffix:
            why = f"the mapping {path.stem} reads {mapping.format}, not {suffix}"
        elif path.stem in known and suffix in ("csv", "xlsx", "parquet"):
            why = f"another file of the folder fills {mapping.into if mapping else path.stem}"
        elif path.stem in known:
            why = f"{path.stem} without a mapping is CSV, XLSX or Parquet, not {suffix}"
        else:
            meant = f"the nearest is {near}" if near else f"known are {', '.join(sorted(known))}"
            why = f"no mapping and no table is called {path.stem}; {meant}"
        found.append({"file": path.name, "nearest": near or "", "reason": why})
    return found


def document_of(workspace: Workspace, imported: Imported) -> dict[str, Any]:
    import json

    from attain.web.apps.imports.selectors import aside_of, is_query

    batch = imported.batch
    reasons: dict[str, int] = {}
    if batch.is_fact and batch.quarantined:
        from attain.web.apps.imports.selectors import quarantined_rows

        for row in quarantined_rows(workspace, batch.pk):
            said = f"{row['column'] or 'row'}: {row['reason']}  [{row['code']}]"
            reasons[said] = reasons.get(said, 0) + 1
    changed = _changed(workspace, imported)
    ranked = sorted(reasons.items(), key=lambda item: -item[1])
    return {
        "batch": batch.pk,
        "into": batch.into,
        "source": batch.source,
        "read_from": "query" if is_query(workspace, batch) else "file",
        "is_new": imported.is_new,
        "rows": batch.rows,
        "kept_aside": batch.quarantined,
        "changed_rows": imported.changed_rows,
        **changed,
        "totals": json.loads(batch.totals),
        "message": imported.message,
        "reasons": [{"rows": count, "reason": reason} for reason, count in ranked],
        "kept_aside_money": aside_of(workspace, batch),
        "quarantine_file": str(_quarantine_file(workspace, batch.pk)) if batch.is_fact and batch.quarantined else None,
        "findings": [finding.as_dict() for finding in imported.findings],
    }


def _changed(workspace: Workspace, imported: Imported) -> dict[str, Any]:
    """How many facts a new batch replaced by others or deleted, and the difference in money: column -> currency -> by.

    The counts are None if what was believed before can no longer be read; the import stands, and `attain doctor` names
    the reason.
    """
    from attain.kernel.errors import FactError
    from attain.web.apps.imports.selectors import effect_of

    found: dict[str, Any] = {}
    for kind in ("corrected", "deleted"):
        found |= {f"{kind}_rows": 0, f"{kind}_money": {}}
    if not imported.batch.is_fact or not imported.is_new:
        return found
    try:
        effect = effect_of(workspace, imported.batch.pk)
    except FactError:
        return found | {"corrected_rows": None, "deleted_rows": None}
    if effect is None:
        return found
    for kind in ("corrected", "deleted"):
        if count := getattr(effect, kind):
            sums = effect.money[kind]
            money = {column: {code: f"{by:f}" for code, by in codes.items()} for column, codes in sums.items()}
            found |= {f"{kind}_rows": count, f"{kind}_money": money}
    return found


def _quarantine_file(workspace: Workspace, batch: str) -> Path:
    from attain.facts.batches import QUARANTINE_FILE

    return workspace.batches / batch / QUARANTINE_FILE


def _show(answers: list[dict[str, Any]], left: Sequence[Mapping[str, str]] = ()) -> None:
    from decimal import Decimal

    from attain.cli.tables import say, table
    from attain.web.apps.imports.words import MEND_QUERY

    rows = [
        (
            one["source"],
            one["into"],
            f"{one['rows']:,}",
            one["kept_aside"],
            "taken" if one["is_new"] else "known before",
        )
        for one in answers
    ]
    table(("File", "into", ">rows", ">kept aside", ""), rows)
    for one in answers:
        if not one["is_new"]:
            say(f"{one['source']}: {one['message']}")
        for kind in ("corrected", "deleted"):
            if one[f"{kind}_rows"]:
                sums = [
                    f"{column} {Decimal(by):+,f} {code}"
                    for column, codes in one[f"{kind}_money"].items()
                    for code, by in codes.items()
                ]
                say(f"{one['source']}: {one[f'{kind}_rows']:,} {kind}{': ' if sums else ''}{', '.join(sums)}.")
        if one["reasons"]:
            shown = one["reasons"][:SHOWN]
            table((">Rows", "Kept aside because"), [(reason["rows"], reason["reason"]) for reason in shown])
            more = len(one["reasons"]) - len(shown)
            say(f"Kept aside: {aside_in_words(one['kept_aside_money'])}.")
            also = f"And {more} more reasons. " if more else ""
            if one["read_from"] == "query":
                say(f"{also}Row by row: attain imports {one['batch'][:12]}. {MEND_QUERY}")
            else:
                say(f"{also}Row by row, and for repair: attain imports {one['batch'][:12]} --to repair.csv")
        for finding in one["findings"]:
            if finding["code"] != "fact.quarantined":
                where = finding["where"]
                place = "{file}:{line} {field}: ".format(**where) if {"file", "line", "field"} <= set(where) else ""
                say(f"{finding['level']}: {place}{finding['message']} {finding['hint'] or ''}".strip())
    for gone in left:
        say(f"warning: {gone['file']} was passed over: {gone['reason']}.")


def undo(
    batch: Annotated[str, typer.Argument(help="The batch, or the first signs of its id; see `attain imports`.")],
    reason: Reason = "",
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Take an import back, as long as no closed period was calculated from it."""
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.imports.services import undo_batch

    undone = undo_batch(workspace, batch, actor=actor_of(actor), reason=reason)
    document = {"batch": undone.pk, "into": undone.into, "source": undone.source, "state": str(undone.state)}
    answer(as_json, document, lambda: say(f"{undone.source} no longer counts."))
