"""Who signs in to the demo: an account of each role, with a password that was made for this folder alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attain.web.workspace import Workspace

FILE = "demo-password"
DOMAIN = "adventure-works.example"
PEOPLE = (
    ("linda", "Linda Mitchell", "276", ("rep",)),
    ("stephen", "Stephen Jiang", "274", ("manager",)),
    ("brian", "Brian Welcker", "273", ("executive", "manager")),
    ("anja", "Anja Vogt", None, ("compensation-admin",)),
    ("thomas", "Thomas Reinke", None, ("finance",)),
    ("irena", "Irena Wałęsa", None, ("auditor",)),
    ("deniz", "Deniz Şahin", None, ("administrator",)),
)
"""Name before the @, whole name, person of the sample company, roles. The last four are made up."""


def served(workspace: Workspace, actor: str, port: int) -> int:
    """Start the application; what it prints is all that a visitor needs."""
    from attain.cli.tables import say, table
    from attain.web.serving.processes import serve

    password = _password(workspace)
    _make_accounts(workspace, actor, password)

    def ready(address: str) -> None:
        rows = [(f"{short}@{DOMAIN}", name, ", ".join(roles)) for short, name, _, roles in PEOPLE]
        table(("Sign in as", "name", "roles"), rows, heading=f"Attain answers at {address}")
        say(f"The password of each: {password}")
        say("Stop with Ctrl+C.")

    return serve(workspace, "127.0.0.1", port, 4, ready)


def _password(workspace: Workspace) -> str:
    file = workspace.path / FILE
    if not file.exists():
        made = workspace.ports.randomness.token()[:16]
        workspace.ports.files.write_bytes_durably(file, made.encode("ascii"), private=True)
    return file.read_text(encoding="ascii")


def _make_accounts(workspace: Workspace, actor: str, password: str) -> None:
    from attain.web.apps.access.models import Account
    from attain.web.apps.access.services import make_account

    known = set(Account.objects.values_list("email", flat=True))
    for short, name, person, roles in PEOPLE:
        email = f"{short}@{DOMAIN}"
        if email not in known:
            make_account(
                workspace, email, actor=actor, name=name, password=password, roles=roles, person=person
            )  # fmt: skip
