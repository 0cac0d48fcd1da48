"""What most commands share: which workspace, who acts, and how the answer is shown.

This module is imported by `attain --help`, so it knows nothing but typer.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from attain.kernel.intervals import Interval
    from attain.web.workspace import Workspace

Folder = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        envvar="ATTAIN_WORKSPACE",
        help="Folder of the workspace; else this folder or one above it.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, amounts as text.")]
Actor = Annotated[
    str | None, typer.Option("--as", envvar="ATTAIN_ACTOR", help="Who acts, for the log; else the login name.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words an auditor can follow.")]
Language = Annotated[
    str | None, typer.Option("--language", help="en or de; else the language of the workspace.", show_default=False)
]
LANGUAGES = {"en": ("english", "englisch"), "de": ("german", "deutsch")}


def examples(*lines: str) -> str:
    """The last part of a help text: commands to copy, each on a line of its own."""
    return "\b\nExamples:\n" + "\n".join(f"  attain {line}" for line in lines)


def wrong_use(message: str, option: str | None = None) -> typer.BadParameter:
    """An argument that cannot be meant: exit status 2, like an unknown option."""
    return typer.BadParameter(message, param_hint=option)


def opened(folder: Path | None, *, records: bool = True) -> Workspace:
    """The workspace to work on. Without `records` its documents can be read although its database is missing."""
    from attain.web.workspace import Workspace

    if folder is not None and not folder.exists():
        raise wrong_use(f"There is no folder {folder}.")
    workspace = Workspace.open(folder)
    if records:
        workspace.connect()
    return workspace


def actor_of(name: str | None) -> str:
    import getpass

    if name:
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return os.environ.get("USERNAME", "")


def language_of(text: str | None, workspace: Workspace | None = None, option: str = "--language") -> str:
    """A language that Attain speaks, with the one that was probably meant: `de-AT` and `Deutsch` mean `de`."""
    if text is None:
        return "en" if workspace is None else workspace.locale
    if text in LANGUAGES:
        return text
    said = text.casefold()
    near = next((code for code, names in LANGUAGES.items() if said[:2] == code or said in names), None)
    meant = f" Did you mean {near}?" if near else ""
    raise wrong_use(f"{text!r} is no language of Attain; it speaks en and de.{meant}", option)


def span_of(workspace: Workspace, text: str, calendar: str | None = None) -> Interval:
    """Days of a period such as 2026-03 or of a range such as 2026-01..2026-03, in a calendar of the workspace."""
    _require_calendar(workspace, calendar)
    return workspace.span_of(text, calendar)


def calendar_of(workspace: Workspace, text: str, calendar: str | None = None) -> str:
    """The calendar of a period or a range: the one that is named, the default one, or the first that knows it."""
    _require_calendar(workspace, calendar)
    return workspace.calendar_of(text, calendar)


def _require_calendar(workspace: Workspace, calendar: str | None) -> None:
    if calendar is not None and calendar not in workspace.calendars:
        raise wrong_use(f"There is no calendar {calendar}; known are {', '.join(workspace.calendars)}.")
