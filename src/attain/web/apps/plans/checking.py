"""What is wrong with plan documents, and whether their tests pass: the same for commands and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attain.checker.compare import AMOUNTS, ROW, compare
from attain.checker.recompute import recompute
from attain.engine import calculate
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import AttainError, Finding
from attain.kernel.intervals import Interval
from attain.plans import linter
from attain.plans.expected import Difference
from attain.plans.loader import Document, located
from attain.plans.outcome import Outcome
from attain.plans.plan_tests import Calculate, TestResult, chosen, run_tests_by_all
from attain.plans.scope import looked_through
from attain.plans.versions import findings_of_versions
from attain.web.workspace import Workspace


def findings_of(workspace: Workspace, documents: Sequence[Document]) -> list[Finding]:
    """Everything that is wrong with plans; those that stand together are held against each other too."""
    return looked_at(workspace, documents)[0]


def looked_at(workspace: Workspace, documents: Sequence[Document]) -> tuple[list[Finding], list[Document]]:
    """What is found, and the plans without errors, which were tried by the engine too."""
    found, sound = linted(workspace, documents)
    return [*found, *refused_by_engine(workspace, sound)], sound


def linted(workspace: Workspace, documents: Sequence[Document]) -> tuple[list[Finding], list[Document]]:
    """Names and types first; only a plan that can be read is looked at by the checker of plans. What is found, and the
    plans without errors."""
    found: list[Finding] = []
    sound: list[Document] = []
    for document in documents:
        _, wrong = looked_through(document, workspace.fact_types, calendars_of(workspace))
        said = list(wrong)
        if not errors_in(said):
            said += linter.check(document.plan, document.where)
        if not errors_in(said):
            sound.append(document)
        found += said
    return [*found, *findings_of_versions(documents)], sound


def errors_in(found: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.is_error]


def refused_by_engine(workspace: Workspace, documents: Sequence[Document]) -> list[Finding]:
    """What the engine cannot compute exactly. It says so of the plan, so it is tried without any fact."""
    nothing = Snapshot.from_rows(
        workspace.fact_types.values(), calendars=workspace.calendars, calendar=workspace.calendar
    )
    found: list[Finding] = []
    for document in documents:
        plan = document.plan
        first = workspace.calendars[plan.calendar or workspace.calendar].period(plan.period, plan.effective.start)
        try:
            with located([document]):
                calculate([plan], nothing, Interval(first.start, first.end)).close()
        except AttainError as refusal:
            found.append(Finding("error", refusal.code, refusal.message, refusal.where, refusal.hint))
    return found


def calendars_of(workspace: Workspace) -> dict[str, Any]:
    """The default calendar first: plans that name none use it."""
    return {workspace.calendar: workspace.calendars[workspace.calendar], **workspace.calendars}


def results_of(
    workspace: Workspace, documents: Sequence[Document], step: Any, only: str | None = None
) -> dict[str, list[TestResult]]:
    """By engine and by checker; under `both` the tests at whose steps they differ from each other."""
    calendars = calendars_of(workspace)
    both: dict[str, Calculate] = {"engine": calculate, "checker": recompute}
    found: dict[str, list[TestResult]] = {by: [] for by in both}
    for name in dict.fromkeys(document.plan.plan for document, _, _ in chosen(documents, only)):
        step(name)
        versions = [document for document in documents if document.plan.plan == name]
        ran = run_tests_by_all(versions, workspace.fact_types, calendars, both, _where_they_differ, only)
        for by, results in ran.items():
            found.setdefault(by, []).extend(results)
    return found


def _where_they_differ(answers: Mapping[str, Outcome]) -> Difference | None:
    """The first amount or row, in the order of tables, that engine and checker do not have alike."""
    found = compare(answers["checker"], answers["engine"])
    if not found:
        return None
    first = found[0]
    column = "" if first.column == ROW else f" {first.column}"
    unit = " in minor units" if first.table in AMOUNTS else ""
    named = " ".join(str(part) for part in first.key if part not in (None, ""))
    said = f"{first.recomputed}{unit} (checker)", f"{first.claimed}{unit} (engine)"
    return Difference(f"{first.table}{column} of {named}", *said)
