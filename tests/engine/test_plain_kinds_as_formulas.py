"""A plan in plain kinds and the same plan written out as formulas pay the same cents, line by line."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attain.checker.recompute import recompute
from attain.engine import calculate
from attain.facts.schema import parse_fact_type
from attain.facts.snapshot import Snapshot
from attain.plans.loader import load_plan
from attain.plans.model import Plan
from attain.plans.outcome import Outcome
from attain.plans.plan_tests import Calculate
from tests.engine.worked import SEATS, months

DEALS = parse_fact_type("""
fact: deals
key: id
date: on
columns:
  id: text
  on: date
  acv: {type: money, places: 2, currency: EUR}
  pieces: {type: number, places: 0}
  item: text
  owner: payee
""")
SPAN = months("2026-01", "2026-03")
HEAD = """\
plan: plain
version: "1"
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "true"
credits: {sales: {from: deals, amounts: {amount: acv, units: pieces}}}
measures:
  sold: {sum: sales, over: quarter, quota: target, against: full}
  count_sold: {sum: sales.units, over: month}
"""
POLICIES = """\
policies:
  {rounding: {mode: half_up, scope: line}, border: upper, position: %s, missing: zero, follows: person,
   quota_change: on_event, negative_pay: carry, late_facts: difference}
"""

PERCENTS = st.integers(-200, 2500).map(lambda hundredths: f"{hundredths / 100:.2f}%")
AMOUNTS = st.integers(-500_00, 900_00).map(lambda cents: f"{cents / 100:.2f}")
ITEMS = ("Desk", "Chair", "Lamp")


def rising(least: int, most: int, count: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(least, most), min_size=1, max_size=count, unique=True).map(sorted)


@st.composite
def tiers(draw: st.DrawFn, borders: st.SearchStrategy[list[int]], ending: str = "") -> str:
    rows = [f"{{to: {border}{ending}, rate: {draw(PERCENTS)}}}" for border in draw(borders)]
    rows.append(f"{{rate: {draw(PERCENTS)}}}")
    return f"{{tiers: [{', '.join(rows)}], border: {draw(st.sampled_from(('upper', 'lower')))}}}"


@st.composite
def points(draw: st.DrawFn) -> str:
    marks = ", ".join(f"{{at: {at}, pays: {draw(PERCENTS)}}}" for at in draw(rising(0, 9000, 4)))
    return f"{{points: [{marks}, {{at: 9999, pays: {draw(PERCENTS)}}}], below: {draw(PERCENTS)}, above: flat}}"


@st.composite
def rates_by_item(draw: st.DrawFn) -> str:
    rows = ", ".join(f"{{item: {item}, rate: {draw(PERCENTS)}}}" for item in ITEMS[: draw(st.integers(1, 3))])
    return f"{{keys: [item], match: unique, rows: [{rows}], otherwise: {draw(PERCENTS)}}}"


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """The same plan twice: in plain kinds, and written out."""
    at = draw(st.sampled_from(("before", "after", "total")))
    tables = {
        "steps": draw(tiers(rising(1, 9000, 4))),
        "reach": draw(tiers(rising(1, 200, 4), "%")),
        "bends": draw(points()),
        "by_item": draw(rates_by_item()),
    }
    rate, each, fixed = draw(PERCENTS), draw(AMOUNTS), draw(AMOUNTS)
    both = {
        "percent": (f"pays: percent, rate: {rate}", f"{rate} * credit.amount"),
        "per_unit": (f"pays: per_unit, amount: {each}, of: pieces", f"{each} * pieces"),
        "fixed": (f"pays: fixed, amount: {fixed}", fixed),
        "marginal": ("pays: marginal, by: sold, table: steps", "marginal(steps, sold.before, sold.after)"),
        "marginal_reach": (
            "pays: marginal, by: sold.attainment, table: reach",
            "marginal(reach, sold.attainment_before, sold.attainment_after) * sold.quota",
        ),
        "marginal_own": ("pays: marginal, by: credit.amount, table: steps", "marginal(steps, 0, credit.amount)"),
        "whole": (
            "pays: whole, by: sold, retroactive: no, table: steps",
            f"whole(steps, sold.{at}) * credit.amount",
        ),
        "whole_reach": (
            "pays: whole, by: sold.attainment, retroactive: no, table: reach",
            f"whole(reach, sold.attainment_{at}) * credit.amount",
        ),
        "whole_own": ("pays: whole, by: credit.amount, table: steps", "whole(steps, credit.amount) * credit.amount"),
        "curve": ("pays: curve, by: sold, table: bends", f"curve(bends, sold.{at}) * credit.amount"),
        "lookup": ("pays: lookup, by: [item], table: by_item", "lookup(by_item, item) * credit.amount"),
    }
    places = "".join(f"  {name}: {table}\n" for name, table in tables.items())

    def document(written: Callable[[tuple[str, str]], str]) -> str:
        lines = "".join(f"  {name}: {{each: sales, {written(two)}}}\n" for name, two in both.items())
        return f"{HEAD}tables:\n{places}components:\n{lines}{POLICIES % at}"

    return document(lambda two: two[0]), document(lambda two: f'pays: formula, formula: "{two[1]}"')


DEAL = st.fixed_dictionaries(
    {
        "on": st.integers(1, 84).map(lambda day: f"2026-0{1 + (day - 1) // 28}-{1 + (day - 1) % 28:02}"),
        "acv": st.integers(-2000_00, 6000_00).map(lambda cents: f"{cents / 100:.2f}"),
        "pieces": st.integers(-5, 40),
        "item": st.sampled_from(ITEMS),
        "owner": st.sampled_from(("P-Ann", "P-Bob")),
    }
)


def snapshot(deals: list[dict[str, Any]], quota: int) -> Snapshot:
    facts = [{"id": f"D{number}", **deal} for number, deal in enumerate(deals)]
    row = {"quota": "target", "amount": f"{quota}.00", "currency": "EUR", "per": "quarter", "valid_from": "2026-01-01"}
    decisions = {**SEATS, "quotas": [{"subject": name, **row} for name in ("Ann", "Bob")]}
    return Snapshot.from_rows([DEALS], {"deals": facts}, decisions)


def amounts(answer: Outcome) -> dict[tuple[str, str, str], Fraction]:
    return {
        (row["component"], row["payee"], row["source"]): Fraction(row["amount"])
        for row in answer.rows("lines")
        if row["amount"]
    }


def paid(compute: Calculate, text: str, given: Snapshot) -> Any:
    plan: Plan = load_plan(text, "plans/plain.yaml").plan
    answer = compute([plan], given, SPAN)
    return amounts(answer)


@pytest.mark.parametrize(("compute", "examples"), [(calculate, 4), (recompute, 20)], ids=["engine", "checker"])
def test_plain_kinds_and_the_same_written_out_pay_the_same(compute: Calculate, examples: int) -> None:
    """A.1 to A.6: tiers on borders, below and above them; deals that go back; every position within a measure."""
    seen: set[str] = set()

    @settings(derandomize=True, deadline=None, database=None, phases=[Phase.generate], max_examples=examples,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(pairs(), st.lists(DEAL, min_size=1, max_size=12), st.integers(500, 9000))
    def alike(documents: tuple[str, str], deals: list[dict[str, Any]], quota: int) -> None:
        world = snapshot(deals, quota)
        plain, written_out = (paid(compute, text, world) for text in documents)
        assert plain == written_out
        seen.update(component for component, *_ in plain)

    alike()
    assert len(seen) == 11  # each kind has paid something
