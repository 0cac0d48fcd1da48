"""How long pages take: each role of the demo follows its own links from the first page on, and every page is timed.

    python -m benchmarks.answers DEMO --page docs/answers.md

Times are those of the server, from the request to the last byte of the answer, in one process without a network. The
demo is a workspace made by `attain demo`; it is only looked at.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attain.web import settings
from attain.web.workspace import Workspace

LINK = re.compile(r'href="(/[^"#]*)"')
EACH_ROUTE, TIMES = 6, 5
"""So many addresses of one route, each asked so often."""
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Timed:
    who: str
    route: str
    milliseconds: float


def client_of(email: str) -> Any:
    from django.test import Client

    from attain.web.apps.access.models import Account

    client = Client(headers={"host": "localhost"})
    client.force_login(Account.objects.get(email=email), backend=BACKEND)
    return client


def addresses(client: Any) -> Iterator[tuple[str, str]]:
    """Route and address of the pages that can be reached by links, at most some of each route."""
    from django.urls import Resolver404, resolve

    waiting, known = ["/"], {"/"}
    taken: dict[str, int] = defaultdict(int)
    while waiting:
        address = waiting.pop(0)
        try:
            route = resolve(address.partition("?")[0]).view_name
        except Resolver404:
            continue
        if taken[route] >= EACH_ROUTE:
            continue
        answer = client.get(address)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        taken[route] += 1
        yield route, address
        found = dict.fromkeys(link.replace("&amp;", "&") for link in LINK.findall(answer.content.decode()))
        waiting += [link for link in found if link not in known]
        known |= set(found)


def timed(who: str, email: str) -> Iterator[Timed]:
    client = client_of(email)
    for route, address in addresses(client):
        for _ in range(TIMES):
            begun = time.perf_counter()
            client.get(address)
            yield Timed(who, route, 1000 * (time.perf_counter() - begun))


def share(values: list[float], percent: int) -> float:
    """That below which so many percent of the values lie."""
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else values[0]


def table(title: str, groups: dict[str, list[float]]) -> str:
    rows = sorted(groups.items(), key=lambda item: -share(item[1], 95))
    lines = [f"| {title} | answers | median ms | 95 % below ms | slowest ms |", "|---|---:|---:|---:|---:|"]
    for name, values in rows:
        lines.append(
            f"| {name} | {len(values)} | {statistics.median(values):.0f} | {share(values, 95):.0f} "
            f"| {max(values):.0f} |"
        )  # fmt: skip
    return "\n".join(lines)


def grouped(found: list[Timed], by: str) -> dict[str, list[float]]:
    groups: dict[str, list[float]] = defaultdict(list)
    for one in found:
        groups[getattr(one, by)].append(one.milliseconds)
    return groups


def page(found: list[Timed]) -> str:
    every = {"all pages": [one.milliseconds for one in found]}
    return "\n\n".join([
        "# How long pages take",
        f"Written by `make answers` on {datetime.now(UTC):%d %B %Y}: every page that each role of the demo reaches by "
        "links, asked for several times. Time on the server, in one process, without the network. The first answer of "
        "each is not counted: with it a derivation is calculated (about a second), later ones of the same statement "
        "are read from it.",
        table("", every), table("Role", grouped(found, "who")), table("Page", grouped(found, "route")),
    ]) + "\n"  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("demo", type=Path)
    options.add_argument("--page", type=Path)
    said = options.parse_args()
    workspace = Workspace.open(said.demo)
    workspace.connect()
    settings.serve_pages(workspace)
    from attain.web.apps.access.models import Account, Grant

    found: list[Timed] = []
    for account in Account.objects.order_by("pk"):
        roles = sorted(Grant.objects.filter(account=account).values_list("role", flat=True))
        found += timed(", ".join(roles), account.email)
    written = page(found)
    print(written)
    if said.page:
        said.page.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
