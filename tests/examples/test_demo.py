"""`attain demo` from outside: what it prints is what the README shows, and its ledger is what a clerk would work out.

The clerk reads the raw tables and the prose of the plans, and has a calculator with fractions: nothing of plans, engine
or checker is used here but the folder that the demo leaves behind.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest

from attain.examples import adventureworks
from tests.docs.test_tutorial import agrees

RAW = Path(adventureworks.__file__).parent / "data"
README = Path(__file__).resolve().parents[2] / "README.md"
REPRESENTATIVES = (275, 276, 277, 278, 279, 280, 281, 282, 283, 289, 290)
"""Of fiscal year 2012; their managers are on other plans."""
Row = dict[str, Any]
Tiers = list[tuple[Fraction | None, Fraction]]
"""(border as a part of the quota, rate) from the lowest; the last has no border."""


class Demo(NamedTuple):
    folder: Path
    said: str

    def rows(self, table: str, run: int | None = None) -> Iterator[Row]:
        found = sorted((self.folder / "data" / "runs").glob("run-*" if run is None else f"run-{run:06d}"))
        assert found
        for folder in found:
            yield from pq.read_table(folder / f"{table}.parquet").to_pylist()


def attain(*words: str) -> str:
    """What the command says, run as a user runs it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATTAIN_")}
    begun = [sys.executable, "-c", "from attain.cli.main import main; main()", *words]
    done = subprocess.run(begun, env={**kept, "ATTAIN_ACTOR": "grace"}, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "adventureworks"
    return Demo(folder, attain("demo", str(folder)))


def raw(name: str) -> list[Row]:
    return list(pq.read_table(RAW / f"{name}.parquet").to_pylist())


def cents(exact: Fraction) -> int:
    """Half up: away from zero when it is exactly half a cent."""
    doubled = abs(exact) * 200
    whole = (doubled.numerator // doubled.denominator + 1) // 2
    return whole if exact >= 0 else -whole


def orders_of(people: set[int], start: date, end: date) -> list[Row]:
    """Orders of these sellers from a day to the day before another, by date and number."""
    found = [
        row for row in raw("sales_order_header") if row["SalesPersonID"] in people and start <= row["OrderDate"] < end
    ]
    return sorted(found, key=lambda row: (row["OrderDate"], row["SalesOrderNumber"]))


def quota_of(people: set[int], start: date, end: date) -> Fraction:
    """What these people should sell in the days from start to end: each quota counts by its days."""
    history = raw("sales_person_quota_history")
    days = sorted({row["QuotaDate"] for row in history})
    follows = dict(zip(days, [*days[1:], date(2014, 5, 30)], strict=True))
    total = Fraction(0)
    for row in history:
        if row["BusinessEntityID"] in people:
            first, after = row["QuotaDate"], follows[row["QuotaDate"]]
            within = (min(after, end) - max(first, start)) // timedelta(days=1)
            total += Fraction(row["SalesQuota"]) * max(0, within) / ((after - first) // timedelta(days=1))
    return total


def pay_for(sold: Fraction, quota: Fraction, tiers: Tiers) -> Fraction:
    """What a sum of sales pays, each slice at the rate of its tier."""
    pay, done = Fraction(0), Fraction(0)
    for border, rate in tiers:
        up_to = sold if border is None else min(sold, border * quota)
        if up_to > done:
            pay, done = pay + (up_to - done) * rate, up_to
    return pay


def by_order(orders: list[tuple[str, Fraction]], quota: Fraction, tiers: Tiers) -> dict[str, int]:
    """Cents of each order: what the sum with it pays more than the sum before it."""
    sold, found = Fraction(0), {}
    for number, amount in orders:
        found[number] = cents(pay_for(sold + amount, quota, tiers) - pay_for(sold, quota, tiers))
        sold += amount
    return found


def rate_of(person: int) -> Fraction:
    (row,) = (row for row in raw("sales_person") if row["BusinessEntityID"] == person)
    return Fraction(row["CommissionPct"])


def test_the_readme_shows_what_the_demo_says(demo: Demo) -> None:
    fences = re.findall(r"^```\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (shown,) = (fence for fence in fences if fence.startswith("Paid to each person"))
    assert agrees(shown + "…\n", demo.said), f"The README shows:\n{shown}\nbut the demo says:\n{demo.said}"


def test_each_run_is_proven_before_it_is_closed_and_the_log_says_so(demo: Demo) -> None:
    """D.7: four proofs without a difference, each an event of the log before a month is closed with its run."""
    told = attain("audit", "list", "--json", "--last", "1000", "--workspace", str(demo.folder))
    events = json.loads(told)["events"]
    order = [event for event in events if event["action"] in ("run.proved", "pay.closed")]
    proved: dict[str, Any] = {}
    for event in order:
        after = json.loads(event["after"])
        if event["action"] == "run.proved":
            proved[event["object"].split()[1]] = after
        else:
            assert after["run"] in proved
    assert len(proved) == 4
    for run, after in proved.items():
        lines = sum(1 for _ in demo.rows("lines", int(run.removeprefix("run-"))))
        assert (after["lines"], after["differences"], after["damaged"]) == (lines, 0, 0)


def test_a_representative_is_paid_the_quarter_that_a_calculator_gives(demo: Demo) -> None:
    """A.2, A.4: Linda Mitchell (276) in the first quarter of 2014: four tiers, then the cap of 12,000.00; no bonus
    unless the quota was met."""
    start, end = date(2014, 1, 1), date(2014, 4, 1)
    own = rate_of(276)
    tiers: Tiers = [
        (Fraction(1, 2), own * Fraction(8, 10)),
        (Fraction(1), own),
        (Fraction(12, 10), own * Fraction(125, 100)),
        (None, own * Fraction(15, 10)),
    ]
    quota = quota_of({276}, start, end)
    sold = [(row["SalesOrderNumber"], Fraction(row["SubTotal"])) for row in orders_of({276}, start, end)]
    expected = by_order(sold, quota, tiers)
    lines = [
        row
        for row in demo.rows("lines")
        if row["plan"] == "sales-rep"
        and row["payee"] == "276"
        and row["earning_period"] in ("2014-01", "2014-02", "2014-03", "2014-Q1")
    ]
    found = {
        row["source"]: row["amount"] for row in lines if row["component"] == "commission" and row["kind"] == "line"
    }
    assert len(expected) > 20 and found == expected
    earned = sum(row["amount"] for row in lines if row["component"] == "commission")
    assert sum(expected.values()) > 12_000_00 and earned == 12_000_00
    met = sum((amount for _, amount in sold), Fraction(0)) >= quota
    bonus = [row["amount"] for row in lines if row["component"] == "quarter_bonus"]
    (stated,) = (row["Bonus"] for row in raw("sales_person") if row["BusinessEntityID"] == 276)
    assert sum(bonus) == (cents(Fraction(stated)) if met else 0)


def test_a_manager_is_paid_the_month_that_a_calculator_gives(demo: Demo) -> None:
    """A.13: Stephen Jiang (274), September 2013: 0.2 % of what his region sells, 0.3 % beyond its quota."""
    people = {row["BusinessEntityID"]: row["OrganizationNode"] or "" for row in raw("employee")}
    region = {person for person, node in people.items() if node.startswith(people[274])}
    assert len(region) > 5
    quarter, end = date(2013, 7, 1), date(2013, 10, 1)
    tiers: Tiers = [(Fraction(1), Fraction(2, 1000)), (None, Fraction(3, 1000))]
    sold = [(row["SalesOrderNumber"], Fraction(row["SubTotal"])) for row in orders_of(region, quarter, end)]
    all_of_quarter = by_order(sold, quota_of(region, quarter, end), tiers)
    month = {row["SalesOrderNumber"] for row in orders_of(region, date(2013, 9, 1), end)}
    expected = {number: amount for number, amount in all_of_quarter.items() if number in month}
    found = {
        row["event"]: row["amount"]
        for row in demo.rows("lines")
        if row["plan"] == "sales-manager" and row["payee"] == "274" and row["earning_period"] == "2013-09"
    }
    assert len(expected) > 50 and found == expected


def test_the_budget_of_the_spif_ends_in_the_line_that_a_calculator_gives(demo: Demo) -> None:
    """A.7: two dollars a touring bike, in the order of dates and lines, until 5,000.00 are spent."""
    names = {row["ProductID"]: row["Name"] for row in raw("product")}
    orders = {row["SalesOrderID"]: row for row in raw("sales_order_header")}
    managers, bikes = {274, 285, 287}, []
    for line in raw("sales_order_detail"):
        order = orders[line["SalesOrderID"]]
        seller = order["SalesPersonID"]
        if seller is None or seller in managers or not date(2013, 7, 1) <= order["OrderDate"] < date(2014, 1, 1):
            continue
        if names[line["ProductID"]].startswith("Touring-"):
            number = f"{order['SalesOrderNumber']}.{line['SalesOrderDetailID']}"
            bikes.append((order["OrderDate"], number, line["OrderQty"]))
    left, expected = 5_000_00, {}
    for _, number, quantity in sorted(bikes):
        expected[number] = min(left, quantity * 2_00)
        left -= expected[number]
    found = {row["source"]: row["amount"] for row in demo.rows("lines") if row["plan"] == "bike-spif"}
    paid = {number: amount for number, amount in found.items() if amount}
    assert left == 0 and paid == {number: amount for number, amount in expected.items() if amount}
    assert set(found) <= set(expected)


def delivered(demo: Demo, *files: str) -> dict[str, dict[str, str]]:
    """Orders by number as these files of the company say, a later one before an earlier."""
    found: dict[str, dict[str, str]] = {}
    for name in files:
        with (demo.folder / "imports" / name).open(encoding="utf-8", newline="") as file:
            found |= {row["id"]: row for row in csv.DictReader(file)}
    return found


def sales(orders: dict[str, dict[str, str]], person: int, start: date, end: date) -> list[tuple[str, Fraction]]:
    """Orders of a seller within these days, by date and number."""
    days = (start.isoformat(), end.isoformat())
    mine = (row for row in orders.values() if row["sales_person"] == str(person))
    found = sorted((row["order_date"], row["id"], Fraction(row["sub_total"])) for row in mine)
    return [(number, amount) for day, number, amount in found if days[0] <= day < days[1]]


def test_the_late_file_pays_the_difference_that_a_calculator_gives(demo: Demo) -> None:
    """C.5: three orders were missing and two were wrong when May 2012 was closed. June pays new less old, to the cent,
    for every order of that quarter whose slices moved, and nothing else."""
    start, end = date(2012, 4, 1), date(2012, 6, 1)
    before = delivered(demo, "orders.csv")
    after = delivered(demo, "orders.csv", "late/orders-late.csv")
    expected: dict[tuple[str, str], int] = {}
    for person in REPRESENTATIVES:
        own, quota = rate_of(person), quota_of({person}, start, date(2012, 7, 1))
        tiers: Tiers = [(Fraction(1), own), (None, own * Fraction(125, 100))]
        old, new = (by_order(sales(said, person, start, end), quota, tiers) for said in (before, after))
        for number in {*old, *new}:
            if change := new.get(number, 0) - old.get(number, 0):
                expected[str(person), number] = change
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in demo.rows("lines"):
        if row["kind"] == "difference" and row["component"] == "commission":
            assert row["pay_period"] == "2012-06"
            found[row["payee"], row["source"]] += row["amount"]
    assert found == expected and len(expected) >= 5
    assert expected["277", "SO46610"] < 0 < expected["275", "SO46610"]


def test_the_months_together_pay_what_the_orders_without_mistakes_pay(demo: Demo) -> None:
    """C.5: closed lines and late differences of a quarter add up, order by order, to what the true orders pay."""
    now = delivered(demo, "orders.csv", "late/orders-late.csv")
    amounts = {row["SalesOrderNumber"]: Fraction(row["SubTotal"]) for row in raw("sales_order_header")}
    assert {number: Fraction(row["sub_total"]) for number, row in now.items()} == amounts
    start, end, expected = date(2012, 4, 1), date(2012, 7, 1), {}
    for person in REPRESENTATIVES:
        own = rate_of(person)
        tiers: Tiers = [(Fraction(1), own), (None, own * Fraction(125, 100))]
        sold = [(row["SalesOrderNumber"], Fraction(row["SubTotal"])) for row in orders_of({person}, start, end)]
        expected |= by_order(sold, quota_of({person}, start, end), tiers)
    found: dict[str, int] = defaultdict(int)
    for row in demo.rows("lines"):
        if row["component"] == "commission" and row["earning_period"] in ("2012-04", "2012-05", "2012-06"):
            found[row["source"]] += row["amount"]
    assert len(expected) > 200
    assert {number: amount for number, amount in found.items() if amount} == {
        number: amount for number, amount in expected.items() if amount
    }
