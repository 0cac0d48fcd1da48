"""`attain simulate`: a made-up company of any size, with everything that a run, a forecast or a test needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Json, examples, wrong_use

if TYPE_CHECKING:
    from datetime import date

    from attain.simulate.company import Summary


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="Make up a company of any size.",
        epilog=examples(
            "simulate acme",
            "simulate acme --payees 1000 --transactions 100000 --seed 7 --from 2025-01 --to 2026-12",
            "simulate acme --format csv --no-crm --json",
        ),
    )(simulate)


def simulate(
    folder: Annotated[Path, typer.Argument(help="A new folder; it becomes a workspace.")],
    payees: Annotated[int, typer.Option(help="Seats that are paid, 10 to 100,000.")] = 100,
    transactions: Annotated[
        int, typer.Option(help="About how many orders, invoices, payments and returns, 1,000 to 100,000,000.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed and size make the same files.")] = 1,
    from_: Annotated[str, typer.Option("--from", help="First month.")] = "2025-01",
    to: Annotated[str, typer.Option(help="Last month.")] = "2026-12",
    format_: Annotated[str, typer.Option("--format", help="Of the files to import: parquet or csv.")] = "parquet",
    crm: Annotated[
        bool, typer.Option("--crm/--no-crm", help="With opportunities, their history and activities.")
    ] = True,
    threads: Annotated[int, typer.Option(help="How many work at once; the files stay the same.")] = 1,
    as_json: Json = False,
) -> None:
    """Make up a company: people who come, move and leave, territories, customers, deals, orders and payments.

    The folder is a workspace with fact types, mappings, tested plans, and files to import: first
    imports/0000-company, then a folder for each month, with what came late or wrong in folders of its own. Below truth/
    stands what nobody in a company can see: the laws, everybody's skill, the true probability of each deal. People,
    customers and rates of exchange are invented.
    """
    from attain.cli.tables import answer, working
    from attain.kernel.files import Files
    from attain.simulate.company import simulate as made_up
    from attain.simulate.company import steps_of
    from attain.simulate.size import Size
    from attain.web.workspace import Workspace

    if format_ not in ("parquet", "csv"):
        raise wrong_use(f"{format_!r} is no format of files to import; known are parquet and csv.", "--format")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise wrong_use(f"{folder} holds something already; name a new folder.", "folder")
    first, end = month_of(from_, "--from"), after(month_of(to, "--to"))
    size = Size(payees, transactions, seed, first, end, format_, crm, threads=threads)  # type: ignore[arg-type]
    if folder.exists():
        folder.rmdir()
    with working("Simulating", steps_of(size)) as step:
        made = made_up(folder.resolve(), size, Files(), step)
    Workspace.open(folder).prepare()
    answer(as_json, document_of(folder, made), lambda: _show(folder, made))


def month_of(text: str, option: str) -> date:
    """The first day of a month written 2025-01."""
    from datetime import date

    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise wrong_use(f"{text!r} is no month; write it like 2025-01.", option) from None


def after(month: date) -> date:
    from datetime import timedelta

    return (month + timedelta(days=31)).replace(day=1)


def document_of(folder: Path, made: Summary) -> dict[str, Any]:
    size = made.size
    return {
        "folder": str(folder.resolve()),
        "seed": size.seed,
        "from": size.first,
        "to": size.end,
        "format": size.form,
        "people": made.people,
        "positions": made.positions,
        "transactions": made.transactions,
        "opportunities": made.opportunities,
        "won": made.won,
        "lost": made.lost,
        "orders_late": made.late,
        "orders_corrected": made.corrected,
        "files": made.files,
        "rows": made.rows,
    }


def _show(folder: Path, made: Summary) -> None:
    from attain.cli.tables import say, table

    size = made.size
    table(("Table", ">rows"), [(name, f"{count:,}") for name, count in made.rows.items()])
    decided = made.won + made.lost
    rate = f"{100 * made.won / decided:.0f} % of {decided:,} decided were won" if decided else "none is decided"
    say(f"{made.people:,} people on {made.positions:,} seats; {made.opportunities:,} opportunities: {rate}.")
    say(f"{made.transactions:,} transactions; {made.late:,} orders come late, {made.corrected:,} are corrected later.")
    say(f"{made.files:,} files for {size.months[0]} to {size.months[size.month_count - 1]}, seed {size.seed}.")
    say(f"Next: cd {folder}; attain check; attain test; attain import --all imports/0000-company; attain publish;")
    say(f"      attain import --all imports/{size.months[0]}; attain calculate {size.months[0]}; attain verify.")
