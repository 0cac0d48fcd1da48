"""`attain demo`: three years of a real sample company, imported, paid, proven and closed, in a folder to play with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Actor, Json, actor_of, examples

if TYPE_CHECKING:
    from attain.engine.run import StoredRun
    from attain.web.apps.pay.models import Run
    from attain.web.workspace import Workspace

PERIOD = "2011-05..2014-06"
PLACE = Path("demo/adventureworks")
EXPLAINED = "sales-rep"
Step = Any


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="Pay a sample company for three years.", epilog=examples("demo", "demo /tmp/adventureworks --fresh")
    )(demo)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the sample company is made.")] = PLACE,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Delete a workspace of this demo that is there, and begin anew.")
    ] = False,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Pay a sample company for three years: AdventureWorks, 31,465 orders, seven plans, 38 months.

    Imports everything, checks, tests and publishes the plans, calculates all periods in one run, lets the checker
    compute every cent again, closes the months in their order, and shows what came out. Of a finished demo only the
    proof is computed anew; one that was interrupted goes on where it stood.
    """
    from attain.cli.tables import answer, working

    if fresh:
        _remove(folder)
    with working("Demo", 8) as step:
        workspace, run, proof = prepared(folder, actor_of(actor), step)
    from attain.cli.calculating import stored

    outcome = stored(workspace, run)
    document = {"folder": str(workspace.path), "run": run.pk, **proof, "payees": _by_year(outcome, workspace, run)}
    answer(as_json, document, lambda: _show(workspace, folder, run, outcome, proof))
    if not proof["confirmed"]:
        raise typer.Exit(1)


def _remove(folder: Path) -> None:
    """Only a workspace of this demo: nobody shall lose a folder of his own by a wrong word."""
    import shutil

    from attain.kernel.errors import Refused, Where
    from attain.web.workspace import SETTINGS, Workspace

    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / SETTINGS).is_file() or Workspace.open(folder).name != "AdventureWorks":
        raise Refused(
            f"{folder} is not a workspace of this demo.",
            code="demo.other-folder",
            where=Where(str(folder)),
            hint="Name another folder; this one is left alone.",
        )
    shutil.rmtree(folder)


def prepared(folder: Path, actor: str, step: Step) -> tuple[Workspace, Run, dict[str, Any]]:
    from attain.cli.calculating import run_pay
    from attain.cli.options import span_of

    workspace = _opened(folder, step)
    _import(workspace, folder, actor, step)
    tests = _publish(workspace, actor, step)
    span = span_of(workspace, PERIOD)
    run = _finished(span)
    if run is None:
        run = run_pay(
            workspace, span, actor=actor, step=lambda doing: step(f"{PERIOD}: {doing}") if "calc" in doing else None
        )
    proof = _prove(workspace, run, step) | {"tests": tests}
    if proof["confirmed"]:
        _close(workspace, run, actor, step)
    return workspace, run, proof


def _opened(folder: Path, step: Step) -> Workspace:
    from attain.cli.workspace import example_in
    from attain.kernel.errors import Refused, Where
    from attain.web.workspace import SETTINGS, Workspace

    step("preparing the workspace")
    if (folder / SETTINGS).is_file() and (folder / "imports").is_dir():
        workspace = Workspace.open(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise Refused(
            f"{folder} holds something else.",
            code="demo.other-folder",
            where=Where(str(folder)),
            hint="Name a new folder: attain demo FOLDER",
        )
    else:
        workspace = example_in(folder)
    workspace.prepare()
    workspace.connect()
    return workspace


def _import(workspace: Workspace, folder: Path, actor: str, step: Step) -> None:
    from attain.cli.importing import files_in
    from attain.web.apps.imports.services import import_file

    step("importing people, quotas and 31,465 orders")
    for path, into, mapping in files_in(workspace, folder / "imports"):
        import_file(workspace, path, actor=actor, into=into, mapping=mapping)


def _publish(workspace: Workspace, actor: str, step: Step) -> int:
    """The plans that are not published yet, after their tests; returns the number of tests of all plans."""
    from attain.cli.plans import documents_of, findings_of, results_of
    from attain.kernel.errors import Findings, Refused
    from attain.web.apps.plans.selectors import published_versions
    from attain.web.apps.plans.services import publish_plan

    documents = documents_of(workspace, None)
    tests = sum(len(document.plan.tests) for document in documents)
    known = {str(version) for version in published_versions()}
    missing = [document for document in documents if document.id not in known]
    step(f"testing and publishing {len(missing)} plans")
    if not missing:
        return tests
    if errors := [finding for finding in findings_of(workspace, documents) if finding.is_error]:
        raise Findings(errors)
    for found in results_of(workspace, documents, lambda _: None).values():
        for result in found:
            if not result.passed:
                raise Refused(str(result), code="plan.test-failed")
    for document in sorted(missing, key=lambda one: one.plan.effective.start):
        publish_plan(workspace, document, actor=actor, reason="demo")
    return tests


def _finished(span: Any) -> Run | None:
    from attain.web.apps.pay.models import Run

    found = Run.objects.filter(state=Run.State.PUBLISHED, starts_on=span.start, ends_on=span.end)
    run: Run | None = found.order_by("number").first()
    return run


def _prove(workspace: Workspace, run: Run, step: Step) -> dict[str, Any]:
    from attain.cli.pay import proof_of

    step("computing every cent again with the checker")
    proof = proof_of(workspace, run, lambda _: None)
    proof["differences"] = [str(one) for one in proof.pop("found")]
    return proof


def _close(workspace: Workspace, run: Run, actor: str, step: Step) -> None:
    from attain.web.apps.pay.selectors import periods
    from attain.web.apps.pay.services import close_period

    step("closing the months")
    closed = {period.period for period in periods() if period.state == "closed"}
    for period in workspace.calendars[workspace.calendar].parse_range(PERIOD):
        if period.id not in closed:
            close_period(workspace, period.id, run.pk, actor=actor)


def _by_year(outcome: StoredRun, workspace: Workspace, run: Run) -> list[dict[str, Any]]:
    """What each payee is paid in each civil year, over all plans."""
    from attain.cli.summary import names_of_run
    from attain.cli.tables import exact

    names = names_of_run(workspace.runs / run.pk)
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in outcome.rows("payments"):
        years = found.setdefault((row["payee"], row["currency"]), {})
        year = row["pay_period"][:4]
        years[year] = years.get(year, 0) + int(row["payable"] or 0)
    return [
        {
            "payee": payee,
            "name": names.get(payee, ""),
            "currency": code,
            "years": {year: exact(minor, code) for year, minor in sorted(years.items())},
            "payable": exact(sum(years.values()), code),
        }
        for (payee, code), years in sorted(found.items())
        if any(years.values())  # a seat that was vacant for a while earned nothing
    ]


def _show(workspace: Workspace, folder: Path, run: Run, outcome: StoredRun, proof: dict[str, Any]) -> None:
    from decimal import Decimal

    from attain.cli import summary
    from attain.cli.tables import say, table

    def money(text: str | None) -> str:
        return f"{Decimal(text):,f}" if text is not None else ""

    people = _by_year(outcome, workspace, run)
    years = sorted({year for one in people for year in one["years"]})
    rows = [
        (one["name"] or one["payee"], *(money(one["years"].get(year)) for year in years), money(one["payable"]))
        for one in people
    ]
    sums = [sum((Decimal(one["years"].get(year, "0")) for one in people), Decimal(0)) for year in years]
    columns = ("Payee", *(f">{year}" for year in years), ">all")
    total = ("All", *(f"{one:,f}" for one in sums), f"{sum(sums, Decimal(0)):,f}")
    code = people[0]["currency"] if people else ""
    table(columns, rows, heading=f"Paid to each person a year, {code}", total=total)
    summary.show(outcome, f"What each plan paid, {PERIOD}")
    if proof["confirmed"]:
        counted = f"{proof['lines']:,} lines and {proof['payments']:,} payments"
        say(f"\nThe checker computed {counted} a second time: every cent confirmed.")
    else:
        for said in [*proof["damaged"], *proof["differences"]][:20]:
            say(said)
        say("The checker does not confirm this run; nothing was closed.")
    line = _line_to_explain(outcome)
    if line is not None:
        from attain.cli.explaining import line_text

        say("\nOne line, from the order to the cent:\n")
        say(line_text(workspace, run, line, "en"))
    _say_next(folder, line)


def _line_to_explain(outcome: StoredRun) -> str | None:
    """The largest line that an order brought to a seller."""
    lines = [
        row for row in outcome.rows("lines") if row["plan"] == EXPLAINED and row["event"] and row["kind"] == "line"
    ]
    return str(max(lines, key=lambda row: (row["amount"], row["line"]))["line"]) if lines else None


def _say_next(folder: Path, line: str | None) -> None:
    from attain.cli.tables import say

    tries = [
        ("status", "how the workspace stands"),
        ("explain 277", "one person, period by period"),
        (f"explain {line} --language de", "the same line in German"),
        ("describe sales-rep", "the plan as a letter"),
        ("uncredited", "what was sold and credits nobody"),
        (
            "diff sales-rep@fy2013 sales-rep@fy2014 --over 2013-07..2013-12",
            "what a new version would change, by person",
        ),
        ("export 1 --table payments --format xlsx", "for a spreadsheet"),
        ("audit verify", "nobody changed the log"),
    ]
    say(f"\nNext, in {folder}:")
    width = max(len(words) for words, _ in tries)
    for words, why in tries:
        say(f"  attain {words.ljust(width)}   # {why}")
