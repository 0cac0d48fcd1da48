"""The reference of commands, docs/cli.md, is made of their help: `python -m tests.cli.reference` writes it anew."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from attain.cli.main import app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
ROOT = typer.main.get_command(app)
WIDTH = 100


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its words: `close`, `hold place`, …"""
    for name, command in ROOT.commands.items():
        if hasattr(command, "commands"):
            yield from ((f"{name} {inner}", below) for inner, below in command.commands.items())
        else:
            yield name, command


def help_of(name: str, command: Any) -> str:
    context = command.make_context(
        f"attain {name}", [], resilient_parsing=True, terminal_width=WIDTH, max_content_width=WIDTH
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def examples_in(text: str) -> list[list[str]]:
    """The words of every example of a help text, without `attain`."""
    lines = [line.strip() for line in text.partition("Examples:")[2].splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("attain ")]


def page() -> str:
    parts = [INTRODUCTION.strip()]
    for heading, names in CHAPTERS.items():
        parts.append(f"## {heading}")
        known = dict(commands())
        for name in names:
            parts.append(f"### attain {name}\n\n```text\n{help_of(name, known[name])}\n```")
    return "\n\n".join(parts) + "\n"


CHAPTERS = {
    "A workspace": ("demo", "simulate", "init", "status", "upgrade"),
    "Facts and decisions from files": ("import", "imports", "undo"),
    "Plans": ("check", "test", "describe", "publish", "retire", "diff"),
    "Pay": ("calculate", "verify", "explain", "uncredited", "export", "close", "reopen", "runs"),
    "Decisions about single payments": (
        "hold place",
        "hold lift",
        "hold list",
        "override",
        "adjust",
        "decisions",
        "end",
        "withdraw",
    ),
    "The application": ("serve", "account", "token"),
    "Safety": ("backup", "restore", "doctor", "audit verify", "audit list"),
}

INTRODUCTION = """
# The command line

`attain` works on a workspace: the folder named by `--workspace`, else the present one or the nearest above it. This
page is a reference, made from the help of each command. `attain demo` makes a company to try everything on.

| What | How |
|---|---|
| Results | on standard output; tables for people, with `--json` one JSON document, amounts as exact text |
| Progress | on standard error |
| Errors | on standard error: place, code, sentence, next step; with `--json` as `{"error": …}` on standard output |
| Who acts | `--as NAME`, else `ATTAIN_ACTOR`, else the login name; every change is an event of the log |
| Workspace | `--workspace PATH`, else `ATTAIN_WORKSPACE`, else searched upwards |
| Records in PostgreSQL | `ATTAIN_DATABASE_URL`, so that no password stands in a file |
| Stack trace of a fault | `ATTAIN_DEBUG=1` |

| Exit status | Meaning |
|---|---|
| 0 | done, and nothing was found |
| 1 | refused by a rule; or errors, failed tests, rows kept aside or differences were found |
| 2 | wrong use: an option, a name, a file or a period that does not exist |
| 3 | the workspace is damaged or unsafe: repair it or restore a backup before going on |
| 70 | a fault of Attain itself, please report it |
| 130 | stopped by the user; nothing half-done is visible |

An error, of wrong use too, has `code`, `message`, `where` (of `file`, `line`, `column` and `field` what is known) and
`hint`, and `status` beside it is the exit status; several found together are listed under `findings`, each with the
same keys and its `level`. A code never changes its meaning. `check`, `test`, `diff`, `verify`, `import`, `status` and
`doctor` give their usual document also when they end with 1 or 3.

A month of pay:

```sh
attain import deals-2026-03.csv --into deals --rows 412 --sum amount=1048210.00
attain calculate 2026-03
attain verify
attain explain anna --period 2026-03 --steps
attain close 2026-03
```

A case that is not real, for `calculate --what-if`; what is not said stays as it is:

```yaml
facts:
  deals:
    put: [{id: D17, amount: 90000}]       # added, or these columns changed where the key is known
    remove: [D18]
decisions:
  quotas:
    put: [{quota: new_business, subject: anna, amount: 400000, currency: EUR, per: year, valid_from: 2026-01-01}]
    remove: [{quota: new_business, subject: eve}]
plans: [plans/draft.yaml]                 # takes the place of its version, or of what holds from its first day on
```
"""

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
