"""Lines of a payee are read from the first deal to the last one."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.cli import company
from tests.cli.conftest import Attain

DEALS = "Z1,2026-01-05,10.00,bob\nA9,2026-02-20,20.00,bob\nM5,2026-01-05,30.00,bob\nB2,2026-01-31,40.00,bob\n"
IN_ORDER = [
    "early/bonus/bob/M5", "early/bonus/bob/Z1", "account-executive/commission/bob/M5",
    "account-executive/commission/bob/Z1", "early/bonus/bob/D1", "account-executive/commission/bob/D1",
    "early/bonus/bob/B2", "account-executive/commission/bob/B2", "early/bonus/bob/D3",
    "account-executive/commission/bob/D3", "early/bonus/bob/A9", "account-executive/commission/bob/A9",
]  # fmt: skip


def test_lines_of_a_payee_are_in_order_of_credit_component_and_source(nordwind: Path, attain: Attain) -> None:
    early = company.PLAN.replace("account-executive", "early").replace("commission:", "bonus:")
    Path("plans/early.yaml").write_text(early)
    attain("publish")
    Path("more.csv").write_text(f"id,close_date,amount,owner\n{DEALS}")
    attain("import", "more.csv", "--into", "deals")
    attain("calculate", "2026-01..2026-02")
    lines = attain("explain", "bob", "--lines", "--json").json["lines"]
    assert [one["line"].rpartition("/")[0] for one in lines] == IN_ORDER
    said = attain("explain", "bob", "--lines").out
    places = [said.index(f"{line}/") for line in IN_ORDER]
    assert all(one < other for one, other in itertools.pairwise(places))
