"""The line of a reversal: what its original was paid, in proportion, by the days that have passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlglot import exp

from attain.engine.compilation import Compilation
from attain.engine.formulas import compiled
from attain.engine.frame import Frame, col
from attain.engine.stages import clawback as engine
from attain.engine.stages.overrides import overrides
from attain.engine.stages.reward import earlier_lines
from attain.engine.trace.arithmetic import Figure, Formula, Operation
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Step, Word
from attain.engine.trace.spots import CreditSpot, EventSpot, answers, rows, where
from attain.plans.model import Clawback, Plan


def steps(derivation: Derivation, spot: CreditSpot, name: str, row: Mapping[str, Any]) -> list[Step]:
    """Original line × reversed ÷ original amount × the share that is taken."""
    compilation, plan = spot.compilation, spot.plan
    said = plan.settlement.clawback
    if said is None:
        raise TypeError("The plan has no clawback.")
    target = compilation.name(compilation.index(plan), "component", name)
    ordinary = f"{target}:ordinary"
    keys = {"payee": row["payee"], "source": row["source"]}
    taken_back = rows(compilation, f"{target}:reversed", {"payee": row["payee"], "credit": row["source"]})[0]
    own = {**rows(compilation, ordinary, keys)[0], **taken_back}
    source = own["@reverses"] + own["source"].removeprefix(own["event"])
    original = next(
        found
        for lines in (ordinary, *earlier_lines(compilation, plan, name))
        for found in rows(compilation, lines, {"payee": row["payee"], "source": source})
    )
    frame = Frame(where(ordinary, keys))
    engine.with_reversed(frame, target)
    (taken,) = answers(compilation, frame, [engine._taken(compilation, plan, said, frame)])
    reversed_amount, original_amount = (
        _stated(derivation, spot, event) for event in (str(own["event"]), str(own["@reverses"]))
    )
    reversed_amount, counted = _counted(spot, name, own, reversed_amount, original_amount)
    paid = Figure(_paid(compilation, plan, name, row["payee"], source), "money")
    formula: Formula = Operation("/", Operation("*", paid, reversed_amount), original_amount)
    place = derivation.where(plan, "settlement", "clawback")
    share = Figure(taken, "rate")
    if taken != 1:
        formula = Operation("*", formula, share)
    words: dict[str, Word] = {
        "original": str(own["@reverses"]),
        "line": f"{plan.plan}/{name}/{row['payee']}/{original['source']}/{original['period']}",
    }
    inside = (*counted, *_share_step(derivation, spot, said, own, share))
    exact = Fraction(int(row["exact"]), int(row["exact/"]))
    return [Step("clawback", words, formula, Figure(exact, "money"), place, inside=inside)]


def _counted(
    spot: CreditSpot, name: str, own: Mapping[str, Any], stated: Figure, original: Figure
) -> tuple[Figure, tuple[Step, ...]]:
    """What counts of the reversed amount: reversals of one event together at most its amount."""
    compilation = spot.compilation
    sums = f"{compilation.name(compilation.index(spot.plan), 'component', name)}:reversed"
    key = {"credit": own["source"], "payee": own["payee"]}
    scale = int(str(compilation.known[f"stated scale {compilation.index(spot.plan)} {spot.credit_set}"]))
    (row,) = rows(compilation, sums, key)
    most = -original.value if isinstance(original.value, Fraction) else Fraction(0)
    ends = []
    for column in ("reversed", "reversed_before"):
        value = Fraction(int(row[column]), scale)
        ends.append(replace(stated, value=min(value, most) if most > 0 else max(value, most)))
    formula = Operation("-", *ends)
    found = replace(stated, value=formula.worth())
    return found, (() if found == stated else (Step("clawback.counted", {}, formula, found),))


def taken_before(spot: CreditSpot, name: str, row: Mapping[str, Any]) -> tuple[Fraction, Fraction, Fraction]:
    """What earlier reversals of the same original have taken, exactly; the original line; both in money."""
    compilation, plan = spot.compilation, spot.plan
    target = compilation.name(compilation.index(plan), "component", name)
    cents = 10**compilation.places
    source = _original_source(row)
    before = Fraction(0)
    for lines in (target, *earlier_lines(compilation, plan, name)):
        for other in rows(compilation, lines, {"payee": row["payee"], "original": row["original"]}):
            if other["kind"] != "clawback" or _original_source(other) != source:
                continue
            if lines != target:
                before += Fraction(int(other["amount"]), cents)
            elif (other["credited_on"], other["event"]) < (row["credited_on"], row["event"]):
                before += Fraction(int(other["exact"]), int(other["exact/"]))
    exact = Fraction(int(row["exact"]), int(row["exact/"]))
    return before, exact, _paid(compilation, plan, name, row["payee"], source)


def _paid(compilation: Compilation, plan: Plan, name: str, payee: str, source: str) -> Fraction:
    """The amount of the original line as it is paid."""
    tables = (compilation.name(compilation.index(plan), "component", name), *earlier_lines(compilation, plan, name))
    original = next(found for lines in tables for found in rows(compilation, lines, {"payee": payee, "source": source}))
    key = {"component": name, "payee": payee, "source": source, "earning_period": original["period"]}
    decided = rows(compilation, overrides(compilation), key)
    return Fraction(int((decided or [original])[0]["amount"]), 10**compilation.places)


def _original_source(row: Mapping[str, Any]) -> str:
    return str(row["original"]) + str(row["source"]).removeprefix(str(row["event"]))


def _stated(derivation: Derivation, spot: CreditSpot, event: str) -> Figure:
    """The amount of an event as it was stated, in its own currency."""
    amount = next(iter(spot.plan.credits[spot.credit_set].named_amounts.values()))
    at = EventSpot(spot.compilation, spot.plan, spot.credit_set, event, everything=True)
    value, currency = at.ask(lambda scope: [compiled(amount, scope), col("@currency")])
    unit = derivation.units(at).of(amount)
    foreign = unit == "money" and currency != spot.plan.currency
    return Figure(value, unit, str(currency) if foreign else "")


def _share_step(
    derivation: Derivation, spot: CreditSpot, said: Clawback, own: Mapping[str, Any], share: Figure
) -> tuple[Step, ...]:
    """How many days have passed, and what that means."""
    days = (own["credited_on"] - own["@original_date"]).days
    words: dict[str, Word] = {
        "days": str(days),
        "start": Figure(own["@original_date"], "day"),
        "end": Figure(own["credited_on"], "day"),
    }
    place = derivation.where(spot.plan, "settlement", "clawback", "takes")
    if said.takes == "pro_rata" and said.within is not None and share.value != 0:
        whole = _days_of(spot, said, own)
        formula = Operation(
            "-", Figure(Fraction(1), "rate"), Operation("/", Figure(Fraction(days)), Figure(Fraction(whole)))
        )
        return (Step("clawback.pro_rata", words, formula, share, place),)
    return (Step("clawback.after", words, None, share, place),)


def _days_of(spot: CreditSpot, said: Clawback, own: Mapping[str, Any]) -> int:
    """The days of `within`, counted from the original."""
    if said.within is None:
        return 0
    if said.within.unit == "days":
        return said.within.count
    from attain.engine.formulas import add_months, date_literal

    start = date_literal(own["@original_date"].isoformat())
    until = spot.compilation.database.value(
        exp.select(add_months(start, exp.Literal.number(said.within.count))).sql(dialect="duckdb")
    )
    return int((until - own["@original_date"]).days)
