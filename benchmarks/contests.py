"""Who runs against whom. The first of a contest is what the others are measured by.

A new contestant is a module that calls `benchmarks.contest.compete`, and an entry here. A run over what changed alone,
once the engine can do it, is a contest of its own beside the whole run.
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


CONTESTS = (
    Contest(
        "Pay",
        "From deals, people and quotas as Parquet files to lines and payments as Parquet files.",
        (
            Contestant("floor", "SQL by hand", "floor"),
            Contestant("floor_in_groups", "SQL by hand, 8 groups of payees", "floor", ("--groups", "8")),
            Contestant("engine", "`attain`, from the plan document", "engine"),
            Contestant("checker", "the checker", "checker", up_to=100_000),
            Contestant("floats", "pandas, floats", "floats", is_exact=False),
        ),
    ),
    Contest(
        "Import",
        "From a CSV file of deals to a Parquet file in exact types.",
        (
            Contestant("csv_bare", "bare read and write", "csv_bare"),
            Contestant("csv_import", "`attain`: limited, judged, published", "csv_import"),
        ),
    ),
)
