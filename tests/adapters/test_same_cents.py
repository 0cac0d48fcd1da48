"""The same plans over the same facts give the same tables on every engine: every row, every hash.

A share of each corpus runs with all tests; all of it, and more random companies, under soak.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from attain.examples import adventureworks
from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN
from attain.plans.loader import load_folder, load_plan
from attain.plans.plan_tests import run_tests
from benchmarks import company
from tests.adapters.engines import FIRST_MONTHS, Open, answer, comparing, first_months
from tests.conformance.test_published_cases import DOCUMENTS, FACT_TYPES
from tests.engine import worked
from tests.examples.test_adventureworks_pay import DEMO, snapshot
from tests.oracle.held_together import SPAN, case_in_weeks, case_with_versions, random_case

SHARE = ("textbook-graduated-22k",)
WORKED = (("measures", "rolling"),)
EXAMPLES = [(room, name) for room in ("book", "measures", "settlement") for name in worked.examples(room)]
SEEDS = (3,)
QUICKLY = (
    ("book", "versions-go-on"), ("measures", "days-beyond-the-calendar"), ("settlement", "hold-and-lift"),
    ("settlement", "cap-carried"), ("settlement", "clawback-sliding"),
)  # fmt: skip
"""Examples that are many queries each: with all tests they run in PostgreSQL alone."""
whole = snapshot
"""Of the sample company, all that there is."""


def published(opened: Open, case: str) -> None:
    calculate, kept = comparing(opened)
    results = run_tests([DOCUMENTS[case]], FACT_TYPES, {GREGORIAN.name: GREGORIAN}, calculate)
    assert results and all(result.passed for result in results), "\n".join(map(str, results))
    assert all(here == there for here, there in kept)


@pytest.mark.parametrize("case", SHARE)
def test_published_figures_come_out_on_every_engine(engine: Open, case: str) -> None:
    """The tests of the plan pass, and every table has the hash that it has in DuckDB."""
    published(engine, case)


@pytest.mark.soak
@pytest.mark.parametrize("case", sorted(set(DOCUMENTS) - set(SHARE)))
def test_all_published_figures_come_out_on_every_engine(engine: Open, case: str) -> None:
    published(engine, case)


def by_hand(opened: Open, room: str, name: str) -> None:
    calculate, kept = comparing(opened)
    results = worked.tried(room, name, calculate)
    assert results and all(result.passed for result in results), "\n".join(map(str, results))
    assert all(here == there for here, there in kept)


@pytest.mark.parametrize(("room", "name"), WORKED)
def test_figures_worked_by_hand_come_out_on_every_engine(engine: Open, room: str, name: str) -> None:
    """Sums over rolling months."""
    by_hand(engine, room, name)


@pytest.mark.postgres
@pytest.mark.parametrize(("room", "name"), QUICKLY)
def test_more_figures_worked_by_hand_come_out_in_postgres(quick_engine: Open, room: str, name: str) -> None:
    """Versions, dates beyond the calendar, holding back, taking back."""
    by_hand(quick_engine, room, name)


@pytest.mark.soak
@pytest.mark.parametrize(("room", "name"), sorted(set(EXAMPLES) - set(WORKED)))
def test_all_figures_worked_by_hand_come_out_on_every_engine(engine: Open, room: str, name: str) -> None:
    by_hand(engine, room, name)


def drawn(opened: Open, seed: int) -> None:
    """A random company under a random plan, of three kinds in turn; a refusal must be the same one."""
    case = (random_case, case_with_versions, case_in_weeks)[seed % 3](seed)
    snapshot = case.world.snapshot()
    assert answer(opened, case.models, snapshot, SPAN) == answer(None, case.models, snapshot, SPAN)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_companies_are_paid_the_same_on_every_engine(engine: Open, seed: int) -> None:
    drawn(engine, seed)


@pytest.mark.postgres
def test_more_random_companies_are_paid_the_same_in_postgres(quick_engine: Open) -> None:
    for seed in (1, 6):
        drawn(quick_engine, seed)


@pytest.mark.soak
def test_many_random_companies_are_paid_the_same_on_every_engine(engine: Open, soak_size: int) -> None:
    for seed in range(20_000, 20_000 + max(soak_size // 50, 1)):
        drawn(engine, seed)


PLANS = Path(adventureworks.__file__).parent / "plans"


def five_months(opened: Open) -> None:
    """The first five months of orders under every plan that has begun by then."""
    plans, snapshot = [document.plan for document in load_folder(PLANS)], first_months()
    plans = [plan for plan in plans if plan.effective.start < date(2011, 10, 1)]
    wanted = answer(None, plans, snapshot, FIRST_MONTHS)
    assert not isinstance(wanted, str) and wanted["totals"]["lines"]
    assert answer(opened, plans, snapshot, FIRST_MONTHS) == wanted


@pytest.mark.postgres
def test_the_sample_company_is_paid_the_same_in_postgres(quick_engine: Open) -> None:
    five_months(quick_engine)


@pytest.mark.soak
@pytest.mark.spark
def test_the_sample_company_is_paid_the_same_in_spark(spark: Open) -> None:
    """Many plans at once take Spark a minute and more. What they ask of it stays with all tests: the published and the
    worked figures and the random company above, and the last known value in `test_every_engine`."""
    five_months(spark)


@pytest.mark.soak
def test_three_years_of_the_sample_company_are_paid_the_same_on_every_engine(engine: Open, whole: Snapshot) -> None:
    """40,000 lines and 1,300 payments."""
    plans = [document.plan for document in load_folder(PLANS)]
    assert answer(engine, plans, whole, DEMO) == answer(None, plans, whole, DEMO)


@pytest.mark.soak
def test_a_hundred_thousand_deals_are_paid_the_same_on_every_engine(engine: Open, tmp_path: Path) -> None:
    """The company of the benchmark: 330,000 credits, 450,000 lines."""
    company.write(tmp_path, 100_000)
    tables = {path.stem: pq.read_table(path) for path in sorted(tmp_path.glob("*.parquet"))}
    snapshot = Snapshot.build([FactTable(company.fact_type(), tables.pop("deals"))], tables)
    plans, year = [load_plan(company.PLAN).plan], Interval(date(2026, 1, 1), date(2027, 1, 1))
    assert answer(engine, plans, snapshot, year) == answer(None, plans, snapshot, year)
