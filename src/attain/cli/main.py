"""The `attain` command: where its parts are put together, and where every error ends.

`attain --help` imports typer and the modules of this room, which import nothing heavy before a command runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from attain.cli import (
    comparing,
    decided,
    deciding,
    demo,
    explaining,
    exporting,
    imported,
    importing,
    keeping,
    pay,
    plans,
    serving,
    simulating,
    workspace,
)

app = typer.Typer(
    name="attain",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    help="""Plans, exact variable pay with a reason for every cent, and insight.

    \b
    A first look, with a sample company:
      attain demo

    \b
    A company of your own:
      attain init acme --name "Acme GmbH" --currency EUR
      cd acme                                   # describe facts/ and plans/ here
      attain check && attain test               # are the plans sound?
      attain import deals.csv --into deals      # bad rows are kept aside
      attain publish                            # let runs pay by the plans
      attain calculate 2026-01                  # a run: exact, complete, repeatable
      attain verify                             # every cent computed a second time
      attain explain anna                       # why is it this much?
      attain close 2026-01

    \b
    Exit status: 0 done; 1 refused, or errors or differences found; 2 wrong use;
    3 damaged or unsafe workspace; 70 a fault of ours. Results go to standard
    output, progress to standard error; --json gives one document for scripts.
    """,
)


def _version(wanted: bool) -> None:
    if wanted:
        import attain

        print(f"attain {attain.__version__}")
        raise typer.Exit


@app.callback()
def _attain(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version and end."),
) -> None: ...


ROOMS = (
    *(workspace, importing, imported, plans),
    *(pay, explaining, comparing, exporting),
    *(deciding, decided, keeping, serving, demo, simulating),
)
for room in ROOMS:
    room.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its status; an error is said in the form of the house."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = app(args=words, prog_name="attain", standalone_mode=False)
    except Exception as fault:
        from attain.cli.errors import report

        raise SystemExit(report(fault, as_json="--json" in words)) from fault
    raise SystemExit(status or 0)
