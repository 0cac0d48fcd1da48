"""Publishing a plan: its text and those of its fragments are kept, and from then on this version never changes.

A version that has no end holds until the next one of the same plan starts. That is worked out whenever versions are
read and stored nowhere, so retiring the next one gives the first its days back.
"""

from __future__ import annotations

from attain.kernel.errors import AttainError, NotFound, Refused, Where, suggest
from attain.kernel.hashing import canonical_json
from attain.plans.loader import Document
from attain.plans.versions import findings_of_versions
from attain.web.apps.audit.services import Act, acting, moment
from attain.web.workspace import Workspace

from .models import PlanVersion
from .selectors import document_of, published_versions

State = PlanVersion.State


def publish_plan(workspace: Workspace, document: Document, *, actor: str, reason: str = "") -> PlanVersion:
    """Let runs pay by this document. The same document again changes nothing."""
    version = _complete(workspace, document)
    with acting(workspace, actor, "publish plan") as act:
        known = _same_version(document, version)
        if known is not None and known.state == State.PUBLISHED:
            return known
        before = _ends(version.plan)
        _require_apart(document, version)
        chosen = known or version  # one that was retired comes back as it was
        chosen.state, chosen.published_at, chosen.published_by = State.PUBLISHED, act.at, actor
        chosen.version += known is not None
        chosen.save(force_insert=known is None, force_update=known is not None)
        _record_ends(act, chosen, before)
        act.record("plans.published", "plan-version", chosen, after={"hash": chosen.content_hash}, reason=reason)
    return chosen


def why_not_publish(workspace: Workspace, document: Document) -> AttainError | None:
    """What would keep a document from being published as the records are now."""
    try:
        version = _complete(workspace, document)
        known = _same_version(document, version)
        if known is None or known.state != State.PUBLISHED:
            _require_apart(document, version)
    except (Refused, NotFound) as refusal:
        return refusal
    return None


def _complete(workspace: Workspace, document: Document) -> PlanVersion:
    """The version as it would be kept: it has all that it uses, and fits the other versions of its plan."""
    version = _described(workspace, document)
    if document_of(version).hash != document.hash:
        raise Refused(
            f"{document.id} reads differently when it stands alone: a fragment is missing.",
            code="plans.incomplete",
            where=document.where("uses"),
            hint="Load the plan together with its fragments.",
        )
    _require_one_plan(document, version)
    return version


def _same_version(document: Document, version: PlanVersion) -> PlanVersion | None:
    """What is kept under this name, which must be this document."""
    known = PlanVersion.objects.filter(plan=version.plan, plan_version=version.plan_version).first()
    if known is not None and known.content_hash != version.content_hash:
        raise Refused(
            f"{document.id} was published on {moment(known.published_at)[:16]} by {known.published_by} with another"
            " text, and people may have been paid by it.",
            code="plans.published-stays",
            where=document.where("version"),
            hint="Give the changed plan a version of its own, with the dates from which it holds.",
        )
    return known


def _require_one_plan(document: Document, version: PlanVersion) -> None:
    """The versions of a plan fit together: their currency, period, credit sets, and the names of their components."""
    others = [document_of(other) for other in published_versions(plan=version.plan) if str(other) != str(version)]
    for finding in findings_of_versions([*others, document]):
        if finding.code != "plan.versions-overlap":
            raise Refused(finding.message, code=finding.code, where=document.where("plan"), hint=finding.hint)


def _require_apart(document: Document, version: PlanVersion) -> None:
    """No day may have two versions of one plan; and one that was ended by a later one is not ended a second time."""
    for other in published_versions(plan=version.plan):
        earlier, later = sorted((other, version), key=lambda one: one.effective_from)
        ends = earlier.effective_to
        if earlier.effective_from == later.effective_from or (ends is not None and ends > later.effective_from):
            raise Refused(
                f"{document.id} and {other} would both hold on {later.effective_from}.",
                code="plans.overlap",
                where=document.where("effective"),
                hint=f"Let the versions follow each other, or retire the other one: attain retire {other}",
            )


def _ends(plan: str) -> dict[str, str | None]:
    versions = published_versions(plan=plan)
    return {str(one): None if one.effective_to is None else str(one.effective_to) for one in versions}


def _record_ends(act: Act, changed: PlanVersion, before: dict[str, str | None]) -> None:
    """The log says of the neighbours of a version where they end now."""
    for name, end in _ends(changed.plan).items():
        if name != str(changed) and before[name] != end:
            act.record("plans.ended", "plan-version", name, before={"to": before[name]}, after={"to": end})


def _described(workspace: Workspace, document: Document) -> PlanVersion:
    plan = document.plan
    fragments = {fragment.id: fragment.text for fragment in document.borrowed.values()}
    calendar = plan.calendar or workspace.calendar
    if calendar not in workspace.calendars:
        raise NotFound(
            f"There is no calendar `{calendar}`.",
            code="plans.calendar",
            where=document.where("calendar"),
            hint=f"Known are {', '.join(workspace.calendars)}.",
        )
    return PlanVersion(
        plan=plan.plan,
        plan_version=plan.version,
        text=document.text,
        fragments=canonical_json([[name, text] for name, text in sorted(fragments.items())]).decode(),
        content_hash=document.hash,
        calendar=calendar,
        period_kind=str(plan.period),
        effective_from=plan.effective.start,
        effective_to=plan.effective.end,
    )


def retire_plan(workspace: Workspace, plan: str, plan_version: str, *, actor: str, reason: str) -> PlanVersion:
    """A version that nobody was paid by yet no longer counts; what it cut off comes back.

    Its text stays, and its name stays taken by it; publishing the same document again brings it back.
    """
    from attain.web.apps.pay.selectors import closed_periods_paid_by

    if not reason.strip():
        raise Refused("A reason is needed to retire a plan version.", code="plans.reason", hint="Say why.")
    with acting(workspace, actor, "retire plan") as act:
        version = PlanVersion.objects.filter(plan=plan, plan_version=plan_version).first()
        if version is None:
            known = [str(one) for one in PlanVersion.objects.filter(state=State.PUBLISHED)]
            near = suggest(f"{plan}@{plan_version}", known)
            raise NotFound(
                f"There is no version {plan}@{plan_version}.",
                code="plans.unknown",
                hint=f"Did you mean {near}?" if near else f"Published are {', '.join(known) or 'none'}.",
            )
        if version.state != State.PUBLISHED:
            raise Refused(
                f"{version} is {version.state}, not published.",
                code="plans.state",
                hint="See them with `attain status`.",
            )
        if paid := closed_periods_paid_by(version):
            raise Refused(
                f"{version} paid {paid[0]}, which is closed.",
                code="plans.closed-period",
                where=Where(field="effective"),
                hint="Publish a next version that starts after it, or reopen the period if it is the last closed one.",
            )
        before = _ends(plan)
        version.state = State.RETIRED
        version.version += 1
        version.save(update_fields=["state", "version"])
        act.record("plans.retired", "plan-version", version, before={"state": "published"}, reason=reason)
        _record_ends(act, version, before)
    return version
