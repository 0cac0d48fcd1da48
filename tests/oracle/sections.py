"""The first half of a random plan: its head, credits, measures, tables and values, as nested text."""

from __future__ import annotations

from random import Random
from typing import Any

import yaml

from attain.kernel.errors import Findings
from attain.plans.loader import Document, load_plan
from attain.plans.scope import bind

from .companies import FACT_TYPES
from .formulas import MONEY, RATES, Formulas, Readable

Text = dict[str, Any]
ROUNDING = ("half_up", "half_up", "half_down", "half_even", "up", "down", "ceiling", "floor")
WINDOWS = ("month", "quarter", "quarter", "year", "half", "plan", "rolling 3 months", "rolling 12 months")


def document_of(plan: Text) -> Document:
    return load_plan(yaml.safe_dump(plan, sort_keys=False, allow_unicode=True, width=200), file="plan.yaml")


def sound(plan: Text) -> Document | None:
    """The plan without what is refused; None when nothing is left. Changes `plan`."""
    for _ in range(12):
        try:
            document = document_of(plan)
            bind(document, FACT_TYPES)
            return document
        except Findings as refused:
            for finding in refused.findings:
                if not _take_out(plan, finding.where.field or ""):
                    return None
            if not plan.get("components"):
                return None
    return None


_SECTIONS = {
    "component": "components",
    "value": "values",
    "measure": "measures",
    "credits": "credits",
    "table": "tables",
}


def _take_out(plan: Text, field: str) -> bool:
    """Removes what a finding names, such as `component c1, factor 1`."""
    what, _, name = field.partition(",")[0].partition(" ")
    section = plan.get(_SECTIONS.get(what, ""), {})
    if name in section:
        del section[name]
        return True
    return what == "settlement" and plan.get("settlement", {}).pop("release", None) is not None


class Maker:
    """One plan in the making."""

    def __init__(self, rnd: Random, name: str) -> None:
        self.rnd = rnd
        self.known = Readable()
        self.formulas = Formulas(rnd, self.known)
        self.plan: Text = {"plan": name, "version": "1"}
        self.period = rnd.choice(("month", "month", "month", "month", "quarter"))
        self.currency = rnd.choice(("EUR", "EUR", "EUR", "EUR", "USD"))

    def chance(self, share: float) -> bool:
        return self.rnd.random() < share

    def pick(self, options: Any) -> Any:
        return self.rnd.choice(tuple(options))

    def made(self) -> Text:
        pick = self.pick
        self.plan |= {
            "currency": self.currency,
            "period": self.period,
            "effective": {"from": pick(("2026-01-01", "2026-01-01", "2026-01-01", "2026-01-15", "2026-02-01"))},
            "participants": pick(
                (
                    "position.title in ('AE', 'SDR')",
                    "true",
                    "true",
                    "person.kind = 'employee'",
                    "position.title <> 'Lead' or position.unit is not null",
                    "person.left_on is null or position.territory = 'North'",
                )
            ),
            "parameters": {
                "base_rate": pick(("4%", {"type": "number", "value": "2%"}, {"type": "number"})),
                "target": pick(({"type": "money", "value": "2500.00"}, {"type": "money"})),
            },
            "inputs": {},
            "credits": {},
            "measures": {},
            "values": {},
            "tables": {},
            "components": {},
            "settlement": {},
            "policies": self._policies(),
        }
        if self.chance(0.08):
            self.plan["effective"]["through"] = pick(("2026-04-30", "2026-06-30"))
        self._inputs()
        for number in range(pick((1, 1, 2))):
            self._credits(f"set{number + 1}")
        for number in range(pick((0, 1, 2, 3))):
            self._measure(f"m{number + 1}")
        self._tables()
        for number in range(pick((0, 1, 2, 3))):
            self._value(f"v{number + 1}")
        self.pay()
        return {key: value for key, value in self.plan.items() if value not in ({}, [])}

    def pay(self) -> None:
        """Adds components and settlement."""
        raise NotImplementedError

    def _policies(self) -> Text:
        pick = self.pick
        return {
            "rounding": {"mode": pick(ROUNDING), "scope": pick(("line", "line", "running"))},
            "split": pick(("cents", "cents", "exact")),
            "border": pick(("upper", "lower")),
            "position": pick(("before", "after", "total")),
            "missing": pick(("hold", "zero")),
            "quota_change": pick(("on_event", "prorated", "reset")),
            "follows": pick(("person", "person", "position")),
            "negative_pay": pick(("carry", "collect")),
            "late_facts": pick(("difference", "restatement")),
            "version_change": "split",
        }

    def _inputs(self) -> None:
        if self.chance(0.4):
            kind = self.pick(("month", "quarter"))
            self.plan["inputs"]["mbo"] = {
                "per": f"payee {kind}",
                "type": "number",
                "missing": self.pick(("hold", "0%", "50%")),
            }
            self.known.at_period.append(("mbo", "number", "payee", kind))
        if self.chance(0.3):
            self.plan["inputs"]["income"] = {
                "per": "company quarter",
                "type": "money",
                "missing": self.pick(("hold", "100")),
            }
            self.known.at_period.append(("income", "money", "company", "quarter"))

    # Credits and measures.

    def _credits(self, name: str) -> None:
        pick = self.pick
        fact = pick(("deals", "deals", "deals", "deals", "receipts")) if name != "set1" else "deals"
        self.known.counting[name] = fact
        self.known.at_credit[name] = []
        amount = "amount" if fact == "deals" else "paid_in"
        set_: Text = {"from": fact}
        if self.chance(0.3):
            set_["when"] = (
                pick(
                    (
                        "not cancelled",
                        "amount > 0",
                        "product in ('Desk', 'Lamp')",
                        "currency = 'EUR'",
                        "reverses is null",
                        "amount > target",
                    )
                )
                if fact == "deals"
                else "kind = 'receipt'"
            )
        if self.chance(0.2) and fact == "deals":
            set_["date"] = pick(("ship_date", "add_days(close_date, 10)", "coalesce(ship_date, close_date)"))
        if self.chance(0.2) and fact == "deals":
            set_["amounts"] = {"net": "amount", "margin": "amount - cost"}
            self.known.at_credit[name].append(("credit.margin", "money"))
        else:
            set_["amount"] = pick((amount, amount, amount, f"{amount} * 0.5", f"{amount} / 3"))
        if self.chance(0.6) or self.currency == "USD":
            set_["convert"] = {"rate": "month_end", "within": pick(("7", "31", "31", "62"))}
            if self.chance(0.4) and fact == "deals":
                set_["convert"]["at"] = "close_date"
        if self.chance(0.65) or fact == "receipts":
            set_["to"] = self._rules(fact)
        if self.chance(0.12):
            set_["limit"] = pick(("5000", "target", "1000.005"))
        if self.chance(0.12):
            set_["once_per"] = "payee"
        self.plan["credits"][name] = set_

    def _rules(self, fact: str) -> list[Text]:
        pick = self.pick
        if fact == "receipts":
            rules: list[Text] = [{"who": "collector", "share": pick(("100%", "1/3"))}]
        else:
            rules = [{"who": "owner", "share": pick(("100%", "100%", "60%", "1/3", "weight", "rest"))}]
            if rules[0]["share"] == "100%" and self.chance(0.5):
                del rules[0]["share"]
            if self.chance(0.35):
                rules.append({"who": "second", "share": pick(("40%", "1/3", "25%", "base_rate")), "role": "second"})
            if self.chance(0.35):
                rules.append({"who": "partners.payee", "share": pick(("partners.percent", "10%")), "role": "partner"})
            if self.chance(0.3):
                rules.append(
                    {
                        "who": "relationship.specialist",
                        "share": pick(("100%", "20%", None)),
                        "of": pick((None, "owner")),
                        "role": "overlay",
                    }
                )
            if self.chance(0.25):
                rules.append({"who": "relationship.territory_owner", "of": "region", "share": pick(("100%", None))})
        if self.chance(0.4):
            levels = pick(("1", "2", "3"))
            rules.append(
                {
                    "who": "manager",
                    "levels": levels,
                    "role": "manager",
                    "share": ["100%", "50%"] if levels != "1" and self.chance(0.7) else pick(("10%", "100%")),
                }
            )
        for rule in rules:
            if self.chance(0.12):
                rule["when"] = pick(("payee.id <> 'p1'", "payee.title = 'AE'", "payee.territory is not null"))
        if self.chance(0.1) and len(rules) > 1:
            self.rnd.shuffle(rules)
        return [{key: value for key, value in rule.items() if value is not None} for rule in rules]

    def _measure(self, name: str) -> None:
        pick = self.pick
        credits = pick(self.plan["credits"])
        counts = self.chance(0.15)
        measure: Text = {"count" if counts else "sum": credits}
        type_ = "number" if counts else "money"
        if not counts and self.chance(0.15):
            measure["of"] = pick(("credit.amount * 0.5", "least(credit.amount, 1000)", "credit.amount / 3"))
        over = pick(WINDOWS) if self.chance(0.85) else None
        column = self.known.counting[credits] == "deals" and self.chance(0.07)
        if column:
            over = pick(("product", "owner"))
        if over:
            measure["over"] = over
        if self.chance(0.2):
            measure["where"] = pick(
                (
                    "credit.level = 0",
                    "credit.amount > 0",
                    "person.kind = 'employee'",
                    "position.title = 'AE'",
                    "period.number <= 3",
                    "credit.role <> 'partner'",
                    "credit.amount >= target",
                )
            )
        subject = pick(("payee", "payee", "payee", "team", "company"))
        if subject != "payee":
            measure["for"] = subject
        kind = over or self.period
        quota = None
        if kind in ("month", "quarter", "year") and not counts and self.chance(0.7):
            quota = pick((f"q_{kind}", f"q_{kind}", "q_span", "target", None))
        if quota:
            measure["quota"] = quota
            measure["against"] = pick(("full", "full", "to_date"))
            if self.chance(0.15):
                measure["prorate"] = "days"
            if self.chance(0.15):
                measure["relief"] = "leave"
        self.plan["measures"][name] = measure
        self.known.measures[name] = {
            "credits": credits,
            "type": type_,
            "has_quota": bool(quota),
            "for": subject,
            "column": column,
        }

    # Tables and values.

    def _tables(self) -> None:
        pick, tables = self.pick, self.plan["tables"]
        tables["by_share"] = {"tiers": self.tiers("number")}
        tables["by_money"] = {"tiers": self.tiers("money")}
        tables["bent"] = self.curve("number")
        tables["products"] = {
            "keys": ["product", "region"],
            "match": pick(("most_specific", "first")),
            "rows": [
                {"product": "Desk", "rate": "5%"},
                {"region": "North", "rate": "7%"},
                {"product": "Desk", "region": "South", "rate": "base_rate"},
            ],
            **({"otherwise": "1%"} if self.chance(0.5) else {}),
        }
        tables["grid"] = {
            "by": {"size": ["100", "5000"], "reach": ["50%", "1"]},
            "values": [["1%", "2%", "3%"], ["2%", "base_rate", "4%"], ["3%", "4%", "5%"]],
        }

    def tiers(self, along: str, column: str | None = None) -> list[Text]:
        borders = (
            self.pick((("50%", "100%"), ("100%",), ("80%", "1", "150%")))
            if along == "number"
            else self.pick((("1000", "10000"), ("5000",), ("0.01", "250.50", "10000"), ("1000", "target * 2")))
        )
        column = column or self.pick(("rate", "rate", "factor", "amount"))
        results = {"amount": (*MONEY, "target")}.get(column, (*RATES, "base_rate"))
        tiers: list[Text] = [{"to": border, column: self.pick(results)} for border in borders]
        return tiers + ([{column: self.pick(results)}] if self.chance(0.85) else [])

    def curve(self, along: str) -> Text:
        marks = ("50%", "80%", "100%") if along == "number" else ("100", "1000", "9999.99")
        if self.chance(0.5):
            slope = self.pick(("0.5", "2.5", "0")) if along == "number" else "0.0001"
            return {
                "segments": [{"from": mark, "pays": self.pick(RATES), "slope": slope} for mark in marks],
                "below": self.pick(("0%", "1%")),
            }
        return {
            "points": [{"at": mark, "pays": self.pick(RATES)} for mark in marks],
            "below": self.pick(("0%", "flat", "extend")),
            "above": self.pick(("flat", "extend", "20%")),
        }

    def called(self, place: Any, with_product: bool) -> str:
        """A number out of a table. `place` makes operands of a type."""
        choices = [
            f"whole(by_share, {place('number')})",
            f"curve(bent, {place('number')})",
            f"marginal(by_share, 0, {place('number')})",
            f"lookup(grid, {place('money')}, {place('number')})",
            f"lookup(products, {'product, region' if with_product else 'position.title, position.territory'})",
        ]
        return str(self.pick(choices))

    def _value(self, name: str) -> None:
        pick, forms = self.pick, self.formulas
        type_ = pick(("money", "number"))
        how = pick(("each", "payee", "payee", "team", "company", "plain"))
        value: Text
        if how == "each":
            credits = pick(self.plan["credits"])
            formula = forms.at_credit(credits, type_)
            value = {"each": credits}
            if self.chance(0.4):
                formula = pick((f"previous({name}) + {formula}", f"greatest(previous({name}), {formula})"))
                value["start"] = pick(("0", "100"))
                if self.chance(0.3) and self.known.counting[credits] == "deals":
                    value["within"] = pick(("product", "owner"))
            self.known.at_credit[credits].append((name, type_))
        elif how == "plain":
            value = {}
            formula = (
                pick((f"{pick(MONEY)} + target", "target * 2"))
                if type_ == "money"
                else pick(("base_rate / 3", "base_rate + 1%"))
            )
            (self.known.money if type_ == "money" else self.known.numbers).append(name)
        else:
            kind = pick(("month", "month", "quarter", "year") if self.period == "month" else ("quarter", "year"))
            value = {"per": f"{how} {kind}"}
            formula = forms.at_period(how, kind, type_)
            if how == "payee" and self.chance(0.35):
                formula = pick((f"previous({name}) + {formula}", f"greatest({formula} - previous({name}), {'0'})"))
                value["start"] = pick(("0", "10"))
                if self.chance(0.3):
                    value["over"] = "year"
            self.known.at_period.append((name, type_, how, kind))
        if self.chance(0.3):
            value["round"] = pick(("0", "2", "4"))
        self.plan["values"][name] = {**value, "formula": formula}
