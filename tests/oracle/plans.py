"""Random plans that mix every construct of the language, as nested text that the loader reads.

A plan is built from its head to its settlement, so that each part reads what stands above it. What the checker of names
and types refuses is taken out again; a plan that is returned is sound.
"""

from __future__ import annotations

from random import Random
from typing import Any

from .formulas import RATES
from .sections import Maker, Text, document_of, sound


class Planner(Maker):
    """Components and settlement."""

    def pay(self) -> None:
        for number in range(self.pick((1, 2, 3, 4))):
            self._component(f"c{number + 1}")
        self._settlement()

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
        pays = pick(
            (
                "percent",
                "percent",
                "fixed",
                "per_unit",
                "marginal",
                "marginal",
                "whole",
                "whole",
                "curve",
                "lookup",
                "formula",
                "formula",
            )
        )
        body: Text = {"pays": pays}
        if pays == "percent":
            body["rate"] = pick(
                (
                    *RATES,
                    "base_rate",
                    forms.at_credit(credits, "number"),
                    self.called(lambda kind: forms.at_credit(credits, kind, 1), deal),
                )
            )
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
            body |= {
                "table": "grid",
                "of": "target",
                "by": [forms.at_period("payee", kind, "money", 1), forms.at_period("payee", kind, "number", 1)],
            }
        elif pays == "formula":
            body["formula"] = forms.at_period("payee", kind, "money", 3)
        elif pays == "pool":
            among = pick(("plan", "team"))
            subject = "team" if among == "team" else "company"
            body |= {
                "amount": pick(("1000", "100.01", forms.at_period(subject, kind, "money", 1))),
                "among": among,
                "weight": pick(("1", "period.active_days", forms.at_period("payee", kind, "money", 1))),
                "leavers": pick(("share", "forfeit", "lost")),
            }
        else:
            body |= {
                "by": forms.at_period("payee", kind, "money", 1),
                "prizes": ["1000", "500.01", "100"][: pick((1, 2, 3))],
                "among": pick(("plan", "team")),
                "ties": pick(("share", "each")),
            }
        return body

    # Settlement.

    def _settlement(self) -> None:
        pick, said = self.pick, self.plan["settlement"]
        money = lambda: self.formulas.at_period("payee", self.period, "money", 1)  # noqa: E731
        if self.chance(0.2):
            windows = ("month", "quarter", "year", "plan") if self.period == "month" else ("quarter", "year", "plan")
            said["cap"] = {
                "amount": pick(("500", "2000.00", "target", money())),
                "over": pick(windows),
                "excess": pick(("lost", "carried")),
            }
        if self.chance(0.35):
            takes = pick(("full", "pro_rata", [{"to": "30 days", "share": "100%"}, {"to": "3 months", "share": "1/3"}]))
            said["clawback"] = {"takes": takes, "attainment": pick(("reversed", "kept"))}
            if takes == "pro_rata" or self.chance(0.5):
                said["clawback"]["within"] = pick(("30 days", "90 days", "4 months"))
        deals = all(fact == "deals" for fact in self.known.counting.values())
        if deals and self.chance(0.35):
            said["triggers"] = {
                "cash": {
                    "from": "receipts",
                    "match": "deal",
                    "where": "kind = 'receipt'",
                    "part": "paid_in",
                    "of": "amount",
                },
                "live": {"from": "receipts", "match": "deal"},
            }
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
        made = Planner(rnd, name).made()
        if sound(made) is not None:
            return made


__all__ = ["Text", "document_of", "random_plan", "sound"]
