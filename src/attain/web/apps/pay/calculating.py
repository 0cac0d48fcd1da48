"""One calculation from begin to end, as every command, page and job that pays does it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.utils.translation import gettext as _

from attain.engine import calculate
from attain.engine import run as run_folder
from attain.engine.adapters.opening import open_engine
from attain.engine.groups import calculate_in_parts, parts_for
from attain.engine.incremental import Base, continues, is_worthwhile, recalculate
from attain.engine.stored import StoredRun
from attain.kernel.errors import AttainError, NotFound, Refused, SetupError
from attain.kernel.intervals import Interval
from attain.plans.loader import located
from attain.web.apps.plans.selectors import published_versions
from attain.web.workspace import Workspace

from .before import before, last_run
from .models import Run
from .profile import Profile
from .runs import RunStart, begin_run, fail_run, publish_run, refuse_run, renew_run
from .selectors import run_of

STEPS = 4
DUCKDB = "duckdb"


def run_pay(
    workspace: Workspace,
    span: Interval,
    *,
    actor: str,
    step: Callable[[str], None],
    profile: Profile | None = None,
    engine: str | None = None,
    whole: bool = False,
) -> Run:
    """Read, calculate, write, publish. Whatever goes wrong, the lease is given back and nothing is visible.

    `engine` goes before the one that the workspace uses. `whole` asks for a calculation from the ground up, also where
    the last run could be gone on with.

    What the user has to mend leaves no run behind; what the disk or a fault of ours prevented is a failed run.
    """
    took = profile or Profile()
    step("reading")
    with took.part("reading facts, decisions and plans"):
        start = begin_run(workspace, span, actor=actor)
    try:
        if not start.plans:
            raise nothing_pays(span)
        several = len({document.plan.plan for document in start.plans})  # of a plan there may be several versions
        step(f"calculating {several} plan{'s' * (several != 1)}")
        used = engine or workspace.engine.get("use", DUCKDB)
        if whole or used != DUCKDB or not _continued(workspace, start, step, took):
            _calculate(workspace, start, used, lambda: renew_run(workspace, start, actor=actor), step, took)
        renew_run(workspace, start, actor=actor)
        step("publishing")
        with took.part("publishing"):
            return publish_run(workspace, start, actor=actor)
    except BaseException as fault:
        with suppress(AttainError):  # what happened first says more, and the lease of an ended process binds nobody
            if isinstance(fault, AttainError) and not isinstance(fault, SetupError):
                refuse_run(workspace, start, actor=actor, reason=fault.message)
            else:
                said = fault.message if isinstance(fault, AttainError) else type(fault).__name__
                fail_run(workspace, start, actor=actor, failure=said)
        raise


def _continued(workspace: Workspace, start: RunStart, step: Callable[[str], None], took: Profile) -> bool:
    """Whether the run's folder was filled from that of the last run and what has changed since."""
    plans, run = [document.plan for document in start.plans], last_run(start)
    if run is None or not is_worthwhile(plans, start.snapshot):
        return False
    stored_run = StoredRun(workspace.runs / run.pk)
    if not continues(stored_run, start.span):
        return False
    with took.part("looking for what has changed"):
        last = before(workspace, start, run)
    if last is None:
        return False
    step(f"calculating what has changed since {run}")
    base = Base(stored_run, [document.plan for document in last.plans], last.snapshot, last.keys)
    hashes = {document.id: document.hash for document in start.plans}
    with took.part("handing facts over, writing and hashing"), located(start.plans):
        found = recalculate(base, plans, start.snapshot, start.span, hashes, start.folder, workspace.ports.files)
        took.add(found[1] if found is not None else [])
    return found is not None


def _calculate(
    workspace: Workspace,
    start: RunStart,
    used: str,
    renew: Callable[[], None],
    step: Callable[[str], None],
    took: Profile,
) -> None:
    """Fills the run's folder; large work part by part, with the lease renewed before each."""
    plans, files = [document.plan for document in start.plans], workspace.ports.files
    hashes = {document.id: document.hash for document in start.plans}
    parts = parts_for(plans, start.snapshot) if used == DUCKDB else None
    if parts is not None:
        with took.part("handing facts over, writing and hashing"), located(start.plans):
            written = calculate_in_parts(
                plans, start.snapshot, start.span, parts, hashes, start.folder, files, before=renew
            )
            took.add(written[1])
        step("writing")
        return
    with took.part("handing facts over, making queries"), located(start.plans):
        database = open_engine(used, workspace.engine.get(used))
        calculation = calculate(plans, start.snapshot, start.span, database=database)
        took.add(calculation.database.queries)
    try:
        renew()
        step("writing")
        with took.part("writing and hashing results"):
            run_folder.write(calculation, start.snapshot, hashes, start.folder, files)
    finally:
        calculation.close()


def nothing_pays(span: Interval) -> AttainError:
    """No plan is in force at any day before the end of the span."""
    first = min(published_versions(), key=lambda one: one.effective_from, default=None)
    if first is None:
        return Refused(
            _("No plan is published that could pay."), code="run.no-plans", hint=_("Publish one: attain publish")
        )
    said = {"end": span.end, "plan": str(first), "start": first.effective_from}
    return Refused(
        _("No published plan is in force before %(end)s: %(plan)s, the first one, starts on %(start)s.") % said,
        code="run.no-plans",
        hint=_("Calculate a later period, or publish a version that holds in this one."),
    )


def run_named(name: str | None) -> Run:
    """A published run by its id, by its number, or the last one."""
    if name is not None:
        return run_of(f"run-{int(name):06d}" if name.isdecimal() else name)
    last: Run | None = Run.objects.filter(state=Run.State.PUBLISHED).order_by("-number").first()
    if last is None:
        raise NotFound("There is no run yet.", code="run.unknown", hint="Calculate a period: attain calculate 2026-03")
    return last


def stored(workspace: Workspace, run: Run) -> StoredRun:
    if run.state != run.State.PUBLISHED:
        raise Refused(f"{run} is {run.state}: {run.failure or 'it has no result'}.", code="run.state")
    return StoredRun(workspace.runs / run.pk)
