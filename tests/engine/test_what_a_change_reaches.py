"""Changes that reach a payee by a way that no table of results shows: each against a whole run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from attain.engine import calculate, incremental, run
from attain.engine.incremental import Base, recalculate
from attain.engine.stored import StoredRun
from attain.facts.snapshot import Snapshot
from attain.kernel.files import Files
from attain.kernel.intervals import Interval
from attain.plans.model import Plan
from tests.oracle.companies import World
from tests.oracle.plans import document_of

YEAR = date(2026, 1, 1)
HALF = Interval(YEAR, date(2026, 7, 1))
SPRING = Interval(date(2026, 3, 1), date(2026, 5, 1))


@pytest.fixture(autouse=True)
def _small_companies_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are touched."""
    monkeypatch.setattr(incremental, "MOST", 0)


def company() -> World:
    """Six people on six seats, each with a deal of 1,000.00 in February."""
    world = World()
    for number in range(1, 7):
        world.add("people", person=f"p{number}", currency="EUR")
        world.add("positions", position=f"S{number}", title="AE", valid_from=YEAR)
        world.add("assignments", person=f"p{number}", position=f"S{number}", valid_from=YEAR)
        world.add("deals", id=f"D{number}", close_date=date(2026, 2, number), owner=f"p{number}", amount="1000.00",
                  product="Desk", currency="EUR")  # fmt: skip
    return world


def plan(**more: Any) -> dict[str, Any]:
    """Ten per cent of each deal, unless something else is said."""
    return {
        "plan": "oracle",
        "version": "1",
        "currency": "EUR",
        "period": "month",
        "effective": {"from": "2026-01-01"},
        "participants": "true",
        "credits": {"b": {"from": "deals", "amount": "amount", "to": [{"who": "owner"}]}},
        "components": {"c": {"each": "b", "pays": "percent", "rate": "10%"}},
        **more,
    }


def hire(world: World) -> None:
    world.add("people", person="p9")
    world.add("positions", position="S9", title="AE", valid_from=date(2026, 5, 1))


BY_PRODUCT = {"c": {"each": "b", "pays": "percent", "rate": "case when product = 'Lamp' then 50% else 10% end"}}
BY_TITLE = plan(
    parameters={"r": {"type": "number", "value": "10%"}},
    components={"c": {"each": "b", "pays": "percent", "rate": "r"}},
)
ON_RECEIPT = {
    "triggers": {"cash": {"from": "receipts", "match": "deal"}},
    "release": [{"share": "50%"}, {"share": "rest", "when": "cash"}],
}
Change = Callable[[World], None]


def a_receipt_and_a_hire(world: World) -> None:
    world.add("receipts", id="R1", paid_on=date(2026, 3, 1), deal="D1")
    hire(world)


def another_product_and_a_hire(world: World) -> None:
    world.facts["deals"][0]["product"] = "Lamp"
    hire(world)


def left_and_took_a_deal_back(world: World) -> None:
    world.decisions["assignments"][0]["valid_to"] = world.decisions["people"][0]["left_on"] = date(2026, 3, 15)
    world.add("deals", id="R1", close_date=date(2026, 4, 10), amount="-1000.00", currency="EUR", reverses="D1",
              owner="p1")  # fmt: skip
    world.add("parameters", parameter="r", plan="oracle", level="title", key="SDR", value="50%", valid_from=YEAR)


def another_title_after_they_left(world: World) -> None:
    world.decisions["positions"][0]["valid_to"] = date(2026, 4, 1)
    world.add("positions", position="S1", title="SDR", valid_from=date(2026, 4, 1))


def another_rate_of_that_title(world: World) -> None:
    world.decisions["parameters"][0]["value"] = "70%"


def an_adjustment_waits_for_a_seat(world: World) -> None:
    world.add("adjustments", adjustment="A1", plan="oracle", payee="vacant:S9", pay_period="2026-03", component="c",
              amount="5.00", currency="EUR", reason="asked")  # fmt: skip


def a_seat_that_was_never_vacant(world: World) -> None:
    world.add("people", person="p9")
    world.add("positions", position="S9", valid_from=YEAR)
    world.add("assignments", person="p9", position="S9", valid_from=YEAR)


def february_is_closed_and_somebody_has_a_hold(world: World) -> None:
    world.add("closed_periods", calendar="gregorian", kind="month", period="2026-02")
    for number in range(1, 7):
        paid = {"plan": "oracle", "component": "c", "payee": f"p{number}", "source": f"D{number}",
                "earning_period": "2026-02", "pay_period": "2026-02", "amount": 10000, "currency": "EUR"}  # fmt: skip
        world.add("ledger_lines", line=f"oracle/c/p{number}/D{number}/2026-02", **paid)
        world.add("ledger_releases", part=1, **paid)
    world.add("holds", hold="H1", plan="oracle", payee="p1", reason="asked", valid_from=YEAR)


def a_deal_is_cancelled(world: World) -> None:
    del world.facts["deals"][1]


def then(*changes: Change) -> Change:
    def change(world: World) -> None:
        for each in changes:
            each(world)

    return change


def nothing(world: World) -> None:
    """The company as it is."""


@pytest.mark.parametrize(
    ("said", "given", "change", "span"),
    [
        (plan(settlement=ON_RECEIPT), nothing, a_receipt_and_a_hire, HALF),
        (plan(components=BY_PRODUCT), nothing, another_product_and_a_hire, HALF),
        (BY_TITLE, left_and_took_a_deal_back, another_title_after_they_left, HALF),
        (BY_TITLE, then(left_and_took_a_deal_back, another_title_after_they_left), another_rate_of_that_title, HALF),
        (plan(), an_adjustment_waits_for_a_seat, a_seat_that_was_never_vacant, HALF),
        (plan(), february_is_closed_and_somebody_has_a_hold, a_deal_is_cancelled, SPRING),
    ],
)
def test_a_change_reaches_whom_it_touches(
    said: dict[str, Any], given: Change, change: Change, span: Interval, tmp_path: Path
) -> None:
    """Q.6: a trigger, a column, a seat that was left, its title, a seat that an adjustment waited for, a due date."""
    world = company()
    given(world)
    later = deepcopy(world)
    change(later)
    base, wanted = (whole(state.snapshot(), said, span, tmp_path / name) for state, name in
                    ((world, "base"), (later, "whole")))  # fmt: skip
    assert base.run.manifest["tables"] != wanted.run.manifest["tables"]
    (tmp_path / "next").mkdir()
    assert recalculate(base, wanted.plans, wanted.snapshot, span, {}, tmp_path / "next", Files(), threads=1)
    found = StoredRun(tmp_path / "next")
    for name in wanted.run.manifest["tables"]:
        assert rows(found, name) == rows(wanted.run, name), name
    assert found.manifest | {"layers": 0} == wanted.run.manifest


INPUT = {"per": "company month", "type": "number", "missing": "0%"}
TIMES_INPUT = {"c": {"each": "b", "pays": "percent", "rate": "10% * x"}}
AMOUNTS = {"b": {"from": "deals", "amounts": {"main": "amount", "second": "cost"}, "to": [{"who": "owner"}]}}


def another_input(world: World) -> None:
    world.add("inputs", input="x", subject="company", value="2", valid_from=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("said", "change"),
    [
        (
            plan(inputs={"x": INPUT}, components={"c": {"each": "b", "pays": "percent", "rate": "10% * x"}}),
            another_input,
        ),
        (plan(credits=AMOUNTS), hire),
    ],
)
def test_what_may_reach_everybody_is_calculated_whole(said: dict[str, Any], change: Change, tmp_path: Path) -> None:
    """Q.6: an input of the company; credits with an amount that their table does not show."""
    world = company()
    later = deepcopy(world)
    change(later)
    base = whole(world.snapshot(), said, HALF, tmp_path / "base")
    (tmp_path / "next").mkdir()
    found = recalculate(base, base.plans, later.snapshot(), HALF, {}, tmp_path / "next", Files(), threads=1)
    assert found is None and not list((tmp_path / "next").iterdir())


def test_a_run_of_other_code_is_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q.6: sums of rows by two engines, or over other days, are never added up."""
    base = whole(company().snapshot(), plan(), HALF, tmp_path / "base")
    assert incremental.continues(base.run, HALF) and not incremental.continues(base.run, SPRING)
    monkeypatch.setattr(incremental, "LAYERS", 0)
    assert not incremental.continues(base.run, HALF)
    monkeypatch.undo()
    base.run.manifest["engine_code"] = "another"
    assert not incremental.continues(base.run, HALF)


def whole(snapshot: Snapshot, said: Mapping[str, Any], span: Interval, path: Path) -> Base:
    models: list[Plan] = [document_of(dict(said)).plan]
    path.mkdir()
    calculation = calculate(models, snapshot, span, threads=1)
    run.write(calculation, snapshot, {}, path, Files())
    calculation.close()
    return Base(StoredRun(path), models, snapshot)


def rows(stored: StoredRun, name: str) -> list[str]:
    return sorted(map(str, stored.rows(name)))
