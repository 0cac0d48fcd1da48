"""The application: starting it, and making the accounts that sign in to it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from attain.cli.options import Actor, Folder, Json, actor_of, examples, opened, wrong_use


def add_to(app: typer.Typer) -> None:
    app.command(short_help="Start the application: pages and worker.", epilog=examples("serve", "serve --port 8080"))(
        serve
    )
    app.command(
        short_help="Make an account that can sign in.",
        epilog=examples(
            "account anja@acme.example --name 'Anja Vogt' --role compensation-admin",
            "account elif@acme.example --name 'Elif Şahin' --role rep --person E-17",
        ),
    )(account)
    app.command(
        short_help="Make a token with which a program signs in.",
        epilog=examples(
            "token loader@acme.example 'nightly import' --may import --may see-imports",
            "token anja@acme.example reports --days 365",
        ),
    )(token)


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on. A proxy with TLS belongs before any other.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 8000,
    threads: Annotated[int, typer.Option(min=1, help="How many pages are made at the same time.")] = 4,
    folder: Folder = None,
) -> None:
    """Start the application of a workspace: pages for browsers, and the worker that calculates and imports.

    It runs until it is stopped with Ctrl+C.
    """
    workspace = opened(folder)
    from attain.web.apps.access.models import Account
    from attain.web.serving.processes import serve as run

    if not Account.objects.exists():
        print("Nobody can sign in yet: attain account EMAIL --name NAME --role compensation-admin", file=sys.stderr)
    raise typer.Exit(run(workspace, host, port, threads, lambda address: print(f"Attain answers at {address}")))


def account(
    email: Annotated[str, typer.Argument(help="What the account signs in with.")],
    name: Annotated[str, typer.Option(help="The name of its owner.")],
    role: Annotated[list[str] | None, typer.Option(help="A role, from today on; may be given several times.")] = None,
    person: Annotated[str | None, typer.Option(help="Who that is among the people of the workspace.")] = None,
    password_from: Annotated[
        str | None, typer.Option(help="A file with the password, or - for standard input; else it is asked for.")
    ] = None,
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Make an account. Further roles are granted, and ended, by an administrator on the page Accounts."""
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.access.services import make_account

    made = make_account(
        workspace, email, actor=actor_of(actor), name=name, password=_password(password_from), roles=tuple(role or ()),
        person=person,
    )  # fmt: skip
    document = {"account": made.email, "name": made.name, "person": made.person, "roles": list(role or ())}
    answer(as_json, document, lambda: say(f"{made.email} can sign in."))


def token(
    email: Annotated[str, typer.Argument(help="The account in whose name the program comes.")],
    name: Annotated[str, typer.Argument(help="What it is for.")],
    may: Annotated[
        list[str] | None,
        typer.Option(help="A right of the account, such as see-runs; several times. Without it: all that only read."),
    ] = None,
    days: Annotated[int, typer.Option(help="How long it works.")] = 90,
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Make a token for an account, and show it once: only a hash of it is kept.

    It never opens more than its account may on the day. It is revoked on the page of the account.
    """
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.access.tokens import make_token_of

    made, text = make_token_of(workspace, email, name=name, may=may, days=days, actor=actor_of(actor))
    document = {"token": text, "account": made.account.email, "name": made.name, "rights": made.rights,
                "expires_at": made.expires_at.isoformat()}  # fmt: skip
    answer(as_json, document, lambda: say(text))


def _password(source: str | None) -> str:
    if source == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if source is not None:
        from pathlib import Path

        try:
            return Path(source).read_text(encoding="utf-8").splitlines()[0]
        except (OSError, UnicodeDecodeError, IndexError) as error:
            raise wrong_use(f"{source} holds no password: {error}.", "--password-from") from error
    if not sys.stdin.isatty():
        raise wrong_use("Nobody can be asked for the password here.", "--password-from")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
