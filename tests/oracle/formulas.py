"""Random expressions that have a type, for each place where an expression may stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

MONEY = ("0", "0.01", "100", "250.50", "1000", "99999.99")
NUMBERS = ("0", "1", "2", "0.5", "5%", "1/3", "12.5%")
RATES = ("0%", "1%", "2.5%", "4%", "7.77%", "1/3", "12%", "-1%")


@dataclass
class Readable:
    """What a plan has so far, so that later parts read earlier ones and never themselves."""

    money: list[str] = field(default_factory=lambda: ["target"])
    """Of the plan as a whole: parameters."""
    numbers: list[str] = field(default_factory=lambda: ["base_rate"])
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)
    at_credit: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Credit set -> (name, type) of values and components for each credit."""
    at_period: list[tuple[str, str, str, str]] = field(default_factory=list)
    """(name, type, subject, kind) of values, inputs and components."""
    counting: dict[str, str] = field(default_factory=dict)
    """Credit set -> fact type."""


class Formulas:
    def __init__(self, rnd: Random, known: Readable) -> None:
        self.rnd = rnd
        self.known = known

    def pick(self, options: Any) -> Any:
        return self.rnd.choice(tuple(options))

    # At a credit.

    def at_credit(self, credits: str, kind: str, depth: int = 2) -> str:
        if depth and self.rnd.random() < 0.55:
            return self._joined(
                kind,
                lambda wanted: self.at_credit(credits, wanted, depth - 1),
                lambda: self.condition_at_credit(credits, depth - 1),
            )
        choices = list(MONEY if kind == "money" else NUMBERS)
        choices += (self.known.money if kind == "money" else self.known.numbers) * 2
        choices += [name for name, type_ in self.known.at_credit.get(credits, ()) if type_ == kind] * 3
        choices += [name for name, type_, *_ in self.known.at_period if type_ == kind] * 2
        choices += ["credit.amount"] * 4 if kind == "money" else ["credit.share", "credit.level", "period.number"]
        if self.known.counting[credits] == "deals":
            choices += ["cost"] if kind == "money" else ["units", "weight", "months_between(close_date, period.end)"]
        for name, measure in self.known.measures.items():
            own = measure["credits"] == credits
            parts = ("before", "after", "total") if own else ("total",)
            if measure["type"] == kind:
                choices += [f"{name}.{part}" for part in parts]
                choices += [f"{name}.quota"] * measure["has_quota"]
            if kind == "number" and measure["has_quota"]:
                choices += [f"{name}.attainment_{part}" for part in parts] * 2
        return str(self.pick(choices))

    def condition_at_credit(self, credits: str, depth: int = 1) -> str:
        options = [
            f"credit.amount {self.pick(('>', '>=', '<', '<>'))} {self.pick(MONEY)}",
            f"{self.at_credit(credits, 'number', depth)} {self.pick(('>', '<=', '='))} {self.pick(NUMBERS)}",
            f"{self.at_credit(credits, 'money', depth)} {self.pick(('>', '<='))} {self.pick(MONEY)}",
            "credit.role = 'partner'",
            "credit.level = 0",
            "position.title in ('AE', 'Lead')",
            "person.country is not null",
            "period.number between 2 and 5",
            "credit.date < date '2026-04-15'",
            "period.active_days > 20",
        ]
        if self.known.counting[credits] == "deals":
            options += [
                "product = 'Desk'",
                "not cancelled",
                "region = position.territory",
                "owner = credit.payee",
                "units is null or units > 1",
            ]
        return self._condition(options)

    # At a period of a payee, a team or the company.

    def at_period(self, subject: str, kind: str, type_: str, depth: int = 2) -> str:
        if depth and self.rnd.random() < 0.55:
            return self._joined(
                type_,
                lambda wanted: self.at_period(subject, kind, wanted, depth - 1),
                lambda: self.condition_at_period(subject, kind, depth - 1),
            )
        coarse = ("payee", "team", "company")
        choices = list(MONEY if type_ == "money" else NUMBERS)
        choices += (self.known.money if type_ == "money" else self.known.numbers) * 2
        for name, of, its_subject, its_kind in self.known.at_period:
            nests = (kind, its_kind) in (("month", "quarter"), ("month", "year"), ("quarter", "year"), (kind, kind))
            if of == type_ and coarse.index(its_subject) >= coarse.index(subject) and nests:
                choices += [name] * 3
            elif of == type_ and its_subject == "payee" and subject != "payee" and kind == its_kind:
                choices += [f"{self.pick(('sum', 'min', 'max'))}({name})"]
        choices += [] if type_ == "money" else ["period.number", "period.quarter", "period.days"]
        for name, measure in self.known.measures.items():
            if measure["column"]:
                continue
            fields = ([name, f"{name}.period", f"{name}.total"] if measure["type"] == type_ else []) * 2
            fields += [f"{name}.quota"] if measure["has_quota"] and measure["type"] == type_ else []
            fields += [f"{name}.attainment"] * 3 if measure["has_quota"] and type_ == "number" else []
            if coarse.index(measure["for"]) >= coarse.index(subject):
                choices += fields
            else:
                choices += [f"{self.pick(('sum', 'max'))}({text})" for text in fields[:2]]
        if subject != "payee" and type_ == "number":
            choices += ["count()"]
        if subject == "payee" and type_ == "number":
            choices += [
                "period.active_days",
                "period.active_days / period.days",
                "months_between(person.hired_on, period.end)",
            ]
        return str(self.pick(choices))

    def condition_at_period(self, subject: str, kind: str, depth: int = 1) -> str:
        options = [
            f"{self.at_period(subject, kind, 'number', depth)} {self.pick(('>', '<=', '>='))} {self.pick(NUMBERS)}",
            f"{self.at_period(subject, kind, 'money', depth)} {self.pick(('>', '<='))} {self.pick(MONEY)}",
            "period.number <= 3",
            "period.month in (1, 2, 6)",
            "period.start >= date '2026-02-01'",
        ]
        if subject == "payee":
            options += [
                "position.title = 'AE'",
                "person.kind = 'employee'",
                "position.territory is null",
                "months_between(person.hired_on, period.end) < 4",
            ]
        return self._condition(options)

    # Common shapes.

    def _condition(self, options: list[str]) -> str:
        one = self.pick(options)
        if self.rnd.random() < 0.2:
            return f"({one}) {self.pick(('and', 'or'))} ({self.pick(options)})"
        return f"not ({one})" if self.rnd.random() < 0.1 else str(one)

    def _joined(self, kind: str, inner: Any, condition: Any) -> str:
        one = inner(kind)
        shape = self.pick(
            ("+", "-", "*", "*", "/", "if", "least", "greatest", "coalesce", "round", "abs", "case", "neg", "ratio")
        )
        match shape:
            case "+" | "-":
                return f"({one} {shape} {inner(kind)})"
            case "*":
                return f"({one}) * ({inner('number')})"
            case "/":
                return f"({one}) / ({inner('number')})"
            case "if":
                return f"if({condition()}, {one}, {inner(kind)})"
            case "case":
                return f"case when {condition()} then {one} when {condition()} then {inner(kind)} end"
            case "round":
                return f"round({one}, {self.pick((0, 1, 2))})"
            case "abs":
                return f"abs({one})"
            case "neg":
                return f"-({one})"
            case "ratio":
                return one if kind == "money" else f"({inner('money')}) / ({inner('money')})"
            case _:
                return f"{shape}({one}, {inner(kind)})"
