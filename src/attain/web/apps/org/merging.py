"""What a file changes in a dated table, worked out on plain rows before anything is written.

A row of the same key takes the place of the one that is there. A row without an end holds until a later row of the same
timeline starts, and is ended on that day; a row with an end that reaches into a later one is a contradiction and is
refused. Rows that the file does not mention stay as they are: leaving out is not deleting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from attain.facts.decisions import TABLES
from attain.facts.schema import ROW
from attain.kernel.errors import Finding, Where

from .tables import Key, Row, Table

LONGEST_KEY = 150
"""Characters: a key of four such texts still fits the index of either database."""


@dataclass
class Change:
    """The state of one table after a file, and how it differs from the state before."""

    table: Table
    rows: list[Row]
    new: list[Row] = field(default_factory=list)
    replaced: list[tuple[Row, Row]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unchanged: int = 0
    """Rows of the file that say what is recorded already."""

    @property
    def is_empty(self) -> bool:
        return not self.new and not self.replaced


def merge(table: Table, existing: Sequence[Row], given: Sequence[Row]) -> Change:
    before = {table.key_of(row): row for row in existing}
    after: dict[Key, Row] = {key: dict(row) for key, row in before.items()}
    change = Change(table, [])
    touched: list[Key] = []
    for row in given:
        key = table.key_of(row)
        change.findings += _impossible(table, row)
        after[key] = {**after.get(key, {}), **row}
        touched.append(key)
    for place, timeline in enumerate(table.timelines):
        change.findings += _in_sequence(table, timeline, after, touched, ends_open=place == 0)
    for key, row in after.items():
        old = before.get(key)
        if old is None:
            change.new.append(row)
        elif any(old[name] != row[name] for name in table.columns):
            change.replaced.append((old, row))
    changed = {table.key_of(row) for row in (*change.new, *(new for _, new in change.replaced))}
    change.unchanged = len(set(touched) - changed)
    change.rows = list(after.values())
    return change


def _impossible(table: Table, row: Row) -> Iterable[Finding]:
    for first, end in (("valid_from", "valid_to"), ("hired_on", "left_on")):
        if first in table.columns and None not in (row[first], row[end]) and row[end] <= row[first]:
            yield Finding(
                "error",
                "org.dates",
                _("%(row)s ends on %(end)s (excluded), before it starts on %(start)s.")
                % {"row": described(table, row), "end": row[end], "start": row[first]},
                Where(line=row.get(ROW), field=end),
                _("Correct one of the two dates."),
            )
    for name in table.keys:
        if isinstance(row[name], str) and len(row[name]) > LONGEST_KEY:
            yield Finding(
                "error",
                "org.key-too-long",
                _("`%(name)s` has %(n)s characters; at most %(most)s identify a row.")
                % {"name": name, "n": len(row[name]), "most": LONGEST_KEY},
                Where(line=row.get(ROW), field=name),
                _("Use a shorter id."),
            )


def _in_sequence(
    table: Table, names: tuple[str, ...], rows: dict[Key, Row], touched: Iterable[Key], *, ends_open: bool
) -> Iterable[Finding]:
    """Put the rows of each touched timeline one after the other, or say which two claim the same days."""
    wanted = {tuple(rows[key][name] for name in names) for key in touched}
    timelines: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows.values():
        which = tuple(row[name] for name in names)
        if which in wanted:
            timelines[which].append(row)
    for which, timeline in timelines.items():
        timeline.sort(key=lambda row: row["valid_from"])
        for earlier, later in pairwise(timeline):
            if earlier["valid_to"] is None and ends_open and earlier["valid_from"] < later["valid_from"]:
                earlier["valid_to"] = later["valid_from"]
            elif earlier["valid_to"] is None or earlier["valid_to"] > later["valid_from"]:
                yield _overlap(table, names, which, earlier, later)


def _overlap(table: Table, names: tuple[str, ...], which: Key, earlier: Row, later: Row) -> Finding:
    subject = ", ".join(f"{name} {value}" for name, value in zip(names, which, strict=True) if value is not None)
    if earlier["valid_to"]:
        said = _(
            "`%(table)s` %(subject)s: %(earlier)s holds until %(end)s (excluded), and %(later)s starts on %(start)s."
        )
    else:
        said = _("`%(table)s` %(subject)s: %(earlier)s holds without end, and %(later)s starts on %(start)s.")
    named = {"table": table.name, "subject": subject, "earlier": described(table, earlier), "end": earlier["valid_to"],
             "later": described(table, later), "start": later["valid_from"]}  # fmt: skip
    return Finding(
        "error",
        "org.overlap",
        said % named,
        Where(line=max(earlier.get(ROW) or 0, later.get(ROW) or 0) or None, field=names[0]),
        _("End the first one on or before %(day)s.") % {"day": later["valid_from"]},
    )


def described(table: Table, row: Row) -> str:
    """A row in a few words: what identifies it, without its dates."""
    names = [name for name in table.keys if TABLES[table.name].columns[name].type != "date"]
    return ", ".join(f"{name} {row[name]}" for name in names if row[name] is not None)


def values(table: Table, row: Row) -> dict[str, Any]:
    return {name: row[name] for name in table.columns}
