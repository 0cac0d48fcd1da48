"""An altered cent is found and named, and what must always hold does."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from attain.checker import Difference, compare
from attain.checker.compare import KEYS
from tests.checker.case import Company, deal, money, plan, ran, seat
from tests.checker.test_components import quota

TIERS = [{"to": "50%", "rate": "4.44%"}, {"to": "100%", "rate": "6%"}, {"rate": "12.5%"}]
TABLES = ("lines", "releases", "payments")


def agreement(policies: Any = None) -> Any:
    return plan(
        policies,
        measures={"booked": {"sum": "bookings", "over": "year", "quota": "target"}},
        components={"c": {"each": "bookings", "pays": "marginal", "by": "booked.attainment", "tiers": TIERS}},
        settlement={
            "release": [
                {"share": "1 / 3"},
                {"share": "1 / 3", "after": "1 month"},
                {"share": "rest", "after": "2 months"},
            ]
        },
    )


def company(amounts: list[int]) -> Company:
    deals = [
        deal(f"D{place:02d}", f"2026-{place % 3 + 1:02d}-{place % 28 + 1:02d}", money(cents), ("Ann", "Bob")[place % 2])
        for place, cents in enumerate(amounts)
    ]
    quotas = [quota("target", who, "999.99") for who in ("Ann", "Bob")]
    return Company([seat("Ann"), seat("Bob")], {"deals": deals}, {"quotas": quotas})


def test_an_altered_cent_is_found_and_named() -> None:
    """Q.1: one cent more on one line of many."""
    answer = ran(agreement(), company([10_000, 20_000, 30_000, 40_000])).answer
    tables = {name: [dict(row) for row in answer.rows(name)] for name in TABLES}
    assert compare(answer, tables, TABLES) == []
    changed = next(row for row in tables["lines"] if row["source"] == "D02")
    changed["amount"] += 1
    found = compare(answer, tables, TABLES)
    assert [(each.table, each.key[3], each.claimed) for each in found] == [
        ("lines", "D02", Fraction(changed["amount"]))
    ]
    assert "amount of plan ae, component c, payee Ann, source D02" in str(found[0])


def test_a_row_that_is_left_out_is_found_in_every_table() -> None:
    answer = ran(agreement(), company([10_000])).answer
    for table in TABLES:
        tables: dict[str, Any] = {name: list(answer.rows(name)) for name in TABLES}
        tables[table] = []
        found = compare(answer, tables, TABLES)
        assert found
        assert {each.table for each in found} == {table}
        assert all(isinstance(each, Difference) and each.claimed == 0 for each in found)


def test_a_credit_an_uncredited_event_and_an_exception_are_compared_too() -> None:
    """Q.1: what is said beside the money is proven as well, cell by cell and row by row."""
    given = company([10_000, 20_000])
    given.facts["deals"] += [deal("X", "2026-01-05", "5", "Nobody"), deal("Y", "2026-01-06", None)]
    answer = ran(agreement(), given).answer
    every = {name: [dict(row) for row in answer.rows(name)] for name in KEYS}
    assert compare(answer, every) == []
    every["credits"][0]["share"] = Fraction(1, 2)
    every["uncredited"][0]["reason"] = "nobody on a plan"
    every["exceptions"] = []
    found = [str(each) for each in compare(answer, every)]
    assert len(found) == 3
    assert found[0].startswith("credits: share of plan ae, version 1, credit_set bookings, event_type deals, event D00")
    assert found[0].endswith("is 1/2, recomputed 1")
    assert found[1] == "uncredited: reason of event_type deals, event X is nobody on a plan, recomputed unknown payee"
    assert found[2] == (
        "exceptions: plan ae, event_type deals, event Y, code amount_missing, currency EUR is not there, "
        "recomputed it is there"
    )
    every["credits"].append(every["credits"][1])
    assert "payee Bob is there 2 times, recomputed it is there" in str(compare(answer, every, ["credits"])[1])


cents = st.lists(st.integers(-200_000, 500_000), min_size=1, max_size=12)


@given(cents)
@settings(max_examples=60)
def test_lines_of_a_window_sum_to_the_pay_of_its_total(amounts: list[int]) -> None:
    """Marginal pay telescopes, whatever the order and sign of deals: only the rounding of each line remains."""
    done = ran(agreement(), company(amounts), "2026-01..2026-03")
    quota_minor = Fraction(99_999)
    for place, who in enumerate(("Ann", "Bob")):
        total = Fraction(sum(amounts[place::2]))
        marks = [
            (Fraction(0), Fraction(444, 10_000)),
            (quota_minor / 2, Fraction(156, 10_000)),
            (quota_minor, Fraction(650, 10_000)),
        ]
        exact = sum((max(Fraction(0), total - mark) * more for mark, more in marks), Fraction(0))
        exact += min(total, Fraction(0)) * Fraction(444, 10_000)
        lines = [row["amount"] for row in done.rows("lines", payee=who)]
        assert abs(sum(lines) - exact) <= Fraction(len(lines), 2)


@given(cents)
@settings(max_examples=40)
def test_parts_sum_to_their_lines_and_payments_to_the_parts(amounts: list[int]) -> None:
    done = ran(agreement({"negative_pay": "collect"}), company(amounts), "2026-01..2026-05")
    for row in done.rows("lines"):
        parts = done.rows("releases", source=row["source"], payee=row["payee"])
        assert sum(part["amount"] for part in parts) == row["amount"]
        assert {part["state"] for part in parts} <= {"released"}
    assert sum(row["paid"] for row in done.rows("payments")) == sum(row["amount"] for row in done.rows("lines"))


@given(cents, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_the_file_does_not_matter(amounts: list[int], random: Any) -> None:
    one, other = company(amounts), company(amounts)
    random.shuffle(other.facts["deals"])
    assert compare(ran(agreement(), one).answer, ran(agreement(), other).answer) == []


@given(cents, st.integers(1, 4))
@settings(max_examples=30)
def test_closing_month_by_month_pays_the_same_as_all_at_once(amounts: list[int], closed: int) -> None:
    """A.11, A.22: nothing changes in closed months, so there are no differences, and the sums are the same."""
    from tests.checker.test_book import close

    whole = ran(agreement(), company(amounts), "2026-01..2026-05")
    step = company(amounts)
    first = ran(agreement(), step, f"2026-01..2026-0{closed}")
    close(step, first, *(f"2026-0{month}" for month in range(1, closed + 1)))
    rest = ran(agreement(), step, f"2026-0{closed + 1}..2026-05")
    assert not rest.rows("lines", kind="difference")
    together = {name: [*first.answer.rows(name), *rest.answer.rows(name)] for name in ("lines", "payments")}
    together["releases"] = [row for row in first.answer.rows("releases") if row["state"] == "released"]
    together["releases"] += rest.answer.rows("releases")
    assert compare(whole.answer, together, TABLES) == []
