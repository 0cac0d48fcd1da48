"""What a plan test expects, held against what came out.

Everything that an outcome says is seen as entries: a payee, keys by which the entry can be named (an event, a period),
and a value. An expectation walks down by keys, in whatever order it nests payees, events and periods, and ends at
numbers. A number is compared exactly, or after rounding half up to the places that the expectation prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from attain.kernel.errors import suggest
from attain.kernel.money import currency
from attain.kernel.rounding import Rounding, round_fraction
from attain.plans.model import Plan
from attain.plans.outcome import Outcome, Slice

PAYMENT = {
    "draw.paid": "draw_paid",
    "draw.recovered": "draw_recovered",
    "draw.balance": "draw_balance",
    "guarantee": "guarantee",
    "earned": "earned",
    "released": "released",
    "carried": "carried_out",
    "payable": "payable",
    "paid": "paid",
}
LISTS = ("release", "uncredited", "exceptions")
_EMPTY = (None, "null", "none", "nothing")


class Difference(NamedTuple):
    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, got {self.got}"


@dataclass(frozen=True)
class Entry:
    payee: str | None
    keys: tuple[str, ...]
    """The first one is its own; the others name it together with others, as a period does."""
    value: Any


class Expected:
    """Compares one `expect` with one outcome."""

    def __init__(self, plan: Plan, outcome: Outcome, before: str = "") -> None:
        self.plan = plan
        self.outcome = outcome
        self.places = currency(plan.currency).places
        self.before = before
        self.differences: list[Difference] = []

    def compare(self, expect: Mapping[str, Any]) -> list[Difference]:
        for name, wanted in expect.items():
            self._compare(name, wanted)
        return self.differences

    def _tell(self, what: str, wanted: Any, got: str) -> None:
        self.differences.append(Difference(self.before + what, _said(wanted), got))

    def _compare(self, name: str, wanted: Any) -> None:
        head, _, field = name.partition(".")
        if name in self.plan.components:
            self._walk(name, wanted, list(self._lines(name)), adds=True)
        elif head in self.plan.components or head in self.plan.measures or head in self.plan.values:
            self._values(name, wanted)
        elif head == "credits" and field in self.plan.credits:
            self._walk(name, wanted, list(self._credits(field)), adds=True)
        elif name in PAYMENT:
            self._walk(name, wanted, list(self._payments(PAYMENT[name])), adds=True, absent=Fraction(0))
        elif name == "release":
            self._releases(name, wanted, list(self._parts()))
        elif name in LISTS:
            self._list(name, wanted)
        else:
            known = [*self.plan.components, *self.plan.values, *self.plan.measures, *PAYMENT, *LISTS]
            near = suggest(name, [*known, *(f"credits.{name}" for name in self.plan.credits)])
            self._tell(name, wanted, "no such result" + (f"; did you mean `{near}`?" if near else ""))

    # What an outcome says, as entries.

    def _lines(self, component: str) -> Iterator[Entry]:
        for row in self._mine("lines"):
            if row["component"] == component:
                event = re.sub(r"^(cap|floor):", "", str(row["source"])).partition("~")[0]
                keys = (event, str(row["source"]), str(row["earning_period"]))
                yield Entry(row["payee"], keys, Fraction(row["amount"], 10**self.places))

    def _credits(self, credit_set: str) -> Iterator[Entry]:
        for row in self._mine("credits"):
            if row["credit_set"] == credit_set:
                yield Entry(row["payee"], (str(row["event"]),), Fraction(row["amount"]))

    def _payments(self, column: str) -> Iterator[Entry]:
        for row in self._mine("payments"):
            places = currency(row["pay_currency"] or self.plan.currency).places if column == "paid" else self.places
            value = None if row[column] is None else Fraction(row[column], 10**places)
            yield Entry(row["payee"], (str(row["pay_period"]),), value)

    def _parts(self) -> Iterator[Entry]:
        for row in self._mine("releases"):
            if row["state"] == "released" and row["amount"]:
                event = str(row["source"]).partition("~")[0]
                amount = Fraction(row["amount"], 10**self.places)
                yield Entry(row["payee"], (event, str(row["component"])), (row["due_on"], amount))

    def _mine(self, table: str) -> Iterator[Mapping[str, Any]]:
        return (row for row in self.outcome.rows(table) if row["plan"] == self.plan.plan)

    def _values(self, name: str, wanted: Any) -> None:
        found = [
            Entry(said.payee, (said.key.partition("~")[0], said.key), said.value)
            for said in self.outcome.values(self.plan.plan, name)
        ]
        self._walk(name, wanted, found)

    # Walking down.

    def _walk(
        self, what: str, wanted: Any, entries: list[Entry], *, adds: bool = False, absent: Fraction | None = None
    ) -> None:
        if not isinstance(wanted, dict):
            self._leaf(what, wanted, entries, adds=adds, absent=absent)
            return
        for key, inner in wanted.items():
            chosen = next((found for by in _WAYS if (found := [entry for entry in entries if by(entry, key)])), [])
            by_key = bool(chosen) and key in chosen[0].keys
            if isinstance(inner, dict) and chosen:
                self._walk(f"{what} {key}", inner, chosen, adds=adds, absent=absent)
            elif isinstance(inner, dict):
                for last, value in inner.items():
                    self._walk(f"{what} {key}", {last: value}, [], adds=adds, absent=absent)
            elif not chosen and inner not in _EMPTY and absent is None:
                self._tell(f"{what} {key}", inner, _nothing_for(key, entries))
            else:
                self._leaf(f"{what} {key}", inner, chosen, adds=adds and by_key, absent=absent, by_key=by_key)

    def _leaf(
        self, what: str, wanted: Any, entries: list[Entry], *, adds: bool, absent: Fraction | None, by_key: bool = False
    ) -> None:
        payees = dict.fromkeys(str(entry.payee) for entry in entries)
        keys = dict.fromkeys(entry.keys[0] for entry in entries)
        if wanted in _EMPTY:
            present = [entry.value for entry in entries if entry.value is not None]
            if present:
                self._tell(what, "nothing", ", ".join(_shown(value) for value in present))
        elif len(payees) > 1:
            self._tell(what, wanted, f"several payees ({', '.join(payees)}); nest the expectation by payee")
        elif len(keys) > 1 and not (adds and by_key):
            self._tell(what, wanted, f"several ({', '.join(keys)}); name the one that is meant")
        elif not entries and absent is None:
            self._tell(what, wanted, "nothing")
        elif isinstance(wanted, list):
            self._slices(what, wanted, entries[0].value if entries else None)
        else:
            values = [entry.value for entry in entries if entry.value is not None]
            added = adds or all(isinstance(value, Fraction) for value in values)
            total = sum(values, Fraction(0)) if added and values else values[0] if values else absent
            if not same(wanted, total):
                self._tell(what, wanted, _shown(total))

    def _slices(self, what: str, wanted: list[Any], got: Any) -> None:
        pieces = [piece for piece in got or () if isinstance(piece, Slice)]
        said = [item[-3:] if isinstance(item, list) else [item] for item in wanted]
        equal = len(said) == len(pieces) and all(
            len(item) == 3 and all(same(text, value) for text, value in zip(item, piece[1:], strict=True))
            for item, piece in zip(said, pieces, strict=True)
        )
        if not equal:
            shown = [[_shown(value) for value in piece[1:]] for piece in pieces]
            self._tell(what, wanted, _said(shown))

    # Lists.

    def _releases(self, what: str, wanted: Any, entries: list[Entry]) -> None:
        if isinstance(wanted, dict):
            for key, inner in wanted.items():
                chosen = [entry for entry in entries if key in entry.keys or entry.payee == key]
                self._releases(f"{what} {key}", inner, chosen)
            return
        by_day: dict[date, Fraction] = {}
        for entry in entries:
            due, amount = entry.value
            by_day[due] = by_day.get(due, Fraction(0)) + amount
        got = sorted(by_day.items())
        said = (
            [item for item in wanted if isinstance(item, list) and len(item) == 2] if isinstance(wanted, list) else []
        )
        equal = len(said) == len(got) and all(
            str(item[0]) == day.isoformat() and same(item[1], amount)
            for item, (day, amount) in zip(sorted(said, key=str), got, strict=True)
        )
        if not equal or not isinstance(wanted, list) or len(said) != len(wanted):
            self._tell(what, wanted, _said([[day.isoformat(), _shown(amount)] for day, amount in got]))

    def _list(self, name: str, wanted: Any) -> None:
        column = "event" if name == "uncredited" else "code"
        rows = [row for row in self.outcome.rows(name) if name == "uncredited" or row["plan"] in (None, self.plan.plan)]
        if isinstance(wanted, dict):
            for key, inner in wanted.items():
                about = [row for row in rows if key in (row["event"], row.get("payee"))]
                self._same_list(
                    f"{name} {key}", inner, [str(row.get("reason" if column == "event" else column)) for row in about]
                )
            return
        self._same_list(name, wanted, [str(row[column]) for row in rows])

    def _same_list(self, what: str, wanted: Any, got: Iterable[str]) -> None:
        said = sorted(wanted if isinstance(wanted, list) else [wanted], key=str)
        if said != sorted(got):
            self._tell(what, wanted, _said(sorted(got)))


_WAYS: tuple[Callable[[Entry, str], bool], ...] = (
    lambda entry, key: entry.keys[0] == key,
    lambda entry, key: key in entry.keys,
    lambda entry, key: entry.payee == key,
)


def same(wanted: Any, got: Any) -> bool:
    """Whether a value is the one that was written.

    >>> same("33.33", Fraction(100, 3)), same("33.34", Fraction(100, 3)), same("150%", Fraction(3, 2))
    (True, False, True)
    """
    if isinstance(got, bool):
        return wanted in (("yes", "true") if got else ("no", "false"))
    if isinstance(got, date):
        return str(wanted) == got.isoformat()
    if not isinstance(got, int | Fraction):
        return str(wanted) == str(got)
    found = re.fullmatch(r"([-+]?[0-9]+)(?:\.([0-9]+))?(%?)", str(wanted))
    if found is None:
        quotient = re.fullmatch(r"-?[0-9]+/[0-9]*[1-9][0-9]*", str(wanted))
        return quotient is not None and Fraction(str(wanted)) == got
    places = len(found[2] or "") + (2 if found[3] else 0)
    scaled = Fraction(str(wanted).removesuffix("%")) / (100 if found[3] else 1) * 10**places
    return bool(round_fraction(Fraction(got), places, Rounding.HALF_UP) == scaled)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        for places in range(13):
            scaled = value * 10**places
            if scaled.denominator == 1:
                digits = f"{abs(scaled.numerator):0{places + 1}d}"
                text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
                return f"-{text}" if value < 0 else text
        return f"{value.numerator}/{value.denominator}"
    return str(value)


def _said(wanted: Any) -> str:
    if isinstance(wanted, list):
        return f"[{', '.join(_said(item) for item in wanted)}]"
    if isinstance(wanted, dict):
        return f"{{{', '.join(f'{key}: {_said(item)}' for key, item in wanted.items())}}}"
    return "nothing" if wanted is None else str(wanted)


def _nothing_for(key: str, entries: Iterable[Entry]) -> str:
    """What there is instead, when a key matches nothing."""
    known = list(dict.fromkeys(name for entry in entries for name in (entry.keys[0], entry.payee) if name))
    if not known:
        return "nothing"
    return f"nothing under `{key}`; there is {', '.join(known[:8])}{' …' if len(known) > 8 else ''}"
