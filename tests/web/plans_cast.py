"""The company of the command's tests with accounts: an editor, an approver of finance, a second editor, a rep."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attain.cli.main import main
from attain.web.workspace import Workspace
from tests.cli import company

NEXT = company.PLAN.replace('version: "2026-1"', 'version: "2026-2"')
"""The published plan under the next name: on the same days, so it cannot be published as it is."""
LATER = (
    NEXT.replace("from: 2026-01-01, through: 2026-12-31", "from: 2027-01-01")
    .replace("{rate: 8%}", "{rate: 9%}")
    .replace("expect:\n      commission: {D1: 40, D2: 26}", "expect:\n      commission: {D1: 40, D2: 28}")
    .replace("2026-01-10, amount: 800", "2027-01-10, amount: 800")
    .replace("2026-02-10, amount: 400", "2027-02-10, amount: 400")
)
"""A year later, with 9 % above the quota."""


def _command(*words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code, words


@pytest.fixture(scope="session")
def plans_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company that published its plan and calculated two months."""
    folder = tmp_path_factory.mktemp("plans") / "nordwind"
    here = ["--workspace", str(folder), "--as", "ada"]
    _command("init", str(folder), "--name", "Nordwind GmbH", "--zone", "Europe/Berlin")
    company.write(folder)
    _command("import", "--all", str(folder / "in"), *here)
    _command("publish", *here)
    _command("calculate", "2026-01..2026-02", *here)
    _make_accounts(Workspace.open(folder))
    _let_go()
    return folder


def _make_accounts(workspace: Workspace) -> None:
    workspace.connect()
    from attain.web.apps.access.models import Role
    from attain.web.apps.access.services import make_account

    roles = {
        "anja": Role.COMPENSATION_ADMIN,
        "otto": Role.COMPENSATION_ADMIN,
        "finn": Role.FINANCE,
        "bob": Role.REP,
    }
    for name, role in roles.items():
        make_account(
            workspace, f"{name}@nord.example", name=name.capitalize(), roles=(str(role),),
            password="a long password 1", person="bob" if name == "bob" else None, actor="root",
        )  # fmt: skip


def _let_go() -> None:
    from django.db import connections

    connections.close_all()


@dataclass(frozen=True)
class Cast:
    """The workspace, and a browser for each account by its first name."""

    workspace: Workspace
    browsers: dict[str, Any]

    def viewer(self, name: str) -> Any:
        from attain.web.apps.access.models import Account
        from attain.web.apps.access.viewer import viewer_of

        return viewer_of(Account.objects.get(email=f"{name}@nord.example"), self.workspace.business_date)

    def events(self) -> list[str]:
        from attain.web.apps.audit.models import Event

        return list(Event.objects.order_by("sequence").values_list("action", flat=True))


@pytest.fixture
def cast(plans_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    folder = tmp_path / "nordwind"
    shutil.copytree(plans_template, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ATTAIN_ACTOR", os.environ.get("ATTAIN_ACTOR", "ada"))
    workspace = Workspace.open(folder)
    from attain.web.serving.application import application_of

    application_of(workspace)
    from django.test import Client

    from attain.web.apps.access.models import Account

    browsers = {account.email.split("@")[0]: Client() for account in Account.objects.all()}
    for account in Account.objects.all():
        browsers[account.email.split("@")[0]].force_login(account)
    yield Cast(workspace, browsers)
    _let_go()
