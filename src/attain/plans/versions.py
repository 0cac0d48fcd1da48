"""The versions of one plan as one plan: in order, none of two on one day, components under their present names.

Everybody who calculates, checks or publishes several versions reads them through `in_order`, so that what is refused
is refused everywhere, and with the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from attain.kernel.errors import Finding, PlanError, Where
from attain.plans.expressions import Expr, Name
from attain.plans.fields import PlanPart
from attain.plans.loader import Document
from attain.plans.model import Plan


def in_order(versions: Iterable[Plan]) -> list[Plan]:
    """The versions by their first day. One without an end ends where the next one begins; a component that was
    renamed later stands under its present name."""
    ordered = sorted(versions, key=lambda version: version.effective.start)
    for earlier, later in pairwise(ordered):
        _same_terms(earlier, later)
    ended = [_until(version, following) for version, following in pairwise([*ordered, None]) if version is not None]
    names = present_names(ended)
    return [_renamed(version, names) for version in ended] if names else ended


def findings_of_versions(documents: Iterable[Document]) -> list[Finding]:
    """What is wrong between the versions of each plan, one finding a plan."""
    by_plan: dict[str, list[Document]] = {}
    for document in documents:
        by_plan.setdefault(document.plan.plan, []).append(document)
    found: list[Finding] = []
    for versions in by_plan.values():
        try:
            in_order(document.plan for document in versions)
        except PlanError as refused:
            last = max(versions, key=lambda document: document.plan.effective.start)
            found.append(Finding("error", refused.code, refused.message, last.where("effective"), refused.hint))
    return found


def present_names(plans: Iterable[Plan]) -> dict[str, str]:
    """Former name of a component -> the name that it has now, over every `was` of the versions."""
    versions = sorted(plans, key=lambda version: version.effective.start)
    names: dict[str, str] = {}
    for place, version in enumerate(versions):
        for name, component in version.components.items():
            was = component.was
            if was is None or was == name:
                continue
            if was in version.components or any(was in later.components for later in versions[place:]):
                raise _refusal(
                    "plan.renamed",
                    f"`{name}` was `{was}`, yet there still is a component `{was}`.",
                    version,
                    "A component that has been renamed gives up its name: call the other one differently.",
                )
            if any(_means(earlier, name) for earlier in versions[:place] if was in earlier.components):
                raise _refusal(
                    "plan.renamed",
                    f"`{name}` was `{was}`, yet an earlier version calls something else `{name}`.",
                    version,
                    "Choose a name that is new.",
                )
            names[was] = name
    for former in names:
        seen = {former}
        while names[former] in names and names[former] not in seen:
            seen.add(names[former])
            names[former] = names[names[former]]
    return names


def _means(version: Plan, name: str) -> bool:
    sections: tuple[Mapping[str, Any], ...] = (
        version.components, version.values, version.measures, version.parameters, version.inputs, version.tables,
    )  # fmt: skip
    return any(name in section for section in sections)


# -- what versions have in common --------------------------------------------------------------------------------------


def _same_terms(earlier: Plan, later: Plan) -> None:
    start, end = later.effective.start, earlier.effective.end
    if earlier.effective.start == start or (end is not None and end > start):
        raise _refusal(
            "plan.versions-overlap",
            f"Versions {earlier.version} and {later.version} of {later.plan} would both hold on {start}.",
            later,
            f"Let version {earlier.version} end with {start - timedelta(days=1)} or without `through`."
            if earlier.effective.start < start
            else "Let one of them begin on another day, or keep one of them only.",
        )
    for what in ("currency", "period", "calendar"):
        if getattr(earlier, what) != getattr(later, what):
            raise _refusal(
                "plan.versions-differ",
                f"Versions {earlier.version} and {later.version} of {later.plan} differ in {what}.",
                later,
                "Start a plan under another name instead of a new version.",
            )
    for name, said in later.credits.items():
        before = earlier.credits.get(name)
        if before is None:
            continue
        if before.from_ != said.from_ or [*before.named_amounts] != [*said.named_amounts]:
            raise _refusal(
                "plan.versions-differ",
                f"Credit set `{name}` reads other facts or amounts in version {earlier.version} of {later.plan}.",
                later,
                "Give the changed credit set another name.",
            )


def _until(version: Plan, following: Plan | None) -> Plan:
    if version.effective.end is not None or following is None:
        return version
    return version.model_copy(update={"effective": _through(version, following.effective.start - timedelta(days=1))})


def _through(version: Plan, day: date) -> PlanPart:
    return version.effective.model_copy(update={"through": day})


def _refusal(code: str, message: str, version: Plan, hint: str) -> PlanError:
    return PlanError(message, code=code, where=Where(field=f"plan {version.plan}"), hint=hint)


# -- names -------------------------------------------------------------------------------------------------------------


def _renamed(version: Plan, names: Mapping[str, str]) -> Plan:
    """The version with its components under their present names; `was` says what the document calls them."""
    own = {name: names[name] for name in version.components if name in names}
    if not own:
        return version
    components = {}
    for name, component in version.components.items():
        now = own.get(name, name)
        components[now] = component if now == name else component.model_copy(update={"was": name})
    changed = version.model_copy(update={"components": components})
    return _with_names(changed, own)  # type: ignore[no-any-return]


def _with_names(said: Any, names: Mapping[str, str]) -> Any:
    """The same part of a document with other names in its formulas."""
    if isinstance(said, Name):
        return replace(said, parts=(names[said.parts[0]], *said.parts[1:])) if said.parts[0] in names else said
    if isinstance(said, Expr) or (is_dataclass(said) and not isinstance(said, type)):
        changed = {one.name: _with_names(getattr(said, one.name), names) for one in fields(said) if one.init}
        return replace(said, **{name: value for name, value in changed.items() if value is not getattr(said, name)})
    if isinstance(said, PlanPart):
        parts = dict(_changed_fields(said, names))
        return said.model_copy(update=parts) if parts else said
    if isinstance(said, dict):
        return {key: _with_names(value, names) for key, value in said.items()}
    return tuple(_with_names(value, names) for value in said) if isinstance(said, tuple) else said


def _changed_fields(said: PlanPart, names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name in type(said).model_fields:
        before = getattr(said, name)
        after = _with_names(before, names)
        if after != before:
            yield name, after
