"""From a text to a plan that pays: begun, saved, submitted, approved by somebody else, published.

Whoever saves or decides names the version of the draft that was looked at, so nothing is overwritten unseen. An
approval holds the hash of the text and of what it means with its fragments; a later edit takes it away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from attain.kernel.errors import AttainError, Findings, NotFound, Refused
from attain.web.apps.access.policy import Right
from attain.web.apps.access.viewer import Viewer
from attain.web.apps.audit.services import Act, acting
from attain.web.kit import formats
from attain.web.workspace import Workspace

from .judging import Judged, failed_tests, judge_draft
from .models import Draft, PlanVersion
from .services import publish_plan
from .words import DRAFT_STATES

State = Draft.State
LONGEST = 200_000
EMPTY = """\
plan: new-plan
version: "1"
title: {en: New plan}
currency: EUR
period: month
effective: {from: 2026-01-01}
"""


class Moved(Refused):
    """Somebody else changed the draft since it was looked at."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            _("%(who)s has changed this draft since you opened it; nothing was overwritten.")
            % {"who": draft.edited_by},
            code="plans.draft-moved",
            hint=_("Look at the difference, then take over what you want to keep."),
        )
        self.draft = draft


def begin_draft(workspace: Workspace, viewer: Viewer, base: PlanVersion | None = None) -> Draft:
    """From a published version, under the next free name, or from a short beginning."""
    viewer.require(Right.EDIT_PLANS)
    text = EMPTY if base is None else _renamed(base)
    with acting(workspace, viewer.actor, "begin draft") as act:
        made = Draft.objects.create(
            plan="new-plan" if base is None else base.plan, text=text, base=base,
            begun_by=viewer.actor, edited_by=viewer.actor, edited_at=act.at,
        )  # fmt: skip
        act.record("plans.draft-begun", "draft", made.pk, after={"plan": made.plan, "from": base and str(base)})
    return made


def _renamed(base: PlanVersion) -> str:
    """The text of a version under the next name that is free: what is published keeps its own."""
    taken = set(PlanVersion.objects.filter(plan=base.plan).values_list("plan_version", flat=True))
    taken |= {_version_in(one.text) for one in Draft.objects.filter(plan=base.plan) if one.is_open}
    name = base.plan_version
    while name in taken:
        counted = re.search(r"(\d+)(\D*)$", name)
        name = f"{name}-2" if counted is None else f"{name[: counted.start()]}{int(counted[1]) + 1}{counted[2]}"
    return re.sub(
        r"(?m)^version\s*:[^#\n]*?(\s*(?:#.*)?)$", lambda line: f'version: "{name}"{line[1]}', base.text, count=1
    )


def _version_in(text: str) -> str:
    found = re.search(r"(?m)^version\s*:\s*[\"']?([^\"'#\s]+)", text)
    return found[1] if found else ""


def save_draft(workspace: Workspace, pk: int, viewer: Viewer, *, text: str, seen: int) -> Draft:
    """A saved edit makes it a draft again: what was submitted or approved was another text."""
    viewer.require(Right.EDIT_PLANS)
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise Refused(
            _("A plan has at most %(most)s characters.") % {"most": formats.count(LONGEST)},
            code="plans.too-long",
            hint=_("Nothing was saved."),
        )
    with _changing(workspace, pk, viewer, "save draft", seen) as (act, draft):
        if text == draft.text:
            return draft
        before = draft.state
        draft.text, draft.state, draft.edited_by, draft.edited_at = text, State.DRAFT, viewer.actor, act.at
        named = re.search(r"(?m)^plan\s*:\s*[\"']?([a-z][a-z0-9-]{0,79})", text)
        if draft.base is None and named is not None:
            draft.plan = named[1]
        _take_back(draft)
        act.record("plans.draft-saved", "draft", pk, before={"state": before}, after={"version": draft.version + 1})
    return draft


def submit_draft(workspace: Workspace, pk: int, viewer: Viewer, *, seen: int) -> Draft:
    """Only what has no errors, and whose tests pass, is put before somebody else."""
    viewer.require(Right.EDIT_PLANS)
    judged = _judged_as_seen(workspace, pk, seen)
    if judged.errors:
        raise Findings(judged.errors)
    if judged.document is not None and (failed := failed_tests(workspace, judged.document)):
        raise Findings(failed)
    with _changing(workspace, pk, viewer, "submit draft", seen) as (act, draft):
        _require_state(draft, State.DRAFT)
        draft.state, draft.submitted_by, draft.submitted_at = State.IN_REVIEW, viewer.actor, act.at
        draft.remark = ""
        act.record("plans.draft-submitted", "draft", pk, after={"hash": judged.hash})
    return draft


def why_not_approve(draft: Draft, viewer: Viewer) -> str:
    """Empty where the viewer may approve; else the reason in words."""
    if draft.state != State.IN_REVIEW:
        return _("The draft stands at: %(state)s. Only one in review is approved.") % {
            "state": DRAFT_STATES[draft.state]
        }
    if viewer.actor in (draft.edited_by, draft.submitted_by):
        return _("You edited or submitted it; somebody else approves it.")
    return ""


def approve_draft(workspace: Workspace, pk: int, viewer: Viewer, *, seen: str, remark: str = "") -> Draft:
    """`seen` is the hash of what the viewer looked at: another text, or another fragment, is not approved by it."""
    viewer.require(Right.APPROVE_PLANS)
    draft = draft_named(pk)
    judged = judge_draft(workspace, draft)
    if judged.hash != seen:
        raise Refused(
            _("This is not the text that you looked at."), code="plans.seen", hint=_("Look at it again.")
        )
    if judged.errors:
        raise Findings(judged.errors)
    with _changing(workspace, pk, viewer, "approve draft", draft.version) as (act, draft):
        if reason := why_not_approve(draft, viewer):
            raise Refused(reason, code="plans.approval", hint=_("Nothing was changed."))
        draft.state, draft.approved_by, draft.approved_at = State.APPROVED, viewer.actor, act.at
        draft.approved_hash, draft.remark = judged.hash, remark.strip()
        act.record("plans.draft-approved", "draft", pk, after={"hash": judged.hash}, reason=remark.strip())
    return draft


def send_back(workspace: Workspace, pk: int, viewer: Viewer, *, seen: int, remark: str) -> Draft:
    """Whoever could approve says instead what has to change."""
    viewer.require(Right.APPROVE_PLANS)
    if not remark.strip():
        raise Refused(
            _("A remark is needed to send a draft back."), code="plans.remark", hint=_("Say what has to change.")
        )
    with _changing(workspace, pk, viewer, "send draft back", seen) as (act, draft):
        _require_state(draft, State.IN_REVIEW, State.APPROVED)
        before = draft.state
        draft.state = State.DRAFT
        _take_back(draft)
        draft.remark = remark.strip()
        act.record("plans.draft-sent-back", "draft", pk, before={"state": before}, reason=remark.strip())
    return draft


def publish_draft(workspace: Workspace, pk: int, viewer: Viewer, *, reason: str = "") -> PlanVersion:
    """What was approved, and nothing else, becomes a version that pays."""
    viewer.require(Right.PUBLISH_PLANS)
    draft = draft_named(pk)
    _require_state(draft, State.APPROVED)
    judged = judge_draft(workspace, draft)
    if judged.document is None or judged.hash != draft.approved_hash:
        raise Refused(
            _("The text, or a fragment of it, is not what was approved."),
            code="plans.not-approved",
            hint=_("Save it as a draft again and have it approved."),
        )
    name = judged.document.id
    with _changing(workspace, pk, viewer, "publish draft", draft.version) as (act, draft):
        draft.state = State.PUBLISHED  # before it pays: whoever edits or sends it back in the meantime is too late
        act.record("plans.draft-published", "draft", pk, after={"as": name}, reason=reason)
    try:
        return publish_plan(workspace, judged.document, actor=viewer.actor, reason=reason)
    except BaseException:
        with acting(workspace, viewer.actor, "publish draft") as act:
            Draft.objects.filter(pk=pk).update(state=State.APPROVED, version=draft.version + 1)
            act.record("plans.draft-not-published", "draft", pk, before={"as": name})
        raise


def discard_draft(workspace: Workspace, pk: int, viewer: Viewer, *, seen: int, reason: str = "") -> Draft:
    """It is no longer worked on; its text stays with the log."""
    viewer.require(Right.EDIT_PLANS)
    with _changing(workspace, pk, viewer, "discard draft", seen) as (act, draft):
        before = draft.state
        draft.state = State.DISCARDED
        act.record("plans.draft-discarded", "draft", pk, before={"state": before}, reason=reason.strip())
    return draft


def draft_named(pk: int) -> Draft:
    found: Draft | None = Draft.objects.select_related("base").filter(pk=pk).first()
    if found is None:
        raise NotFound(
            _("There is no draft %(number)s.") % {"number": pk}, code="plans.no-draft",
            hint=_("Look at the list of plans."),
        )  # fmt: skip
    return found


@contextmanager
def _changing(workspace: Workspace, pk: int, viewer: Viewer, doing: str, seen: int) -> Iterator[tuple[Act, Draft]]:
    """The draft as it is inside the transaction, which must be the one that was looked at; saved once more changed."""
    with acting(workspace, viewer.actor, doing) as act:
        draft = draft_named(pk)
        if draft.version != seen:
            raise Moved(draft)
        if not draft.is_open:
            raise _ended(draft)
        events = len(act.events)
        yield act, draft
        if len(act.events) > events:
            draft.version += 1
            draft.save(force_update=True)


def _judged_as_seen(workspace: Workspace, pk: int, seen: int) -> Judged:
    draft = draft_named(pk)
    if draft.version != seen:
        raise Moved(draft)
    return judge_draft(workspace, draft)


def _require_state(draft: Draft, *states: str) -> None:
    if draft.state not in states:
        raise _ended(draft)


def _ended(draft: Draft) -> AttainError:
    return Refused(
        _("Draft %(number)s of %(plan)s stands at: %(state)s.")
        % {"number": draft.pk, "plan": draft.plan, "state": DRAFT_STATES[draft.state]},
        code="plans.draft-state",
        hint=_("Look at it again."),
    )


def _take_back(draft: Draft) -> None:
    draft.submitted_by = draft.approved_by = draft.approved_hash = ""
    draft.submitted_at = draft.approved_at = None
