"""Every route of the application, read off the resolver, and addresses for it: with what exists, and with nonsense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from attain.engine.stored import StoredRun

PREFIX = "api/v1/"
ROLES = ("rep", "stranger", "manager", "other-manager", "moved-manager", "admin", "finance", "executive", "auditor",
         "administrator", "nobody")  # fmt: skip


@dataclass(frozen=True)
class Route:
    name: str
    pattern: str
    view: Any
    arguments: tuple[str, ...]

    @cached_property
    def policy(self) -> Any:
        from attain.web.apps.access.policy import policy_of

        return policy_of(self.view, self.name)

    @property
    def is_posted(self) -> bool:
        """Whether it only takes what is sent to it: `require_POST` keeps the methods that it lets through."""
        code = getattr(self.view, "__code__", None)
        kept = dict(zip(code.co_freevars, self.view.__closure__ or (), strict=True)) if code else {}
        methods = kept.get("request_method_list")
        return methods is not None and methods.cell_contents == ["POST"]

    def address(self, **values: object) -> str:
        from django.urls import reverse

        return str(reverse(self.name, kwargs={name: values.get(name, "unknown") for name in self.arguments}))


def routes() -> list[Route]:
    """Those of pages; programs have their own."""
    return [one for one in _all_routes() if not one.pattern.startswith(PREFIX)]


def program_routes() -> list[Route]:
    """Those of programs: each says for every method what it needs."""
    return [one for one in _all_routes() if one.pattern.startswith(PREFIX)]


def _all_routes() -> list[Route]:
    from django.urls import get_resolver

    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: Any, before: str, above: tuple[str, ...]) -> Iterator[Route]:
    for one in patterns:
        pattern = before + str(one.pattern)
        arguments = (*above, *one.pattern.converters)
        if hasattr(one, "url_patterns"):
            space = f"{one.namespace}:" if one.namespace else ""
            for inner in _walk(one.url_patterns, pattern, arguments):
                yield replace(inner, name=space + inner.name)
        else:
            yield Route(one.name, pattern, one.callback, arguments)


@cache
def everything(path: Path) -> list[Mapping[str, object]]:
    """All sets of values that stand for something in the workspace."""
    from attain.web.apps.access.models import Account, Grant, Token
    from attain.web.apps.imports.models import Batch
    from attain.web.apps.jobs.models import Job
    from attain.web.apps.org.forms import OF_PERSON, OF_POSITION
    from attain.web.apps.org.group_views import GROUPS
    from attain.web.apps.org.models import Person
    from attain.web.apps.pay.models import Run
    from attain.web.apps.plans.models import PlanVersion
    from attain.web.workspace import Workspace

    pays: set[tuple[str, str]] = set()
    for run in Run.objects.filter(state="published"):
        paid = StoredRun(path / "data" / "runs" / run.pk).table("payments", ("payee", "pay_period"))
        pays |= {(row["payee"], row["pay_period"]) for row in paid.to_pylist()}
    values: list[Mapping[str, object]] = [{"payee": payee, "period": period} for payee, period in sorted(pays)]
    values += [{"run": run.pk} for run in Run.objects.all()]
    values += [{"of": "account", "pk": grant.account_id, "grant": grant.pk} for grant in Grant.objects.all()]
    values += [{"of": "account", "pk": account.pk} for account in Account.objects.all()]
    values += [{"of": "account", "pk": token.account_id, "token": token.prefix} for token in Token.objects.all()]
    values += [{"token": token.prefix} for token in Token.objects.all()]
    values += [{"of": "job", "pk": job.pk} for job in Job.objects.all()]
    values += [{"job": job.pk} for job in Job.objects.all()]
    values += [{"fact": name} for name in Workspace.open(path).fact_types]
    values += [{"batch": batch.pk} for batch in Batch.objects.all()]
    values += [{"mapping": file.stem} for file in (path / "mappings").glob("*.yaml")]
    values += [{"person": person.person} for person in Person.objects.all()]
    values += [{"of": "person", "person": "rita", "kind": kind} for kind in OF_PERSON]
    values += [{"of": "position", "position": one, "kind": kind} for one in ("rita", "east-2") for kind in OF_POSITION]
    values += [{"of": of, "kind": kind} for of in ("groups", "regroup") for kind in GROUPS]
    values += [{"plan": one.plan, "version": one.plan_version} for one in PlanVersion.objects.all()]
    return values


NONSENSE: Mapping[str, object] = {
    "payee": "nobody", "period": "2031-13", "run": "run-999999", "pk": 10**18, "grant": 10**18, "batch": "no-batch",
    "person": "nobody", "position": "no-position", "kind": "no-kind", "plan": "no-plan", "version": "0",
    "provider_id": "nobody", "organization_slug": "nobody",
    "token": "0123456789", "job": 10**18, "fact": "no-facts",
    "mapping": "no-mapping",
}  # fmt: skip


def addresses(route: Route, workspace: Any) -> list[str]:
    """Of a route, with every set of values that fits it, each once: `pk` is one of what its name begins with."""
    if not route.arguments:
        return [route.address()]
    family = route.name.partition("-")[0]
    fitting = (
        values
        for values in everything(workspace.path)
        if set(route.arguments) <= set(values) and values.get("of", family) == family
    )
    return list(dict.fromkeys(route.address(**values) for values in fitting))
