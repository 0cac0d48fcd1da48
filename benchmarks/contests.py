"""Who runs against whom. The first of a contest is what the others are measured by.

A new contestant is a module that calls `benchmarks.contest.compete`, and an entry here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contestant:
    name: str
    title: str
    module: str
    options: tuple[str, ...] = ()
    is_exact: bool = True
    """Its cents must be those of the first. Who counts in floats is told how many rows differ instead."""
    up_to: int | None = None
    """The largest number of deals that it is asked to pay, unless everyone is asked."""


@dataclass(frozen=True)
class Contest:
    title: str
    about: str
    contestants: tuple[Contestant, ...]
    before: Contestant | None = None
    """Whose result lies there when the contest begins. Nobody measures it."""
    up_to: int | None = None
    """The largest number of deals at which it is held, unless everyone is asked."""


CONTESTS = (
    Contest(
        "Pay",
        "From deals, people and quotas as Parquet files to lines and payments as Parquet files.",
        (
            Contestant("floor", "SQL by hand", "floor"),
            Contestant("floor_in_groups", "SQL by hand, 8 groups of payees", "floor", ("--groups", "8")),
            Contestant("floor_proof", "SQL by hand, with the tables of a proof", "floor_proof"),
            Contestant("engine", "`attain`, from the plan document", "engine"),
            Contestant("checker", "the checker", "checker", up_to=100_000),
            Contestant("floats", "pandas, floats", "floats", is_exact=False, up_to=1_000_000),
        ),
    ),
    Contest(
        "One late deal",
        "One more deal, split between two, after the year was paid: six of 10,000 payees earn something else.",
        (
            Contestant("late_whole", "`attain`, everybody again", "late"),
            Contestant("late", "`attain`, on top of the last run", "late", ("--continues",)),
            Contestant("late_at_hand", "the same, the facts at hand", "late", ("--continues", "--at-hand")),
        ),
        Contestant("before", "`attain`", "engine"),
        up_to=1_000_000,
    ),
    Contest(
        "Import",
        "From a CSV file of deals to a Parquet file in exact types.",
        (
            Contestant("csv_bare", "bare read and write", "csv_bare"),
            Contestant("csv_import", "`attain`: limited, judged, published", "csv_import"),
        ),
        up_to=1_000_000,
    ),
)
