"""What must hold across the tables of decisions: ids that exist, one seat a person, and a hierarchy without circles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from attain.facts.schema import ROW
from attain.kernel.errors import DatingError, Finding, Where, suggest
from attain.kernel.hierarchy import Edge, closure

from .tables import Row

COMPANY = "company"
"""The subject of a quota or value that everybody shares."""
LISTED = 20


@dataclass(frozen=True)
class Known:
    """The ids that a row may refer to."""

    people: frozenset[str]
    positions: frozenset[str]
    teams: frozenset[str]

    @property
    def payees(self) -> frozenset[str]:
        return self.people | self.positions


# table -> (column, what it names)
REFERENCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "positions": (("manager", "position"),),
    "assignments": (("person", "person"), ("position", "position")),
    "relationships": (("payee", "payee"),),
    "teams": (("member", "payee"),),
    "leaves": (("person", "person"),),
    "quotas": (("subject", "subject"),),
    "inputs": (("subject", "subject"),),
}


def unknown_references(name: str, rows: Iterable[Row], known: Known) -> Iterator[Finding]:
    """Every id that nobody has, once, with the number of rows that use it."""
    choices = {
        "person": known.people,
        "position": known.positions,
        "payee": known.payees,
        "subject": known.payees | known.teams | {COMPANY},
    }
    rows = list(rows)
    for column, kind in REFERENCES.get(name, ()):
        uses: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row[column] is not None and row[column] not in choices[kind]:
                uses[row[column]].append(row)
        yield from _listed(name, column, kind, uses, choices[kind])


def _listed(
    name: str, column: str, kind: str, uses: Mapping[str, list[Row]], known: Iterable[str]
) -> Iterator[Finding]:
    meant = {"payee": "person or position", "subject": "person, position or team"}.get(kind, kind)
    for unknown, used in sorted(uses.items())[:LISTED]:
        rows = f" ({len(used)} rows)" if len(used) > 1 else ""
        near = suggest(unknown, known)
        do = f"Import {'people or positions' if kind != 'position' else 'positions'} first, or correct the id."
        yield Finding(
            "error",
            "org.unknown-id",
            f"`{name}` names {unknown}{rows}, but there is no such {meant}.",
            Where(line=next((row[ROW] for row in used if row.get(ROW)), None), field=column),
            f"Did you mean {near}? {do}" if near else do,
        )
    if len(uses) > LISTED:
        yield Finding(
            "error", "org.unknown-id", f"`{name}` names {len(uses) - LISTED} more unknown ids.", Where(field=column)
        )


def shared_ids(known: Known, assignments: Iterable[Row]) -> Iterator[Finding]:
    """An id means a person or a position; both only for the seat that was made for that person."""
    both = known.people & known.positions
    if not both:
        return
    for row in assignments:
        if row["position"] in both and row["person"] != row["position"]:
            yield Finding(
                "error",
                "org.id-twice",
                f"{row['position']} is a position that {row['person']} holds, and also the id of another person.",
                Where(line=row.get(ROW), field="position"),
                "Give the position an id of its own.",
            )


def circles(positions: Sequence[Row]) -> Iterator[Finding]:
    """The hierarchy must end at the top on every day."""
    edges = [
        Edge(row["position"], row["manager"], row["valid_from"], row["valid_to"])
        for row in positions
        if row["manager"] is not None
    ]
    for row in positions:
        if row["position"] == row["manager"]:
            yield Finding(
                "error",
                "hierarchy.cycle",
                f"{row['position']} reports to itself from {row['valid_from']}.",
                Where(line=row.get(ROW), field="manager"),
                "Leave the manager of the top position empty.",
            )
            return
    try:
        closure(edges)
    except DatingError as error:
        within = set(error.message.replace(".", " ").split())  # the ids that the circle runs through
        new = (row[ROW] for row in positions if row.get(ROW) and row["manager"] is not None)
        named = (row[ROW] for row in positions if row.get(ROW) and row["position"] in within and row["manager"])
        line = next(named, next(new, None))
        yield Finding("error", error.code, error.message, Where(line=line, field="manager"), error.hint)
