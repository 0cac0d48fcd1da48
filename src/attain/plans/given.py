"""The small world of a plan test: from what `given` says to a snapshot that a calculation can read.

A test names only what matters. People who are named exist from the plan's first day and are on the plan; a quota or an
input given as a number holds for everybody; a fact without an owner belongs to the one payee there is. Steps add to
what was given before; a fact with the same key takes the place of the earlier one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attain.facts.decisions import TABLES
from attain.facts.schema import Column, FactType, TableType
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import PeriodError, PlanError, suggest
from attain.kernel.intervals import Interval
from attain.kernel.periods import Calendar, Period
from attain.plans import expressions as tree
from attain.plans.model import Plan

SOMEBODY = "payee"
"""The one payee of a test that names nobody."""
_ATTRIBUTES = ("title", "manager", "hired_on", "left_on", "territory", "unit", "country", "currency", "kind", "name")
_SEAT = {"title", "territory", "unit"}
_PERSON = {"country", "currency", "kind", "name"}


class Given:
    """What was given so far."""

    def __init__(
        self,
        versions: Sequence[Plan],
        plan: Plan,
        fact_types: Mapping[str, FactType],
        calendars: Mapping[str, Calendar],
    ) -> None:
        self.plan = plan
        self.fact_types = fact_types
        self.calendars = calendars
        self.calendar = calendars[plan.calendar] if plan.calendar else next(iter(calendars.values()))
        self.first_day = min(version.effective.start for version in versions)
        self.early = self.calendar.period("year", self.first_day).start
        """From when numbers hold that are given without a date."""
        self._versions = versions
        self._facts: dict[str, dict[str, dict[str, Any]]] = {}
        self._tables: dict[str, list[dict[str, Any]]] = {}
        self._quotas: dict[str, Any] = {}
        self._parameters: dict[str, Any] = {}
        self._inputs: dict[str, Any] = {}
        self._payees: dict[str, dict[str, Any]] | None = None
        self._through: Period | None = None

    @property
    def quota_names(self) -> list[str]:
        named = [measure.quota for measure in self.plan.measures.values() if measure.quota]
        return [name for name in dict.fromkeys(named) if name not in self.plan.values]

    def add(self, given: Mapping[str, Any]) -> None:
        for name, content in given.items():
            if name == "through":
                self._through = self._pay_period(self.period(_text(name, content)).last)
            elif name == "payees":
                self._payees = {**(self._payees or {}), **self._people(content)}
            elif name in self.plan.parameters:
                self._parameters[name] = content
            elif name in self.plan.inputs:
                self._inputs[name] = content
            elif name in self.quota_names:
                self._quotas[name] = content
            elif name in self.fact_types:
                self._add_facts(self.fact_types[name], _rows(name, content))
            elif name in TABLES:
                self._tables.setdefault(name, []).extend(_rows(name, content))
            else:
                known = [*self.quota_names, *self.plan.parameters, *self.plan.inputs, *self.fact_types, *TABLES]
                near = suggest(name, [*known, "payees", "through"])
                raise PlanError(
                    f"`{name}` under `given` is no quota, parameter, input, fact type or decision table.",
                    code="plan.test-given",
                    hint=f"Did you mean `{near}`?" if near else None,
                )

    def _people(self, content: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(content, dict):
            raise PlanError("`payees` is a map from name to title, manager …", code="plan.test-given")
        people = {name: dict(said or {}) if isinstance(said, dict | None) else {} for name, said in content.items()}
        for name, said in people.items():
            for attribute in said:
                if attribute not in _ATTRIBUTES:
                    near = suggest(attribute, _ATTRIBUTES)
                    raise PlanError(
                        f"`{attribute}` of payee {name} is not known.",
                        code="plan.test-given",
                        hint=f"Did you mean `{near}`?" if near else f"Known are {', '.join(_ATTRIBUTES)}.",
                    )
        return people

    def _add_facts(self, fact: FactType, rows: Iterable[dict[str, Any]]) -> None:
        known = self._facts.setdefault(fact.name, {})
        for number, row in enumerate(rows, start=len(known) + 1):
            full = {name: _cell(value, fact.columns.get(name)) for name, value in row.items()}
            full.setdefault(fact.key, f"{fact.name}-{number}")
            for column in fact.columns.values():
                if column.type == "payee" and column.required and column.default is None:
                    full.setdefault(column.name, SOMEBODY)
            known[str(full[fact.key])] = full

    # What a calculation is asked with.

    @property
    def plans(self) -> list[Plan]:
        """The versions; without `payees`, everybody is on them."""
        if self._payees is not None or "positions" in self._tables:
            return list(self._versions)
        everybody = tree.Truth(True)
        return [version.model_copy(update={"participants": everybody}) for version in self._versions]

    @property
    def fact_keys(self) -> set[str]:
        return {key for rows in self._facts.values() for key in rows}

    def span(self, closed: Period | None, expected: Iterable[date] = ()) -> Interval:
        """From the period after the last closed one to the last that holds a fact, an input or an expectation."""
        start = closed.end if closed else self._pay_period(self.first_day).start
        last = self._through or self._pay_period(max([start, *self._days(), *expected]))
        return Interval(start, max(last.end, self._pay_period(start).end))

    def _days(self) -> Iterator[date]:
        for name, rows in self._facts.items():
            columns = {self.fact_types[name].date}
            for credits in self.plan.credits.values():
                if credits.from_ == name and isinstance(credits.date, tree.Name):
                    columns.add(credits.date.text)
            for row in rows.values():
                yield from (day for column in columns if (day := _day(row.get(column))) is not None)
        for content in self._inputs.values():
            yield from (period.last for period in self._periods_in(content))

    def _periods_in(self, content: Any) -> Iterator[Period]:
        for key, inner in content.items() if isinstance(content, dict) else ():
            found = self.find_period(key)
            if found is not None:
                yield found
            yield from self._periods_in(inner)

    def period(self, text: str) -> Period:
        return self.calendar.parse(text)

    def find_period(self, text: Any) -> Period | None:
        try:
            return self.calendar.parse(str(text))
        except PeriodError:
            return None

    def _pay_period(self, day: date) -> Period:
        return self.calendar.period(self.plan.period, day)

    # The snapshot.

    def snapshot(self) -> Snapshot:
        decisions = {name: [self._completed(TABLES[name], row) for row in rows] for name, rows in self._tables.items()}
        people = self._everybody(decisions)
        self._seat(people, decisions)
        teams = list(dict.fromkeys(str(row["team"]) for row in decisions.get("teams", ())))
        for name, content in self._quotas.items():
            decisions.setdefault("quotas", []).extend(self._quota_rows(name, content, people, teams))
        for name, content in self._parameters.items():
            decisions.setdefault("parameters", []).extend(self._parameter_rows(name, content))
        for name, content in self._inputs.items():
            decisions.setdefault("inputs", []).extend(self._input_rows(name, content, people, teams))
        facts = {name: list(rows.values()) for name, rows in self._facts.items()}
        return Snapshot.from_rows(self.fact_types.values(), facts, decisions, self.calendars, self.calendar.name)

    def _completed(self, table: TableType, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of a decision table, with what a test need not say."""
        usual = {"valid_from": self.early, "plan": self.plan.plan, "currency": self.plan.currency, "reason": "test"}
        full = {name: _cell(value, table.columns.get(name)) for name, value in row.items()}
        for name, column in table.columns.items():
            if name in usual and column.required:
                full.setdefault(name, usual[name])
            elif column.type == "payee" and column.required:
                full.setdefault(name, SOMEBODY)
        if len(table.keys) == 1 and table.name in ("holds", "overrides", "adjustments"):
            full.setdefault(table.keys[0], "-".join(str(value) for value in full.values()))
        return full

    def _everybody(self, decisions: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
        """Everybody who is named, in the order of the document."""
        if self._payees is not None:
            return list(self._payees)
        names: list[str] = []
        for fact, rows in self._facts.items():
            columns = [column.name for column in self.fact_types[fact].columns.values() if column.type == "payee"]
            names += [str(row[column]) for row in rows.values() for column in columns if row.get(column) is not None]
        for table, column in (
            ("relationships", "payee"), ("teams", "member"), ("holds", "payee"), ("overrides", "payee"),
            ("adjustments", "payee"), ("leaves", "person"), ("people", "person"),
        ):  # fmt: skip
            names += [str(row[column]) for row in decisions.get(table, ()) if row.get(column) is not None]
        for name, measure in ((name, measure) for measure in self.plan.measures.values() if (name := measure.quota)):
            if measure.for_ == "payee" and isinstance(self._quotas.get(name), dict):
                names += self._quotas[name]
        for name, content in self._inputs.items():
            if self.plan.inputs[name].per.subject == "payee" and isinstance(content, dict):
                names += [key for key in content if not re.match(r"(FY)?[0-9]{4}", key)]
        for content in self._parameters.values():
            names += content if isinstance(content, dict) else []
        return list(dict.fromkeys(names)) or [SOMEBODY]

    def _seat(self, people: Sequence[str], decisions: dict[str, list[dict[str, Any]]]) -> None:
        """A person, a position of the same name and an assignment for each who has none."""
        positions = {row.get("position") for row in decisions.get("positions", ())}
        assigned = [str(row.get("person")) for row in decisions.get("assignments", ())]
        known = {row.get("person") for row in decisions.get("people", ())}
        for name in dict.fromkeys([*people, *assigned]):
            said = (self._payees or {}).get(name, {})
            hired, left = _day(said.get("hired_on")), _day(said.get("left_on"))
            if name not in known and name not in positions:
                person = {key: said[key] for key in _PERSON & set(said)}
                decisions.setdefault("people", []).append(
                    {"person": name, "hired_on": hired, "left_on": left, **person}
                )
            if name in positions or name in assigned:
                continue
            days = {"valid_from": hired or self.first_day, "valid_to": left}
            seat = {**(seat_of(self.plan.participants) if self._payees is None else {})}
            seat |= {key: said[key] for key in _SEAT & set(said)}
            decisions.setdefault("positions", []).append(
                {"position": name, "manager": said.get("manager"), **seat, **days}
            )
            decisions.setdefault("assignments", []).append({"person": name, "position": name, **days})

    def _quota_rows(self, name: str, content: Any, people: Sequence[str], teams: Sequence[str]) -> list[dict[str, Any]]:
        measure = next(measure for measure in self.plan.measures.values() if measure.quota == name)
        kind = measure.over.kind if measure.over else self.plan.period
        everybody = {"payee": people, "team": teams, "company": ["company"]}[measure.for_]
        row = {"quota": name, "currency": self.plan.currency, "per": kind, "valid_from": self.early}
        if isinstance(content, list):
            subject = {"subject": everybody[0] if everybody else SOMEBODY}
            return [row | subject | self._completed(TABLES["quotas"], given) for given in _rows(name, content)]
        amounts = content if isinstance(content, dict) else dict.fromkeys(everybody, content)
        return [row | {"subject": subject, "amount": _number(name, amount)} for subject, amount in amounts.items()]

    def _parameter_rows(self, name: str, content: Any) -> list[dict[str, Any]]:
        row = {"parameter": name, "level": "plan", "valid_from": self.early}
        if isinstance(content, list):
            return [row | given for given in _rows(name, content)]
        if isinstance(content, dict):
            people = content.items()
            return [row | {"level": "person", "key": key, "value": _text(name, value)} for key, value in people]
        return [row | {"value": _text(name, content)}]

    def _input_rows(self, name: str, content: Any, people: Sequence[str], teams: Sequence[str]) -> list[dict[str, Any]]:
        everybody = {"payee": people, "team": teams, "company": ["company"]}[self.plan.inputs[name].per.subject]
        if isinstance(content, list):
            table = TABLES["inputs"]
            return [{"input": name, "subject": SOMEBODY} | self._completed(table, row) for row in _rows(name, content)]
        rows = []
        for subjects, period, value in self._input_values(content, everybody):
            days = {"valid_from": period.start if period else self.early, "valid_to": period.end if period else None}
            amount = {"yes": Decimal(1), "no": Decimal(0)}.get(str(value))
            if value is not None:
                read = _number(name, value) if amount is None else amount
                rows += [{"input": name, "subject": subject, "value": read, **days} for subject in subjects]
        return rows

    def _input_values(
        self, content: Any, everybody: Sequence[str]
    ) -> Iterator[tuple[Sequence[str], Period | None, Any]]:
        if not isinstance(content, dict):
            yield everybody, None, content
            return
        for key, value in content.items():
            period = self.find_period(key)
            if period is not None:
                yield everybody, period, value
            elif isinstance(value, dict):
                for inner, number in value.items():
                    yield [key], self.period(inner), number
            elif key in everybody:
                yield [key], None, value
            else:
                self.period(key)  # says what periods look like


def seat_of(participants: tree.Expr) -> dict[str, str]:
    """The literal title, territory and unit that `participants` asks for, so that formulas can read them.

    >>> from attain.plans.parser import parse
    >>> seat_of(parse("position.title = 'Seller' and person.country = 'DE'"))
    {'title': 'Seller'}
    """
    match participants:
        case tree.Logic("and", left, right):
            return seat_of(right) | seat_of(left)
        case tree.Compare("=", tree.Name(("position", field)), tree.Text(value)) if field in _SEAT:
            return {field: value}
        case tree.Within(tree.Name(("position", field)), (tree.Text(value), *_), False) if field in _SEAT:
            return {field: value}
    return {}


def _rows(name: str, content: Any) -> list[dict[str, Any]]:
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise PlanError(f"`{name}` is a list of rows.", code="plan.test-given", hint=f"Write {name}: [{{id: …}}, …].")
    return content


def _text(name: str, content: Any) -> str:
    if not isinstance(content, str):
        raise PlanError(f"`{name}` is a single value here.", code="plan.test-given")
    return content


def _cell(value: Any, column: Column | None) -> Any:
    """A cell as it is written; percentages and true or false in the plain form of facts."""
    if column is not None and column.is_decimal and isinstance(value, str) and value.endswith("%"):
        return _number(column.name, value)
    if column is not None and column.type == "yes_no" and value in ("true", "false"):
        return value == "true"
    if isinstance(value, dict | list):
        name = column.name if column else "a cell"
        raise PlanError(f"`{name}` is a single value.", code="plan.test-given")
    return None if value == "null" else value


def _number(name: str, value: Any) -> Decimal:
    """A number as plans write it, exactly."""
    text = _text(name, value)
    try:
        exact = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        scaled = exact * 10**12
        if scaled.denominator != 1 or len(text) > 40 or not text.isascii():
            raise ValueError
    except (ValueError, ZeroDivisionError):
        hint = "Write digits, with a point and perhaps a percent sign."
        raise PlanError(f"`{name}` is '{text[:40]}', which is no number.", code="plan.test-given", hint=hint) from None
    return Decimal(scaled.numerator).scaleb(-12).normalize() if scaled else Decimal(0)


def _day(value: Any) -> date | None:
    if value is None or value == "null":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise PlanError(f"'{value}' is no date.", code="plan.test-given", hint="Write it as 2026-01-31.") from None
