"""Random plans that mix every construct of the language, as nested text that the loader reads.

A plan is built from its head to its settlement, so that each part reads what stands above it. What the checker of names
and types refuses is taken out again; a plan that is returned is sound.
"""

from __future__ import annotations

from random import Random
from typing import Any

import yaml

from attain.kernel.errors import Findings
from attain.plans.loader import Document, load_plan
from attain.plans.scope import bind

from .companies import FACT_TYPES
from .formulas import MONEY, NUMBERS, RATES, Formulas, Readable

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
            "participants": pick(("position.title = 'AE'", "position.title in ('AE', 'SDR')", "true",
                                  "person.kind = 'employee'", "position.title <> 'Lead' and position.unit is not null",
                                  "person.left_on is null or position.territory = 'North'")),
            "parameters": {
                "base_rate": pick(("4%", {"type": "number", "value": "2%"}, {"type": "number"})),
                "target": pick(({"type": "money", "value": "2500.00"}, {"type": "money"})),
            },
            "inputs": {}, "credits": {}, "measures": {}, "values": {}, "tables": {}, "components": {},
            "settlement": {}, "policies": self._policies(),
        }  # fmt: skip
        if self.chance(0.1):
            self.plan["effective"]["through"] = pick(("2026-04-30", "2026-06-30"))
        self._inputs()
        for number in range(pick((1, 1, 2))):
            self._credits(f"set{number + 1}")
        for number in range(pick((0, 1, 2, 3))):
            self._measure(f"m{number + 1}")
        self._tables()
        for number in range(pick((0, 1, 2, 3))):
            self._value(f"v{number + 1}")
        for number in range(pick((1, 2, 3, 4))):
            self._component(f"c{number + 1}")
        self._settlement()
        return {key: value for key, value in self.plan.items() if value not in ({}, [])}

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
            set_["when"] = pick(("not cancelled", "amount > 0", "product in ('Desk', 'Lamp')", "currency = 'EUR'",
                                 "reverses is null", "amount > target")) if fact == "deals" else "kind = 'receipt'"  # fmt: skip
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
                rules.append({"who": "relationship.specialist", "share": pick(("100%", "20%", None)),
                              "of": pick((None, "owner")), "role": "overlay"})  # fmt: skip
            if self.chance(0.25):
                rules.append({"who": "relationship.territory_owner", "of": "region", "share": pick(("100%", None))})
        if self.chance(0.4):
            levels = pick(("1", "2", "3"))
            rules.append({"who": "manager", "levels": levels, "role": "manager",
                          "share": ["100%", "50%"] if levels != "1" and self.chance(0.7) else pick(("10%", "100%"))})  # fmt: skip
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
        self.known.measures[name] = {"credits": credits, "type": type_, "has_quota": bool(quota), "for": subject,
                                     "column": column}  # fmt: skip

    # Tables and values.

    def _tables(self) -> None:
        pick, tables = self.pick, self.plan["tables"]
        tables["by_share"] = {"tiers": self.tiers("number")}
        tables["by_money"] = {"tiers": self.tiers("money")}
        tables["bent"] = self.curve("number")
        tables["products"] = {
            "keys": ["product", "region"], "match": pick(("most_specific", "first")),
            "rows": [{"product": "Desk", "rate": "5%"}, {"region": "North", "rate": "7%"},
                     {"product": "Desk", "region": "South", "rate": "base_rate"}],
            **({"otherwise": "1%"} if self.chance(0.5) else {}),
        }  # fmt: skip
        tables["grid"] = {
            "by": {"size": ["100", "5000"], "reach": ["50%", "1"]},
            "values": [["1%", "2%", "3%"], ["2%", "base_rate", "4%"], ["3%", "4%", "5%"]],
        }

    def tiers(self, along: str, column: str | None = None) -> list[Text]:
        borders = self.pick((("50%", "100%"), ("100%",), ("80%", "1", "150%"))) if along == "number" else self.pick(
            (("1000", "10000"), ("5000",), ("0.01", "250.50", "10000"), ("1000", "target * 2")))  # fmt: skip
        column = column or self.pick(("rate", "rate", "factor", "amount"))
        results = {"amount": (*MONEY, "target")}.get(column, (*RATES, "base_rate"))
        tiers: list[Text] = [{"to": border, column: self.pick(results)} for border in borders]
        return tiers + ([{column: self.pick(results)}] if self.chance(0.85) else [])

    def curve(self, along: str) -> Text:
        marks = ("50%", "80%", "100%") if along == "number" else ("100", "1000", "9999.99")
        if self.chance(0.5):
            slope = self.pick(("0.5", "2.5", "0")) if along == "number" else "0.0001"
            return {"segments": [{"from": mark, "pays": self.pick(RATES), "slope": slope} for mark in marks],
                    "below": self.pick(("0%", "1%"))}  # fmt: skip
        return {"points": [{"at": mark, "pays": self.pick(RATES)} for mark in marks],
                "below": self.pick(("0%", "flat", "extend")), "above": self.pick(("flat", "extend", "20%"))}  # fmt: skip

    def called(self, place: Any, with_product: bool) -> str:
        """A number out of a table. `place` makes operands of a type."""
        choices = [
            f"whole(by_share, {place('number')})", f"curve(bent, {place('number')})",
            f"marginal(by_share, 0, {place('number')})", f"lookup(grid, {place('money')}, {place('number')})",
            f"lookup(products, {'product, region' if with_product else 'position.title, position.territory'})",
        ]  # fmt: skip
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

    # Components.

    def _component(self, name: str) -> None:
        body: Text
        if self.chance(0.65):
            credits = self.pick(self.plan["credits"])
            body = {"each": credits, **self._paid_each(credits)}
            if self.chance(0.2):
                body["when"] = self.formulas.condition_at_credit(credits)
            if self.chance(0.2):
                body["times"] = [self.formulas.at_credit(credits, "number", 1)]
            if self.chance(0.15):
                body["gate"] = self.formulas.condition_at_credit(credits)
            self._bounds(body, lambda: self.formulas.at_credit(credits, "money", 0))
            self.known.at_credit[credits].append((name, "money"))
        else:
            kind = self.pick(("month", "quarter", "quarter", "year") if self.period == "month" else ("quarter", "year"))
            body = {"per": f"payee {kind}", **self._paid_per(kind)}
            if self.chance(0.2) and body["pays"] not in ("pool", "prizes"):
                body["over"] = self.pick(("quarter", "year", "plan") if kind != "year" else ("year", "plan"))
            if self.chance(0.15):
                body["when"] = self.formulas.condition_at_period("payee", kind)
            if self.chance(0.2):
                body["times"] = [self.formulas.at_period("payee", kind, "number", 1)]
            if self.chance(0.2):
                body["prorate"] = "days"
            if self.chance(0.2):
                body["gate"] = self.formulas.condition_at_period("payee", kind)
            self._bounds(body, lambda: self.formulas.at_period("payee", kind, "money", 0))
            self.known.at_period.append((name, "money", "payee", kind))
        self.plan["components"][name] = body

    def _bounds(self, body: Text, money: Any) -> None:
        what = self.pick((None,) * 6 + ("line", "window", "window", "budget", "floor"))
        windows = ("month", "quarter", "year", "plan", "payee") if self.period == "month" else ("quarter", "year")
        amount = self.pick(
            ("100", "1000", "333.33", "target", self.formulas.at_period("payee", self.period, "money", 0))
        )
        if what == "line":
            body["limit"] = self.pick(("100", "1000", "333.33", "target", money()))
        elif what == "window":
            body["limit"] = {"per": self.pick(windows), "amount": amount, "excess": self.pick(("lost", "carried"))}
        elif what == "budget" and "each" in body:
            body["limit"] = {"budget": self.pick(("100", "2500.00")), "crossing": self.pick(("part", "whole", "none"))}
        if what == "floor" or self.chance(0.06):
            body["floor"] = {"per": self.pick(windows), "amount": amount}

    def _paid_each(self, credits: str) -> Text:
        pick, forms = self.pick, self.formulas
        deal = self.known.counting[credits] == "deals"
        running = [name for name, measure in self.known.measures.items() if measure["credits"] == credits]
        shares = [f"{name}.attainment" for name in running if self.known.measures[name]["has_quota"]]
        sums = [name for name in running if self.known.measures[name]["type"] == "money"]
        pays = pick(("percent", "percent", "fixed", "per_unit", "marginal", "marginal", "whole", "whole", "curve",
                     "lookup", "formula", "formula"))  # fmt: skip
        body: Text = {"pays": pays}
        if pays == "percent":
            body["rate"] = pick((*RATES, "base_rate", forms.at_credit(credits, "number"),
                                 self.called(lambda kind: forms.at_credit(credits, kind, 1), deal)))  # fmt: skip
            if self.chance(0.2):
                body["of"] = forms.at_credit(credits, "money", 1)
        elif pays == "fixed":
            body["amount"] = pick(("50", "target", forms.at_credit(credits, "money")))
        elif pays == "per_unit":
            body |= {
                "amount": pick(("10", "0.333", "target")),
                "of": pick(("units", "weight") if deal else ("credit.share",)),
            }
        elif pays in ("marginal", "whole", "curve"):
            along, by = "number", pick((*shares, *shares)) if shares and self.chance(0.7) else None
            if by is None and sums and self.chance(0.8):
                along, by = "money", pick(sums)
            if by is None:
                along = pick(("money", "number"))
                by = "credit.amount" if along == "money" and self.chance(0.6) else forms.at_credit(credits, along, 1)
            body["by"] = by
            if pays == "curve":
                body |= self.curve(along)
            elif self.chance(0.3):
                body["table"] = "by_share" if along == "number" else "by_money"
            else:
                body["tiers"] = self.tiers(along)
            column = self._column(body)
            if pays == "whole" and self.chance(0.5):
                body["retroactive"] = pick(("yes", "no"))
            if self.chance(0.25) and pays != "marginal":
                body["position"] = pick(("before", "after", "total"))
            if column == "factor" and pays == "marginal":
                body["of"] = "target" if along == "number" else "2"
            elif self.chance(0.15):
                body["of"] = (
                    forms.at_credit(credits, "money", 1) if not (pays == "marginal" and along == "money") else "2"
                )
        elif pays == "lookup":
            if self.chance(0.5) and deal:
                body |= {"table": "products", "by": ["product", "region"]}
            else:
                share = pick(shares) if shares else forms.at_credit(credits, "number", 0)
                body |= {"table": "grid", "by": [forms.at_credit(credits, "money", 0), share]}
        else:
            body["formula"] = forms.at_credit(credits, "money", 3)
        return body

    def _column(self, body: Text) -> str:
        tiers = body.get("tiers") or self.plan["tables"].get(body.get("table", ""), {}).get("tiers") or [{}]
        return next((key for key in tiers[0] if key != "to"), "")

    def _paid_per(self, kind: str) -> Text:
        pick, forms = self.pick, self.formulas
        pays = pick(
            (
                "percent",
                "fixed",
                "fixed",
                "marginal",
                "whole",
                "curve",
                "lookup",
                "formula",
                "formula",
                "pool",
                "pool",
                "prizes",
            )
        )
        body: Text = {"pays": pays}
        usable = {name: measure for name, measure in self.known.measures.items() if not measure["column"]}
        shares = [f"{name}.attainment" for name, measure in usable.items() if measure["has_quota"]]
        sums = [name for name, measure in usable.items() if measure["type"] == "money"]
        if pays == "percent":
            body |= {
                "rate": pick((*RATES, forms.at_period("payee", kind, "number"))),
                "of": forms.at_period("payee", kind, "money"),
            }
        elif pays == "fixed":
            body["amount"] = pick(("500", "target", forms.at_period("payee", kind, "money")))
        elif pays in ("marginal", "whole", "curve"):
            along = "number" if shares and self.chance(0.6) else "money" if sums else "number"
            named = shares if along == "number" else sums
            body["by"] = pick(named) if named and self.chance(0.8) else forms.at_period("payee", kind, along)
            if pays == "curve":
                body |= self.curve(along)
            elif self.chance(0.3):
                body["table"] = "by_share" if along == "number" else "by_money"
            else:
                body["tiers"] = self.tiers(along)
            if pays in ("whole", "curve") or self._column(body) == "factor":
                body["of"] = "target" if along == "number" or pays != "marginal" else "2"
        elif pays == "lookup":
            body |= {"table": "grid", "of": "target",
                     "by": [forms.at_period("payee", kind, "money", 1), forms.at_period("payee", kind, "number", 1)]}  # fmt: skip
        elif pays == "formula":
            body["formula"] = forms.at_period("payee", kind, "money", 3)
        elif pays == "pool":
            among = pick(("plan", "team"))
            subject = "team" if among == "team" else "company"
            body |= {"amount": pick(("1000", "100.01", forms.at_period(subject, kind, "money", 1))), "among": among,
                     "weight": pick(("1", "period.active_days", forms.at_period("payee", kind, "money", 1))),
                     "leavers": pick(("share", "forfeit", "lost"))}  # fmt: skip
        else:
            body |= {"by": forms.at_period("payee", kind, "money", 1), "prizes": ["1000", "500.01", "100"][: pick((1, 2, 3))],
                     "among": pick(("plan", "team")), "ties": pick(("share", "each"))}  # fmt: skip
        return body

    # Settlement.

    def _settlement(self) -> None:
        pick, said = self.pick, self.plan["settlement"]
        money = lambda: self.formulas.at_period("payee", self.period, "money", 1)  # noqa: E731
        if self.chance(0.2):
            windows = ("month", "quarter", "year", "plan") if self.period == "month" else ("quarter", "year", "plan")
            said["cap"] = {"amount": pick(("500", "2000.00", "target", money())), "over": pick(windows),
                           "excess": pick(("lost", "carried"))}  # fmt: skip
        if self.chance(0.35):
            takes = pick(("full", "pro_rata", [{"to": "30 days", "share": "100%"}, {"to": "3 months", "share": "1/3"}]))
            said["clawback"] = {"takes": takes, "attainment": pick(("reversed", "kept"))}
            if takes == "pro_rata" or self.chance(0.5):
                said["clawback"]["within"] = pick(("30 days", "90 days", "4 months"))
        deals = all(fact == "deals" for fact in self.known.counting.values())
        if deals and self.chance(0.35):
            said["triggers"] = {
                "cash": {"from": "receipts", "match": "deal", "where": "kind = 'receipt'", "part": "paid_in", "of": "amount"},
                "live": {"from": "receipts", "match": "deal"},
            }  # fmt: skip
        if self.chance(0.35):
            said["release"] = self._release("triggers" in said)
        if self.chance(0.2):
            said["guarantee"] = {"amount": pick(("500.00", "target", money()))}
            if self.chance(0.6):
                said["guarantee"]["while"] = self.formulas.condition_at_period("payee", self.period)
            if self.chance(0.4):
                said["guarantee"]["prorate"] = "days"
        if self.chance(0.3):
            said["draw"] = {
                "amount": pick(("1000.00", "target", "333.33")),
                "pays": pick(("top_up", "on_top", "in_advance")),
            }
            if self.chance(0.5):
                said["draw"]["while"] = pick(("period.number <= 3", "months_between(person.hired_on, period.end) < 4"))
            if self.chance(0.7):
                said["draw"]["recover"] = {"from": pick(("1", "2", "4")), "share": pick(("100%", "50%", "1/3"))}
                if self.chance(0.5):
                    said["draw"]["recover"]["keeps"] = pick(("200", "1000.00"))
            if self.chance(0.2):
                said["draw"]["prorate"] = "days"
        if self.chance(0.25):
            said["pay_in"] = {
                "currency": pick(("payee", "USD", "JPY")),
                "rate": "month_end",
                "within": pick(("7", "62")),
            }
        for body in self.plan["components"].values():
            if self.chance(0.12):
                body["release"] = self._release("triggers" in said and "each" in body)

    def _release(self, triggers: bool) -> list[Text]:
        options: list[list[Text]] = [
            [{"share": "50%"}, {"share": "rest", "after": "2 months"}],
            [
                {"share": "1/3"},
                {"share": "1/3", "after": "45 days"},
                {"share": "rest", "after": "1 months", "day": "15"},
            ],
            [{"share": "100%", "in": "3", "every": "month"}],
            [{"share": "20%"}, {"share": "rest", "in": "2", "every": "quarter", "after": "1 months"}],
        ]
        if triggers:
            waits = [{"share": "50%"}, {"share": "rest", "when": self.pick(("cash", "live"))}]
            options += [waits, waits, [{"share": "100%", "when": self.pick(("cash", "live"))}]]
        return list(self.pick(options))


def random_plan(rnd: Random, name: str = "oracle") -> Text:
    """A sound plan as nested text."""
    while True:
        made = Maker(rnd, name).made()
        if sound(made) is not None:
            return made


__all__ = ["NUMBERS", "document_of", "random_plan", "sound"]
