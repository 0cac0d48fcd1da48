"""What a new version of a plan may change: names, rates, windows, limits, what a measure counts, how lines are rounded.

Every version stays sound: what the checker of names and types refuses is taken out again.
"""

from __future__ import annotations

import copy
import re
from datetime import date, timedelta
from random import Random
from typing import Any

from .plans import Planner
from .sections import ROUNDING, Text, sound

STARTS = tuple(date(2026, *day) for day in ((2, 1), (2, 14), (3, 1), (4, 1), (4, 15), (5, 1), (6, 1)))
WHERE = ("credit.amount > 0", "credit.level = 0", "position.title = 'AE'", "credit.amount >= target", None)


def with_versions(rnd: Random, first: Text) -> list[Text]:
    """The plan in two or three versions. The last day of a version may be said, be left out, or leave a gap."""
    later = [start for start in STARTS if str(start) > first["effective"]["from"]]
    starts = sorted(rnd.sample(later, rnd.choice((1, 1, 2))))
    ends = first["effective"].pop("through", None)
    plans = [first]
    for number, start in enumerate(starts, start=2):
        before = plans[-1]
        while True:
            after = copy.deepcopy(before)
            after |= {"version": str(number), "effective": {"from": str(start)}}
            _Change(rnd, after).made()
            if sound(after) is not None:
                break
        gap = rnd.choice((1, 1, 1, 1, 1, 12, 33))
        last = start - timedelta(gap)
        if rnd.random() < 0.6 and str(last) >= before["effective"]["from"]:
            before["effective"]["through"] = str(last)
        plans.append(after)
    if ends is not None and ends > plans[-1]["effective"]["from"]:
        plans[-1]["effective"]["through"] = ends
    return plans


class _Change:
    """A version in the making: a copy of the one before, in which some things are put differently."""

    def __init__(self, rnd: Random, plan: Text) -> None:
        self.rnd = rnd
        self.plan = plan

    @property
    def _windows(self) -> tuple[str, ...]:
        return ("month", "quarter", "year", "plan") if self.plan["period"] == "month" else ("quarter", "year")

    def chance(self, share: float) -> bool:
        return self.rnd.random() < share

    def pick(self, options: Any) -> Any:
        return self.rnd.choice(tuple(options))

    def made(self) -> None:
        plan = self.plan
        for body in plan["components"].values():
            body.pop("was", None)
        plan["parameters"]["base_rate"] = self.pick(("5%", {"type": "number", "value": "3%"}))
        for body in plan["components"].values():
            self._rates(body)
            self._bounds(body)
            if self.chance(0.1):
                body["release"] = [{"share": "1/3"}, {"share": "rest", "after": "1 months"}]
        self._measures()
        self._values()
        self._settlement()
        if self.chance(0.25):
            plan["policies"]["rounding"] = {"mode": self.pick(ROUNDING), "scope": self.pick(("line", "running"))}
        if len(plan["components"]) > 1 and self.chance(0.2):
            del plan["components"][self.pick(plan["components"])]
        if self.chance(0.4):
            rate = Planner(self.rnd, plan["plan"]).pick(("1%", "1/3"))
            extra = {"each": "set1", "pays": "percent", "rate": rate}
            plan["components"][f"extra_{plan['version']}"] = extra
        if self.chance(0.4):
            self._rename(self.pick(plan["components"]))

    def _rates(self, body: Text) -> None:
        if "tiers" in body and self.chance(0.5):
            column = next(key for key in body["tiers"][0] if key != "to")
            for tier in body["tiers"]:
                tier[column] = self.pick(("1%", "2", "0.5")) if column != "amount" else "70"
        if body["pays"] == "whole" and self.chance(0.4):
            body["retroactive"] = self.pick(("yes", "no"))
        if "when" in body and self.chance(0.3):
            del body["when"]

    def _bounds(self, body: Text) -> None:
        if self.chance(0.35):
            body.pop("limit", None)
            what = self.pick((None, "window", "window", "line", "budget"))
            if what == "window":
                amount, excess = self.pick(("150", "1000", "target")), self.pick(("lost", "carried"))
                body["limit"] = {"per": self.pick(self._windows), "amount": amount, "excess": excess}
            elif what == "line":
                body["limit"] = self.pick(("100", "999.99"))
            elif what == "budget" and "each" in body:
                body["limit"] = {"budget": self.pick(("300", "2500")), "crossing": self.pick(("part", "whole", "none"))}
        if self.chance(0.15):
            body["floor"] = {"per": self.pick(self._windows), "amount": self.pick(("50", "target"))}
        if "per" in body and body["pays"] not in ("pool", "prizes") and self.chance(0.5):
            body.pop("over", None)
            if self.chance(0.7):
                body["over"] = self.pick(("quarter", "year", "plan"))
                if body["over"] == "quarter" and body["per"].endswith("year"):
                    del body["over"]

    def _measures(self) -> None:
        for measure in self.plan.get("measures", {}).values():
            if self.chance(0.35):
                measure.pop("where", None)
                where = self.pick(WHERE)
                if where is not None:
                    measure["where"] = where
            if "sum" in measure and self.chance(0.15):
                measure["of"] = self.pick(("credit.amount * 2", "least(credit.amount, 700)"))
            if self.chance(0.1) and str(measure.get("quota", "target")) == "target":
                measure["over"] = self.pick(("quarter", "year", "plan"))
        if self.chance(0.1) and self.plan.get("measures"):
            del self.plan["measures"][self.pick(self.plan["measures"])]
        if self.chance(0.2):
            self.plan.setdefault("measures", {})["m9"] = {"sum": "set1", "over": "year"}

    def _values(self) -> None:
        for value in self.plan.get("values", {}).values():
            if self.chance(0.2):
                value["formula"] = f"({value['formula']}) * 2"
            if "start" in value and self.chance(0.2):
                value["start"] = self.pick(("1", "7"))
            if value.get("over") and self.chance(0.3):
                del value["over"]

    def _settlement(self) -> None:
        said = self.plan.setdefault("settlement", {})
        if self.chance(0.3):
            said.pop("cap", None)
            if self.chance(0.7):
                amount, excess = self.pick(("300", "2000.00", "target")), self.pick(("lost", "carried"))
                said["cap"] = {"amount": amount, "over": self.pick(self._windows), "excess": excess}
        if self.chance(0.2):
            said.pop("clawback", None)
            if self.chance(0.6):
                said["clawback"] = {"takes": "full", "attainment": self.pick(("reversed", "kept"))}
        if self.chance(0.2):
            said["release"] = self.pick(
                (
                    [{"share": "100%"}],
                    [{"share": "50%"}, {"share": "rest", "after": "2 months"}],
                    [{"share": "100%", "in": "3", "every": "month"}],
                )
            )

    def _rename(self, name: str) -> None:
        """The component, and every formula that reads it."""
        new = f"{name}{self.plan['version']}"
        components = self.plan["components"]
        self.plan["components"] = {(new if one == name else one): body for one, body in components.items()}
        changed = _replaced(self.plan, re.compile(rf"\b{re.escape(name)}\b"), new)
        self.plan.update(changed)
        self.plan["components"][new]["was"] = name


def _replaced(said: Any, name: re.Pattern[str], new: str) -> Any:
    if isinstance(said, dict):
        return {key: _replaced(value, name, new) for key, value in said.items()}
    if isinstance(said, list):
        return [_replaced(value, name, new) for value in said]
    return name.sub(new, said) if isinstance(said, str) else said
