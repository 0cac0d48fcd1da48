"""Publishing a plan: its text and those of its fragments are kept, and from then on this version never changes.

A version that has no end holds until the next one of the same plan starts, which publishing that one says.
"""

from __future__ import annotations

from datetime import date

from attain.kernel.errors import NotFound, Refused, Where
from attain.kernel.hashing import canonical_json
from attain.plans.loader import Document
from attain.web.apps.audit.services import acting, moment
from attain.web.workspace import Workspace

from .models import PlanVersion
from .selectors import document_of

State = PlanVersion.State


def publish_plan(workspace: Workspace, document: Document, *, actor: str, reason: str = "") -> PlanVersion:
    """Let runs pay by this document. The same document again changes nothing."""
    version = _described(workspace, document)
    if document_of(version).hash != document.hash:
        raise Refused(
            f"{document.id} reads differently when it stands alone: a fragment is missing.",
            code="plans.incomplete",
            where=document.where("uses"),
            hint="Load the plan together with its fragments.",
        )
    with acting(workspace, actor, "publish plan") as act:
        known = PlanVersion.objects.filter(plan=version.plan, plan_version=version.plan_version).first()
        if known is not None:
            if known.content_hash == version.content_hash:
                return known
            raise Refused(
                f"{document.id} was published on {moment(known.published_at)[:16]} by {known.published_by} with another"
                " text, and people may have been paid by it.",
                code="plans.published-stays",
                where=document.where("version"),
                hint="Give the changed plan a version of its own, with the dates from which it holds.",
            )
        for other in PlanVersion.objects.filter(plan=version.plan, state=State.PUBLISHED):
            if other.effective_to is None and other.effective_from < version.effective_from:
                _end(other, version.effective_from)
                act.record(
                    "plans.ended", "plan-version", other, before={"to": None}, after={"to": str(version.effective_from)}
                )
            elif _overlap(other, version):
                raise Refused(
                    f"{document.id} and {other} would both hold on "
                    f"{max(other.effective_from, version.effective_from)}.",
                    code="plans.overlap",
                    where=document.where("effective"),
                    hint="Let the versions follow each other, or retire the other one.",
                )
        version.state, version.published_at, version.published_by = State.PUBLISHED, act.at, actor
        version.save(force_insert=True)
        act.record("plans.published", "plan-version", version, after={"hash": version.content_hash}, reason=reason)
    return version


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


def _overlap(one: PlanVersion, other: PlanVersion) -> bool:
    return (one.effective_to is None or other.effective_from < one.effective_to) and (
        other.effective_to is None or one.effective_from < other.effective_to
    )


def _end(version: PlanVersion, on: date) -> None:
    version.effective_to = on
    version.version += 1
    version.save(update_fields=["effective_to", "version"])


def retire_plan(workspace: Workspace, plan: str, plan_version: str, *, actor: str, reason: str) -> PlanVersion:
    """A version that nobody was paid by yet no longer counts. Its text stays, and its name stays taken."""
    from attain.web.apps.pay.selectors import closed_periods_paid_by

    if not reason.strip():
        raise Refused("A reason is needed to retire a plan version.", code="plans.reason", hint="Say why.")
    with acting(workspace, actor, "retire plan") as act:
        version = PlanVersion.objects.filter(plan=plan, plan_version=plan_version).first()
        if version is None:
            raise NotFound(f"There is no version {plan}@{plan_version}.", code="plans.unknown")
        if version.state != State.PUBLISHED:
            raise Refused(f"{version} is {version.state}, not published.", code="plans.state")
        if paid := closed_periods_paid_by(str(version)):
            raise Refused(
                f"{version} was used for {paid[0]}, which is closed.",
                code="plans.closed-period",
                where=Where(field="effective"),
                hint="Publish a next version that starts after it.",
            )
        version.state = State.RETIRED
        version.version += 1
        version.save(update_fields=["state", "version"])
        act.record("plans.retired", "plan-version", version, before={"state": "published"}, reason=reason)
    return version
