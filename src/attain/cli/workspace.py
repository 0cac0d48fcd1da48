"""Making a workspace, and seeing at a glance how it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Folder, Json, examples, language_of, opened, wrong_use

if TYPE_CHECKING:
    from attain.web.workspace import Workspace

EXAMPLES = ("adventureworks",)


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="Make a workspace.",
        epilog=examples('init acme --name "Acme GmbH" --currency EUR', "init shop --example adventureworks"),
    )(init)
    app.command(short_help="How the workspace stands.", epilog=examples("status", "status --json"))(status)
    app.command(short_help="Bring older records to today's form.", epilog=examples("upgrade"))(upgrade)


def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    name: Annotated[str | None, typer.Option(help="Whose workspace it is; else the name of the folder.")] = None,
    currency: Annotated[str, typer.Option(help="Base currency, a code of ISO 4217.")] = "EUR",
    zone: Annotated[str, typer.Option(help="Time zone in which days end.")] = "UTC",
    locale: Annotated[str, typer.Option(help="Language of the company: en or de.")] = "en",
    fiscal_start: Annotated[int, typer.Option(help="Month in which the fiscal year starts.")] = 1,
    example: Annotated[str | None, typer.Option(help=f"Fill it with a sample company: {', '.join(EXAMPLES)}.")] = None,
    as_json: Json = False,
) -> None:
    """Make a workspace: a folder with settings, documents, data and records."""
    from attain.cli.tables import answer, say
    from attain.kernel.errors import Refused, Where
    from attain.kernel.periods import GregorianCalendar
    from attain.web.workspace import SETTINGS, Workspace

    if example is not None and example not in EXAMPLES:
        raise wrong_use(f"There is no example {example}; known is {', '.join(EXAMPLES)}.")
    if example is None:
        calendar = GregorianCalendar(fiscal_start_month=fiscal_start)
        workspace = Workspace.create(
            folder,
            name=name or folder.resolve().name,
            base_currency=currency,
            locale=language_of(locale, option="--locale"),
            zone=zone,
            calendars={calendar.name: calendar},
        )
    else:
        if (folder / SETTINGS).exists():
            raise Refused(
                f"{folder.name} is already a workspace.",
                code="setup.workspace-exists",
                where=Where(str(folder / SETTINGS)),
                hint="Choose another folder, or work in this one.",
            )
        workspace = example_in(folder)
    workspace.prepare()

    def show() -> None:
        say(f"{workspace.name} is ready in {folder}.")
        if example is None:
            say("Next: describe what happens in facts/*.yaml and how it pays in plans/*.yaml, then `attain check`.")
        else:
            say(f"Next: cd {folder}; attain check; attain import --all imports; attain publish.")

    answer(as_json, {"workspace": workspace.name, "folder": str(workspace.path), "example": example}, show)


def example_in(folder: Path) -> Workspace:
    """The documents and the files to import of the sample company; no records yet."""
    from attain.examples.adventureworks.prepare import write_workspace
    from attain.web.workspace import Workspace

    folder.mkdir(parents=True, exist_ok=True)
    write_workspace(folder)
    return Workspace.open(folder)


def upgrade(folder: Folder = None, as_json: Json = False) -> None:
    """Bring the records of an older version of Attain to today's form. Make a backup first."""
    from attain.cli.tables import answer, say

    workspace = opened(folder, records=False)
    workspace.prepare()
    said = f"The records of {workspace.name} have today's form."
    answer(as_json, {"workspace": workspace.name, "folder": str(workspace.path)}, lambda: say(said))


def status(folder: Folder = None, as_json: Json = False) -> None:
    """How the workspace stands: data, people, plans, periods, the last run, and what the doctor finds.

    Exit status 3 if the doctor finds an error, as for `attain doctor`.
    """
    from attain.cli.tables import answer

    workspace = opened(folder)
    document = status_of(workspace)
    answer(as_json, document, lambda: _show(document))
    if any(finding["level"] == "error" for finding in document["findings"]):
        raise typer.Exit(3)


def status_of(workspace: Workspace) -> dict[str, Any]:
    from django.db.models import Count, Sum

    from attain.web.apps.imports.models import Batch
    from attain.web.apps.org.models import Person, Position
    from attain.web.apps.pay.models import Run
    from attain.web.apps.pay.selectors import periods
    from attain.web.apps.plans.selectors import published_versions
    from attain.web.doctor import doctor

    taken = Batch.objects.filter(state=Batch.State.CURRENT).values("into")
    batches = taken.annotate(files=Count("pk"), rows=Sum("rows"), aside=Sum("quarantined")).order_by("into")
    all_closed = [period for period in periods() if period.state == "closed"]
    by_kind: dict[str, list[str]] = {}
    for period in all_closed:
        by_kind.setdefault(str(period.kind), []).append(str(period.period))
    last: Any = Run.objects.order_by("-number").first()
    findings = doctor(workspace, deep=False)
    return {
        "workspace": workspace.name,
        "folder": str(workspace.path),
        "base_currency": workspace.base_currency,
        "imports": [
            {"into": one["into"], "files": one["files"], "rows": one["rows"], "kept_aside": one["aside"]}
            for one in batches
        ],
        "people": Person.objects.values("person").distinct().count(),
        "positions": Position.objects.values("position").distinct().count(),
        "plans": [
            {
                "plan": version.plan,
                "version": version.plan_version,
                "from": version.effective_from,
                "to": version.effective_to,
            }
            for version in published_versions()
        ],
        "unpublished_plans": _unpublished(workspace),
        "closed_periods": [str(period.period) for period in all_closed],
        "closed_by_kind": by_kind,
        "last_run": None
        if last is None
        else {
            "run": last.pk,
            "state": str(last.state),
            "from": last.starts_on,
            "to": last.ends_on,
            "by": last.started_by,
            "at": last.started_at.isoformat(timespec="seconds"),
        },
        "findings": [finding.as_dict() for finding in findings],
    }


def _unpublished(workspace: Workspace) -> list[str]:
    """Documents in plans/ that no run pays by, as far as they can be read."""
    from attain.kernel.errors import AttainError
    from attain.plans.loader import readable_in
    from attain.web.apps.plans.models import PlanVersion

    known = {str(version) for version in PlanVersion.objects.all()}
    try:
        drafts, _ = readable_in(workspace.path / "plans")
    except AttainError:
        return []
    return [document.id for document in drafts if document.id not in known]


def _span(kind: str, names: list[str]) -> str:
    """
    >>> _span("month", ["2026-01"]), _span("month", ["2026-01", "2026-02"])
    ('2026-01', '2026-01 to 2026-02 (2 months)')
    """
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]} ({len(names)} {kind}s)"


def _show(document: dict[str, Any]) -> None:
    from attain.cli.tables import say, table, title

    title(f"{document['workspace']}  ({document['folder']})")
    if document["imports"]:
        rows = [(one["into"], one["files"], f"{one['rows']:,}", one["kept_aside"]) for one in document["imports"]]
        table(("Imported", ">files", ">rows", ">kept aside"), rows)
    else:
        say("Nothing was imported yet: attain import FILE --into deals")
    say(f"{document['people']} people, {document['positions']} positions.")
    if document["plans"]:
        rows = [(one["plan"], one["version"], one["from"], one["to"] or "open") for one in document["plans"]]
        table(("Plan", "version", "from", "to (excluded)"), rows)
    else:
        say("No plan is published: attain publish")
    if document["unpublished_plans"]:
        say(f"Not published: {', '.join(document['unpublished_plans'])}.")
    closed = document["closed_by_kind"]
    said = "; ".join(_span(kind, names) for kind, names in closed.items())
    say(f"Closed: {said}." if closed else "No period is closed.")
    last = document["last_run"]
    if last:
        say(f"Last run: {last['run']}, {last['state']}, {last['from']} to {last['to']} (excluded), by {last['by']}.")
    found = document["findings"]
    said = "; ".join(f"{one['level']}: {one['message']}" for one in found)
    say(f"Doctor: {said}" if found else "Doctor: nothing to worry about; `attain doctor` reads every file.")
