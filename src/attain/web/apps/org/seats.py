"""People whose file says what a seat would say: each gets a position, and holds it.

A company without positions lists its people with title and manager. A row without `position` makes a seat with the
person's own id; one with a `position` makes or changes that position. A manager named by person is understood as the
position that this person holds on the day from which the row counts, or holds first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from attain.facts.decisions import TABLES
from attain.facts.schema import ROW
from attain.facts.values import FIRST_DAY

from .tables import Row

SEAT = ("title", "manager", "territory", "unit", "position")


def from_people(rows: Sequence[Row], assignments: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of `people`, `positions` and `assignments` that a list of people says."""
    people: dict[str, Row] = {}
    seats: list[tuple[Row, str, date]] = []
    for row in sorted(rows, key=lambda row: (row["person"], row["valid_from"] or FIRST_DAY)):
        people[row["person"]] = {**{name: row[name] for name in TABLES["people"].columns}, ROW: row.get(ROW)}
        if any(row[name] is not None for name in SEAT):
            starts_on = row["valid_from"] or row["hired_on"] or FIRST_DAY
            seats.append((row, row["position"] or row["person"], starts_on))
    held = [(row["person"], row["position"], row["valid_from"], row["valid_to"]) for row in assignments]
    held += [(row["person"], position, starts_on, row["valid_to"]) for row, position, starts_on in seats]
    holdings: dict[str, list[tuple[date, date | None, str]]] = {}
    for person, position, start, end in held:
        holdings.setdefault(person, []).append((start, end, position))
    positions = [_position(row, position, starts_on, holdings) for row, position, starts_on in seats]
    return {
        "people": list(people.values()),
        "positions": positions,
        "assignments": [
            {
                "person": row["person"],
                "position": position,
                "valid_from": starts_on,
                "valid_to": row["valid_to"] or row["left_on"],
                ROW: row.get(ROW),
            }
            for row, position, starts_on in _first_of_each_spell(seats)
        ],
    }


def _first_of_each_spell(seats: list[tuple[Row, str, date]]) -> Iterable[tuple[Row, str, date]]:
    """A new title on the same position is no new assignment: the spell goes on, with the end of its last row."""
    spell: tuple[Row, str, date] | None = None
    for row, position, starts_on in seats:
        same = spell is not None and spell[0]["person"] == row["person"] and spell[1] == position
        goes_on = same and spell is not None and spell[0]["valid_to"] in (None, starts_on)
        if spell is not None and goes_on:
            spell = ({**row, "left_on": row["left_on"] or spell[0]["left_on"]}, position, spell[2])
            continue
        if spell is not None:
            yield spell
        spell = (row, position, starts_on)
    if spell is not None:
        yield spell


def _position(
    row: Row,
    position: str,
    starts_on: date,
    holdings: dict[str, list[tuple[date, date | None, str]]],
) -> Row:
    manager = row["manager"]
    if manager in holdings:
        held = [
            place
            for start, end, place in sorted(holdings[manager], key=lambda spell: spell[0])
            if start <= starts_on and (end is None or end > starts_on)
        ]
        # Reports may have been hired before their manager: until then the manager's position has no holder.
        manager = (held or [place for _, _, place in sorted(holdings[manager], key=lambda spell: spell[0])[:1]])[-1]
    return {
        "position": position,
        "title": row["title"],
        "territory": row["territory"],
        "unit": row["unit"],
        "manager": manager,
        "valid_from": starts_on,
        # An own seat outlives its person: those who report to it still need somebody above them.
        "valid_to": row["valid_to"] if row["position"] else None,
        ROW: row.get(ROW),
    }
