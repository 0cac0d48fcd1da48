"""A calculation in parts says what one in one piece says: the hash of every table is the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from attain.engine import calculate, groups, run
from attain.engine.groups import Parts, calculate_in_parts, is_separable, parts_for
from attain.engine.narrowing import for_payees, slices
from attain.engine.stored import StoredRun
from attain.engine.trace import explain
from attain.kernel.errors import AttainError
from attain.kernel.files import Files
from tests.oracle.held_together import SPAN, Case, case_in_weeks, case_with_versions, random_case
from tests.oracle.plans import document_of

SEPARABLE = [(random_case, 1004), (case_with_versions, 1007)]
"""Companies whose plans share nothing among payees."""
SHARED = [(random_case, 1000)]
FIRST_SEED = int(os.environ.get("ATTAIN_SOAK_FIRST", "20000"))


@pytest.mark.parametrize(("make", "seed"), [*SEPARABLE, *SHARED])
def test_a_company_in_parts_has_the_same_tables(make: Callable[[int], Case], seed: int, tmp_path: Path) -> None:
    """Q.11: two slices of events and three groups of payees, in a folder like that of any run."""
    case = make(seed)
    assert is_separable(case.models) == ((make, seed) in SEPARABLE)
    assert_same(case, tmp_path)
    assert sorted(each.name for each in (tmp_path / "parts").iterdir()) == sorted(
        each.name for each in (tmp_path / "whole").iterdir()
    )


@pytest.mark.soak
def test_companies_in_parts_have_the_same_tables(tmp_path: Path) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + int(os.environ.get("ATTAIN_SOAK", "200"))):
        make = (random_case, case_with_versions, case_in_weeks)[seed % 3]
        place = folder(tmp_path / str(seed))
        assert_same(make(seed), place)


def assert_same(case: Case, path: Path, parts: Parts = Parts(2, 3)) -> None:  # noqa: B008  it never changes
    """Every row, hash and total; or the same refusal."""
    snapshot = case.world.snapshot()
    try:
        calculation = calculate(case.models, snapshot, SPAN, threads=1)
    except AttainError as refused:
        with pytest.raises(AttainError) as again:
            calculate_in_parts(case.models, snapshot, SPAN, parts, {}, folder(path / "refused"), Files(), threads=1)
        assert again.value.code == refused.code
        return
    whole = run.write(calculation, snapshot, {}, folder(path / "whole"), Files())
    calculation.close()
    found, _ = calculate_in_parts(case.models, snapshot, SPAN, parts, {}, folder(path / "parts"), Files(), threads=1)
    assert found.as_dict() == whole.as_dict()
    assert StoredRun(path / "parts").verify() == []


def test_a_plan_that_shares_money_is_calculated_after_those_that_do_not(tmp_path: Path) -> None:
    """Q.11: two plans over the same facts, one in groups and one in one piece, and one list of uncredited events."""
    alone, shared = random_case(1004), random_case(1000)
    plans = [*({**plan, "plan": "credits"} for plan in alone.plans), *shared.plans]
    assert_same(Case(alone.world, plans), tmp_path)


def test_few_credits_at_a_time_and_more_groups_than_payees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q.11: what is put into groups in many steps is what one step puts there; most groups are empty."""
    monkeypatch.setattr(groups, "CREDITS_AT_ONCE", 7)
    assert_same(random_case(1004), tmp_path, Parts(3, 40))


def test_the_number_of_parts_follows_from_the_size_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Q.11: small work stays in one piece; what is cut is a fact type that a credit set reads."""
    case = random_case(1004)
    snapshot = case.world.snapshot()
    deals = len(snapshot.facts["deals"])
    assert parts_for(case.models, snapshot) is None
    monkeypatch.setattr(groups, "EVENTS_AT_ONCE", deals)
    assert parts_for(case.models, snapshot) is None
    monkeypatch.setattr(groups, "EVENTS_AT_ONCE", -(-deals // 3))
    assert parts_for(case.models, snapshot) == Parts(6, 9, deals)


def test_reversals_stand_in_the_slice_of_what_they_take_back(tmp_path: Path) -> None:
    """Q.11: every deal is in one slice, with its reversals; a reversal of a reversal keeps all in one."""
    world = random_case(1004).world
    deals = world.snapshot().facts["deals"]
    tables = [part.facts["deals"] for part in slices(world.snapshot(), "deals", 3)]
    keys = [set(each.table["id"].to_pylist()) for each in tables]
    assert sorted(key for each in keys for key in each) == sorted(deals.table["id"].to_pylist())
    assert len(tables) == 3 and all(keys)
    taken_back = 0
    for each, table in zip(keys, tables, strict=True):
        originals = {row for row in table.table["reverses"].to_pylist() if row is not None}
        taken_back += len(originals)
        assert originals <= each | (originals - set(deals.table["id"].to_pylist()))
    assert taken_back
    twice = next(row for row in world.facts["deals"] if row.get("reverses"))
    world.facts["deals"].append({**twice, "id": "R2", "reverses": twice["id"]})
    assert len(list(slices(world.snapshot(), "deals", 3))) == 1


@pytest.mark.parametrize(("make", "seed"), SEPARABLE)
def test_one_payee_alone_is_paid_and_explained_as_among_all(make: Callable[[int], Case], seed: int) -> None:
    """Q.11, N.1: from the events that were credited to them, and the facts that belong to these."""
    case = make(seed)
    snapshot, documents = case.world.snapshot(), [document_of(plan) for plan in case.plans]
    whole = calculate(case.models, snapshot, SPAN, threads=1)
    given = whole.table("credits").to_pylist()
    lines = list(whole.rows("lines"))
    payees = sorted({str(row["payee"]) for name in ("lines", "payments") for row in whole.rows(name)})[-3:]
    for payee in payees:
        events: dict[str, list[str]] = {rule.from_: [] for plan in case.models for rule in plan.credits.values()}
        for row in given:
            if row["payee"] == payee:
                events[row["event_type"]].append(row["event"])
        keys = {fact: pa.array(found, pa.string()) for fact, found in events.items()}
        part = for_payees(snapshot, case.models, [payee], keys)
        alone = calculate(case.models, part, SPAN, threads=1, only=f"payee = '{payee}'")
        for name in ("credits", "lines", "releases", "payments"):
            found = list(alone.rows(name))
            wanted = [row for row in whole.rows(name) if row["payee"] == payee]
            assert sorted(map(str, found)) == sorted(map(str, wanted))
        for row in [row for row in lines if row["payee"] == payee][:2]:
            texts = [explain(calculation, documents, row["line"]).text("en") for calculation in (alone, whole)]
            assert texts[0] == texts[1]
        alone.close()
    whole.close()
    assert payees


def folder(path: Path) -> Path:
    path.mkdir()
    return path
