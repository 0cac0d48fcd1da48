"""What is to be said of a draft: can it be read, what is wrong with it, do its tests pass. Nothing is written.

A draft is read with the fragments that its base was published with, then with those of other published plans, then with
those that lie in the workspace's folder: a version of a fragment is one text for ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from attain.kernel.errors import AttainError, Finding, Findings, PlanError
from attain.kernel.hashing import hash_of
from attain.plans.loader import Document, load_documents, load_fragment
from attain.plans.plan_tests import TestResult
from attain.web.workspace import Workspace

from .checking import errors_in, linted, refused_by_engine, results_of
from .models import Draft, PlanVersion
from .services import why_not_publish

FILE = "draft.yaml"
SHOWN = 3
"""Differences of a failed test that are told; the page shows more."""
ORDER = {"error": 0, "warning": 1, "note": 2}

KEPT = 64
_answers: dict[str, tuple[Finding, ...]] = {}
"""What the engine said of the last texts, the oldest first: a page is looked at more often than it changes."""


@dataclass(frozen=True)
class Judged:
    """A text as it was read, if it could be, and what there is to say about it."""

    text: str
    document: Document | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        return errors_in(self.findings)

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if one.level == "warning"]

    @cached_property
    def hash(self) -> str:
        """Of the text to the last comment, and of what it means together with its fragments."""
        return hash_of({"text": self.text, "meaning": self.document.hash if self.document else ""})

    @property
    def marks(self) -> dict[int, str]:
        """Line of the text -> the worst level that is found there."""
        found: dict[int, str] = {}
        for one in reversed(self.findings):
            if one.where.line is not None and one.where.file in (None, FILE) and one.level != "note":
                found[one.where.line] = one.level
        return found


def judge_draft(workspace: Workspace, draft: Draft) -> Judged:
    return judge(workspace, draft.text, draft.base)


def as_read(workspace: Workspace, draft: Draft) -> Judged:
    """A draft without a look for what is wrong with it, for who only asks whether it is still the same."""
    with suppress(AttainError):
        return Judged(draft.text, read(workspace, draft.text, draft.base), ())
    return Judged(draft.text, None, ())


def judge(workspace: Workspace, text: str, base: PlanVersion | None, *, tried: bool = True) -> Judged:
    """Everything that is wrong with a text, errors first. Without `tried` the engine is not asked: that takes a second,
    and somebody is typing."""
    try:
        document = read(workspace, text, base)
    except Findings as unreadable:
        return Judged(text, None, unreadable.findings)
    except AttainError as fault:
        return Judged(text, None, (Finding("error", fault.code, fault.message, fault.where, fault.hint),))
    found, sound = linted(workspace, [document])
    if sound and tried:
        found += _refused(workspace, document)
    if base is not None and document.plan.plan != base.plan:
        said = f"This is a draft of {base.plan}, and calls itself {document.plan.plan}."
        hint = f"Write `plan: {base.plan}`, or begin a new plan."
        found.append(Finding("error", "plans.other-name", said, document.where("plan"), hint))
    if not errors_in(found) and (refusal := why_not_publish(workspace, document)) is not None:
        found.append(Finding("error", refusal.code, refusal.message, refusal.where, refusal.hint))
    return Judged(text, document, tuple(sorted(found, key=lambda one: ORDER[one.level])))


def _refused(workspace: Workspace, document: Document) -> list[Finding]:
    """What the engine refuses, kept for as long as text, facts and process are the same."""
    facts = {name: fact.schema_hash() for name, fact in workspace.fact_types.items()}
    key = hash_of({"text": document.text, "meaning": document.hash, "facts": facts, "in": str(workspace.path)})
    if key not in _answers:
        if len(_answers) >= KEPT:
            _answers.pop(next(iter(_answers)))
        _answers[key] = tuple(refused_by_engine(workspace, [document]))
    return list(_answers[key])


def read(workspace: Workspace, text: str, base: PlanVersion | None) -> Document:
    found = load_documents([*_fragments(workspace, base), (FILE, text)])
    if len(found) != 1:
        raise PlanError(
            f"{len(found)} plans stand here; a draft is one.", code="plan.documents", hint="Write one plan: `plan: …`."
        )
    return found[0]


def failed_tests(workspace: Workspace, document: Document) -> list[Finding]:
    """A finding for each test that is not as expected."""
    return [
        Finding(
            "error",
            "plan.test-failed",
            f"The test “{name}” is not as expected.",
            results[0].where,
            "; ".join(str(one) for one in results[0].differences[:SHOWN]),
        )
        for name, results in results_by_test(workspace, document)
        if results
    ]


def results_by_test(workspace: Workspace, document: Document) -> list[tuple[str, tuple[TestResult, ...]]]:
    """Each test with the results that are not as expected, by engine, checker or both; none where it passes."""
    failed: dict[str, list[TestResult]] = {test.name: [] for test in document.plan.tests}
    every = results_of(workspace, [document], _in_silence).values()
    for result in (one for found in every for one in found if not one.passed):
        if result.differences not in [one.differences for one in failed[result.name]]:
            failed[result.name].append(result)
    return [(name, tuple(results)) for name, results in failed.items()]


def _in_silence(name: str) -> None:
    """Progress that nobody watches."""


def _fragments(workspace: Workspace, base: PlanVersion | None) -> list[tuple[str, str]]:
    """Name of the file and text, each fragment once."""
    known: dict[str, str] = {}
    others = PlanVersion.objects.order_by("-published_at")
    for version in [*([base] if base is not None else []), *others]:
        for name, text in json.loads(version.fragments):
            known.setdefault(name, text)
    for name, text in _in_folder(workspace):
        known.setdefault(name, text)
    return [(f"{name}.yaml", text) for name, text in known.items()]


def _in_folder(workspace: Workspace) -> Iterator[tuple[str, str]]:
    folder = workspace.path / "plans"
    for path in sorted(folder.rglob("*.y*ml")) if folder.is_dir() else ():
        with suppress(AttainError, OSError):  # what cannot be read is told where it is used
            text = path.read_text(encoding="utf-8", errors="replace")
            if re.search(r"^fragment\s*:", text, re.MULTILINE):
                yield load_fragment(path).id, text
