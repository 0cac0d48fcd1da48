"""`attain demo`: three years of a real sample company, imported, paid, proven and closed, in a folder to play with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Actor, Json, actor_of, examples, wrong_use

if TYPE_CHECKING:
    from attain.engine.stored import StoredRun
    from attain.kernel.intervals import Interval
    from attain.web.apps.imports.models import Batch
    from attain.web.apps.pay.models import Run
    from attain.web.workspace import Workspace

RUNS = ("2011-05..2012-05", "2012-06", "2012-07..2014-04", "2014-05..2014-06")
"""What is calculated and proven: the first year, the month that knows better, what follows, and the last months."""
OPEN = "2014-05..2014-06"
"""Left open, for people to approve, release and close. Every other run is closed before the next one."""
LATE_BEFORE = "2012-06"
"""The run before which the late file arrives: the month of its orders is closed by then."""
CRM = "simulated"
"""Below the files to import: what is made up, and says so."""
PLACE = Path("demo/adventureworks")
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
    serve: Annotated[
        bool, typer.Option("--serve", help="Then start the application, with an account of each role.")
    ] = False,
    port: Annotated[int, typer.Option(help="With --serve: the port; 0 takes a free one.")] = 8000,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Pay a sample company for three years: AdventureWorks, 31,465 orders, seven plans, 38 months.

    Imports everything, checks, tests and publishes the plans. Then it works as a company does: calculate, let the
    checker compute every cent again, close the months in their order, and on to the next; after the first year a file
    brings orders that were missing or wrong in a closed month. The last two months are left open. Of a finished demo
    only the proofs are computed anew; one that was interrupted goes on where it stood.

    Opportunities, their stages and activities are simulated, and marked so: every won one ends as a real order.

    With --serve it starts the application, and prints its address and who can sign in.
    """
    from attain.cli.demo_results import show
    from attain.cli.tables import answer, working

    if serve and as_json:
        raise wrong_use("--serve goes on until it is stopped; --json gives one document.")

    if fresh:
        _remove(folder)
    with working("Demo", 5 + 3 * len(RUNS)) as step:
        done = prepared(folder, actor_of(actor), step)
    document = done.document()
    answer(as_json, document, lambda: show(done, document, folder))
    if not done.confirmed:
        raise typer.Exit(1)
    if serve:
        from attain.cli.demo_accounts import served

        raise typer.Exit(served(done.workspace, actor_of(actor), port))


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


@dataclass
class Done:
    """What the demo did: its runs with their proofs, in order. The last one is open if the checker contradicts it."""

    workspace: Workspace
    tests: int
    late: dict[str, Any] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    proofs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def confirmed(self) -> bool:
        return all(proof["confirmed"] for proof in self.proofs)

    @cached_property
    def outcomes(self) -> list[StoredRun]:
        from attain.web.apps.pay.calculating import stored

        return [stored(self.workspace, run) for run in self.runs]

    def document(self) -> dict[str, Any]:
        from attain.cli.demo_results import booked, by_year, sales_year

        proven = zip(self.proofs, self.outcomes, strict=True)
        return {
            "folder": str(self.workspace.path),
            "tests": self.tests,
            "late": self.late,
            "runs": [proof | booked(outcome) for proof, outcome in proven],
            "confirmed": self.confirmed,
            "sales_year": sales_year(self.outcomes[-1]),
            "payees": by_year(self),
        }


def prepared(folder: Path, actor: str, step: Step) -> Done:
    from attain.cli.options import span_of

    workspace = _opened(folder, step)
    step("importing people, quotas and 31,465 orders")
    _import(workspace, folder / "imports", actor)
    step("importing a simulated CRM whose won deals are these orders")
    if (folder / "imports" / CRM).is_dir():  # a demo that an older version began has none
        _import(workspace, folder / "imports" / CRM, actor)
    done = Done(workspace, _publish(workspace, actor, step))
    for period in RUNS:
        if period == LATE_BEFORE:
            step("importing what was missing or wrong")
            (late,) = _import(workspace, folder / "imports" / "late", actor)
            done.late = {"source": late.source, "rows": late.rows, "before": period}
        _pay(done, period, span_of(workspace, period), actor, step)
        if not done.confirmed:
            break
    return done


def _pay(done: Done, period: str, span: Interval, actor: str, step: Step) -> None:
    """Calculate, prove and close what is not yet: a period follows only after those before it are closed.

    The last one is looked for among published runs only: what people did with it since then stays.
    """
    from attain.cli.pay import proved
    from attain.web.apps.pay.calculating import run_pay

    run = _finished(span)
    if run is None:
        run = run_pay(
            done.workspace,
            span,
            actor=actor,
            step=lambda doing: step(f"{period}: {doing}") if "calc" in doing else None,
        )
    step(f"{period}: computing every cent again with the checker")
    proof = proved(done.workspace, run, actor, lambda _: None)
    done.runs.append(run)
    closes = bool(proof["confirmed"]) and period != OPEN
    done.proofs.append(
        {"period": period, "closed": closes, **proof, "differences": [str(one) for one in proof.pop("found")]}
    )
    if closes:
        step(f"{period}: closing")
        _close(done.workspace, run, actor)


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


def _import(workspace: Workspace, folder: Path, actor: str) -> list[Batch]:
    from attain.cli.importing import files_in
    from attain.web.apps.imports.services import import_file

    found = files_in(workspace, folder)
    return [import_file(workspace, path, actor=actor, into=into, mapping=by).batch for path, into, by in found]


def _publish(workspace: Workspace, actor: str, step: Step) -> int:
    """The plans that are not published yet, after their tests; returns the number of tests of all plans."""
    from attain.cli.documents import documents_of
    from attain.kernel.errors import Findings, Refused
    from attain.web.apps.plans.checking import findings_of, results_of
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


def _close(workspace: Workspace, run: Run, actor: str) -> None:
    """The pay periods of the run, in every calendar in which a plan pays."""
    from attain.web.apps.pay.order import closable
    from attain.web.apps.pay.services import close_period

    for period in closable(workspace, run):
        close_period(workspace, period.id, run.pk, actor=actor, kind=period.kind, calendar=period.calendar)
