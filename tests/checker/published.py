"""Runs the tests that a plan document carries with the checker alone, so that published figures judge it directly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from attain.checker import Recomputation, recompute
from attain.facts.schema import FactType
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import PeriodError
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN, Period
from attain.plans.expressions import Truth
from attain.plans.model import Plan, PlanTest, Step

SETTLED = ("earned", "released", "guarantee", "payable", "paid", "draw.paid", "draw.recovered", "draw.balance")
MEASURES = ("quota", "per", "subject")


class Found(NamedTuple):
    payee: str | None
    key: str
    value: Any


def number(text: str) -> Fraction:
    return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)


def agrees(expected: str, found: Any) -> bool:
    """Exactly, or after half-up rounding where the expectation prints fewer places."""
    if not isinstance(found, Fraction):
        return str(found) == expected
    printed = re.fullmatch(r"-?\d+(?:\.(\d+))?(%?)", expected)
    if printed is None:
        return False
    if found == number(expected):
        return True
    scale = Fraction(10) ** (len(printed[1] or "") + (2 if printed[2] else 0))
    half = Fraction(1, 2) if found >= 0 else Fraction(-1, 2)
    return len(printed[1] or "") > 0 and Fraction(int(found * scale + half)) / scale == number(expected)


def period_named(text: str) -> Period | None:
    try:
        return GREGORIAN.parse(text)
    except PeriodError:
        return None


@dataclass
class Story:
    """The state of one test: what was given so far and what is closed."""

    plan: Plan
    types: Mapping[str, FactType]
    facts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    decisions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    payees: dict[str, dict[str, Any]] | None = None
    through: Period | None = None
    days: list[date] = field(default_factory=list)
    closed: Period | None = None
    expecting: list[Any] = field(default_factory=list)

    def give(self, given: Mapping[str, Any]) -> None:
        for name, what in given.items():
            if name == "through":
                self.through = GREGORIAN.parse(what)
            elif name == "payees":
                self.payees = what
            elif name in self.types:
                self._give_facts(name, what)
            elif name in self.plan.inputs:
                self._give_input(name, what)
            elif name in self.plan.parameters:
                row = {"parameter": name, "level": "plan", "value": what, "valid_from": "2000-01-01"}
                self.decisions.setdefault("parameters", []).append(row)
            elif name in ("parameters", "rates", "quotas", "teams", "inputs", "relationships", "holds", "overrides"):
                self.decisions.setdefault(name, []).extend(what)
            else:
                self._give_quota(name, what)

    def _give_facts(self, name: str, rows: list[dict[str, Any]]) -> None:
        schema = self.types[name]
        for row in rows:
            whole = dict(row)
            for column in schema.columns.values():
                if column.type == "payee" and column.name not in whole:
                    whole[column.name] = "payee"
                if column.type in ("rate", "number", "money") and str(whole.get(column.name, "")).endswith("%"):
                    whole[column.name] = str(float(number(whole[column.name])))
            self.facts.setdefault(name, {})[whole[schema.key]] = whole
            self.days.append(date.fromisoformat(whole[schema.date]))

    def _give_input(self, name: str, what: Any) -> None:
        per = self.plan.inputs[name].per
        rows: list[tuple[str, str | None, str]] = []
        for key, value in what.items() if isinstance(what, dict) else [(None, what)]:
            if isinstance(value, dict):
                rows += [(key, period, each) for period, each in value.items()]
            else:
                rows.append(("company" if per.subject == "company" else "payee", key, value))
        for subject, period_id, value in rows:
            start, end = date(2000, 1, 1), None
            if period_id is not None:
                period = GREGORIAN.parse(period_id)
                start, end = period.start, period.end
                self.days.append(period.last)
            shown = f"{float(number(value)):.6f}"
            self.decisions.setdefault("inputs", []).append(
                {"input": name, "subject": subject, "value": shown, "valid_from": start, "valid_to": end}
            )

    def _give_quota(self, name: str, what: Any) -> None:
        measure = next(each for each in self.plan.measures.values() if each.quota == name)
        per = measure.over.kind if measure.over is not None else self.plan.period
        for subject, amount in what.items() if isinstance(what, dict) else [("*", what)]:
            self.decisions.setdefault("quotas", []).append(
                {"quota": name, "subject": subject, "amount": amount, "per": per, "valid_from": "2000-01-01"}
            )

    # The company

    def people(self) -> dict[str, dict[str, Any]]:
        if self.payees is not None:
            return self.payees
        named = {
            row[column.name]
            for name, rows in self.facts.items()
            for row in rows.values()
            for column in self.types[name].columns.values()
            if column.type == "payee"
        }
        named |= {row["subject"] for row in self.decisions.get("quotas", ()) if row["subject"] != "*"}
        named |= {row["subject"] for row in self.decisions.get("inputs", ()) if row["subject"] != "company"}
        return {name: {} for name in named or {"payee"}}

    def snapshot(self) -> Snapshot:
        own: dict[str, list[dict[str, Any]]] = {"people": [], "positions": [], "assignments": []}
        people = self.people()
        for name, said in people.items():
            own["people"].append({"person": name, "hired_on": said.get("hired_on"), "left_on": said.get("left_on")})
            own["positions"].append(
                {"position": f"P-{name}", "title": said.get("title"), "valid_from": "1990-01-01",
                 "manager": f"P-{said['manager']}" if "manager" in said else None}
            )  # fmt: skip
            own["assignments"].append({"person": name, "position": f"P-{name}", "valid_from": "1990-01-01"})
        decisions = {name: list(rows) for name, rows in self.decisions.items()}
        decisions["quotas"] = [
            {**row, "subject": subject}
            for row in decisions.get("quotas", ())
            for subject in (people if row["subject"] == "*" else [row["subject"]])
        ]
        facts = {name: list(rows.values()) for name, rows in self.facts.items()}
        return Snapshot.from_rows(self.types.values(), facts, own | decisions)

    # Runs

    def run(self, last: Period) -> Recomputation:
        plan = self.plan
        if self.payees is None:
            plan = plan.model_copy(update={"participants": Truth(True)})
        start = self.closed.end if self.closed else GREGORIAN.period(plan.period, plan.effective.start).start
        return recompute([plan], self.snapshot(), Interval(start, max(last.end, start + timedelta(days=1))))

    def last_period(self) -> Period:
        if self.through is not None:
            return self.through
        days = [*self.days, *(period.last for tree in self.expecting for period in _periods(tree))]
        return GREGORIAN.period(self.plan.period, max(days))

    def close(self, period_id: str) -> None:
        period = GREGORIAN.parse(period_id)
        done = self.run(period)
        ledger = {"plan": self.plan.plan, "currency": self.plan.currency}
        for row in done.rows("lines"):
            kept = ("component", "payee", "source", "earning_period", "pay_period", "amount", "line")
            self.decisions.setdefault("ledger_lines", []).append(ledger | {name: row[name] for name in kept})
        for row in done.rows("releases"):
            if row["state"] == "released":
                kept = ("component", "payee", "source", "earning_period", "pay_period", "part", "amount")
                self.decisions.setdefault("ledger_releases", []).append(ledger | {name: row[name] for name in kept})
        for row in done.rows("payments"):
            for name, column in (("draw.balance", "draw_balance"), ("carried", "carried_out")):
                if row[column]:
                    self.decisions.setdefault("ledger_balances", []).append(
                        ledger | {"payee": row["payee"], "name": name, "pay_period": row["pay_period"], "amount": row[column]}
                    )
        start = self.closed.end if self.closed else self.plan.effective.start
        for each in GREGORIAN.periods(self.plan.period, start, period.end):
            self.decisions.setdefault("closed_periods", []).append(
                {"calendar": "gregorian", "kind": self.plan.period, "period": each.id}
            )
        self.closed = period


def _periods(tree: Any) -> Iterator[Period]:
    if isinstance(tree, dict):
        for key, inside in tree.items():
            period = period_named(str(key))
            if period is not None:
                yield period
            yield from _periods(inside)


def faults(plan: Plan, test: PlanTest, types: Mapping[str, FactType]) -> list[str]:
    """What the checker says otherwise than the test of a plan."""
    found: list[str] = []
    steps = test.steps or (Step(given=test.given, expect=test.expect),)
    story = Story(plan, types, expecting=[step.expect for step in steps])
    for step in steps:
        story.give(step.given)
        if step.close is not None:
            story.close(step.close)
        if step.expect:
            done = story.run(story.last_period())
            for name, expected in step.expect.items():
                found += [f"{test.name}: {name} {each}" for each in _unlike(expected, answers(done, plan, name))]
    return found


def answers(done: Recomputation, plan: Plan, name: str) -> list[Found]:
    cents = Fraction(1, 100)
    if name in SETTLED:
        column = name.replace(".", "_")
        return [Found(row["payee"], row["pay_period"], row[column] * cents) for row in done.rows("payments")]
    if name == "release":
        parts = sorted((row["due_on"], row["part"], row["amount"] * cents) for row in done.rows("releases"))
        return [Found(None, "", [[str(on), amount] for on, _, amount in parts])]
    if name.startswith("credits."):
        rows = [row for row in done.rows("credits") if row["credit_set"] == name.partition(".")[2]]
        return [Found(row["payee"], row["event"], row["amount"]) for row in rows]
    if name == "uncredited":
        return [Found(None, "", [row["event"] for row in done.rows(name)])]
    if name in plan.components:
        rows = [row for row in done.rows("lines") if row["component"] == name]
        keys = [row["earning_period"] if row["kind"] in ("cap", "floor") else row["source"] for row in rows]
        return [Found(row["payee"], key, row["amount"] * cents) for row, key in zip(rows, keys, strict=True)]
    return [Found(*each) for each in done.values(plan.plan, name)]


def _unlike(expected: Any, found: list[Found], path: str = "") -> Iterator[str]:
    if isinstance(expected, dict):
        for key, inside in expected.items():
            of_payee = [each for each in found if each.payee == key]
            yield from _unlike(inside, of_payee or [each for each in found if each.key == key], f"{path}/{key}")
        return
    values = [each.value for each in found]
    if values and all(isinstance(value, Fraction) for value in values):
        values = [sum(values)]
    if isinstance(expected, list):
        if not _same_list(expected, values[0] if values else []):
            yield f"{path} is {values}, not {expected}"
    elif not values and expected in ("0", "0.00"):
        return
    elif len(values) != 1 or not agrees(expected, values[0]):
        yield f"{path} is {[str(value) for value in values]}, not {expected}"


def _same_list(expected: list[Any], found: Any) -> bool:
    rows = [list(row)[-len(expected[0]) :] if isinstance(row, list | tuple) else row for row in found]
    return len(rows) == len(expected) and all(
        all(agrees(want, have) for want, have in zip(wanted, row, strict=True))
        if isinstance(wanted, list)
        else wanted == row
        for wanted, row in zip(expected, rows, strict=True)
    )
