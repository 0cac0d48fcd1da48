"""What the snapshot says, indexed for reading: facts by key and by relation, decisions by name and subject.

Decimals become fractions at the door. Nothing here knows a plan.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, Literal

from attain.checker.seats import ENDLESS, Row, Seats
from attain.checker.tables import plain_number
from attain.facts.snapshot import Snapshot
from attain.plans.outcome import Scalar

SEAT_TABLES = ("people", "positions", "assignments", "teams", "relationships", "leaves")


def exact(row: dict[str, Any]) -> Row:
    """The same row, its decimals made fractions."""
    for name, value in row.items():
        if type(value) is Decimal:
            row[name] = _fraction(value)
    return row


@lru_cache(maxsize=100_000)
def _fraction(value: Decimal) -> Fraction:
    """Prices, quantities and rates repeat."""
    return Fraction(*value.as_integer_ratio())


class Record:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.seats = Seats({name: self.rows(name) for name in SEAT_TABLES})
        self._facts: dict[str, dict[str, Row]] = {}
        self.asked: dict[str, set[str]] = defaultdict(set)
        """Events, by type, for which a plan that reads the type is in force."""
        self._related: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def rows(self, name: str) -> list[Row]:
        return [exact(row) for row in self.snapshot.rows(name)]

    def facts(self, name: str) -> dict[str, Row]:
        """The facts of a type by key."""
        if name not in self._facts:
            key = self.snapshot.facts[name].schema.key
            self._facts[name] = {row[key]: row for row in sorted(self.rows(name), key=lambda row: str(row[key]))}
        return self._facts[name]

    def related(self, fact: str, column: str, key: str) -> list[Row]:
        """The facts whose column names an event, in the order of their own keys."""
        if (fact, column) not in self._related:
            found: dict[str, list[Row]] = defaultdict(list)
            for row in self.facts(fact).values():
                if row[column] is not None:
                    found[row[column]].append(row)
            self._related[fact, column] = found
        return self._related[fact, column].get(key, [])

    def relation(self, fact: str, target: str) -> str | None:
        """The column of a fact type that holds a key of the target."""
        relations = self.snapshot.facts[fact].schema.relations
        return next((column for column, named in relations.items() if named == target), None)

    @cached_property
    def _parameters(self) -> dict[tuple[str, str, str | None, str | None], list[Row]]:
        found: dict[tuple[str, str, str | None, str | None], list[Row]] = defaultdict(list)
        for row in self.rows("parameters"):
            key = None if row["level"] == "plan" else row["key"]
            found[row["parameter"], row["level"], row["plan"], key].append(row)
        return found

    def parameter(self, name: str, plan: str, level: str, key: str | None, day: date) -> str | None:
        """The value decided at one level; a row for this plan goes before one for all plans."""
        for named in (plan, None):
            row = in_force(self._parameters.get((name, level, named, key), ()), day)
            if row is not None:
                return str(row["value"])
        return None

    @cached_property
    def quotas(self) -> dict[tuple[str, str], list[Row]]:
        return self._by("quotas", "quota")

    @cached_property
    def inputs(self) -> dict[tuple[str, str], list[Row]]:
        return self._by("inputs", "input")

    def _by(self, table: str, name: str) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in sorted(self.rows(table), key=lambda row: row["valid_from"]):
            found[row[name], row["subject"]].append(row)
        return found

    @cached_property
    def _rates(self) -> dict[tuple[str, str, str], list[tuple[date, Fraction]]]:
        found: dict[tuple[str, str, str], list[tuple[date, Fraction]]] = defaultdict(list)
        for row in sorted(self.rows("rates"), key=lambda row: row["on"]):
            found[row["kind"], row["base"], row["quote"]].append((row["on"], row["rate"]))
        return found

    def rate(self, kind: str, base: str, quote: str, at: date, within: int) -> Fraction | None:
        """The latest rate on or up to `within` days before a day: what one unit of base costs in quote."""
        if base == quote:
            return Fraction(1)
        known = self._rates.get((kind, base, quote), [])
        place = bisect_right(known, at, key=lambda row: row[0])
        if place == 0 or known[place - 1][0] < at - timedelta(days=within):
            return None
        return known[place - 1][1]


def in_force(rows: Any, day: date) -> Row | None:
    """The dated row that holds on a day."""
    return next((row for row in rows if row["valid_from"] <= day < (row["valid_to"] or ENDLESS)), None)


def typed(text: str, kind: Literal["money", "number", "text", "date", "yes_no", "plain"]) -> Scalar:
    """A parameter's value from the text of a decision; a plain one takes its type from its form."""
    if kind == "text":
        return text
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "yes_no":
        return text in ("yes", "true")
    if kind == "plain":
        try:
            return plain_number(text)
        except ValueError:
            return text.strip("'")
    return plain_number(text)
