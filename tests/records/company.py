"""A small company for the tests of records: a fact type, people, a plan, deals, and a calculation made by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from attain.kernel.intervals import Interval
from attain.kernel.ports import Ports, repeatable_ports
from attain.plans.loader import Document, load_plan
from attain.web.workspace import Workspace

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)

DEALS = """\
fact: deals
key: id
date: close_date
columns:
  id: text
  close_date: date
  amount: {type: money, places: 2, currency: currency}
  currency: {type: text, default: EUR}
  owner: payee
"""

PEOPLE = """\
person,name,title,manager,hired_on
ann,Ann Abt,Director,,2024-01-01
bob,Bob Bär,Account Executive,ann,2024-02-01
eve,Eve Ems,Account Executive,ann,2025-06-01
"""

PLAN = """\
plan: account-executive
version: "{version}"
currency: EUR
period: month
effective: {{from: {start}{through}}}
participants: "position.title = 'Account Executive'"
credits:
  bookings:
    from: deals
    date: close_date
    amount: amount
components:
  commission:
    each: bookings
    pays: percent
    rate: {rate}
policies:
  rounding: {{mode: half_up, scope: line}}
"""


def open_company(path: Path, *, database: str = "sqlite:///attain.db", ports: Ports | None = None) -> Workspace:
    """A prepared workspace with one fact type and no records."""
    ports = ports or repeatable_ports(7, NOON)
    workspace = Workspace.create(path, name="Nordwind GmbH", zone="Europe/Berlin", database=database, ports=ports)
    (path / "facts" / "deals.yaml").write_text(DEALS)
    workspace.prepare()
    return workspace


def deals(*rows: tuple[str, str, str, str]) -> bytes:
    """id, date, amount, owner"""
    lines = ["id,close_date,amount,owner", *(",".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def month_of_deals(month: int, count: int = 50) -> bytes:
    days = [f"2026-{month:02d}-{1 + number % 28:02d}" for number in range(count)]
    return deals(*((f"D{month}-{n}", day, f"{100 + n}.50", ("bob", "eve")[n % 2]) for n, day in enumerate(days)))


def plan(
    version: str = "2026-1", *, start: str = "2026-01-01", through: str | None = None, rate: str = "5%"
) -> Document:
    end = f", through: {through}" if through else ""
    return load_plan(PLAN.format(version=version, start=start, through=end, rate=rate), f"ae-{version}.yaml")


def months(first: int, last: int) -> Interval:
    return Interval(date(2026, first, 1), date(2026 + last // 12, last % 12 + 1, 1))


def calculate(start: Any, *, rate: int = 5) -> None:
    """What an engine would write into a run's folder: every deal of the span pays `rate` percent, once."""
    lines = []
    for deal in start.snapshot.rows("deals"):
        if start.span.contains(deal["close_date"]):
            period = f"{deal['close_date']:%Y-%m}"
            key = {"plan": "account-executive", "component": "commission", "payee": deal["owner"], "source": deal["id"]}
            amount = int(deal["amount"] * rate)
            lines.append({**key, "earning_period": period, "pay_period": period, "amount": amount, "currency": "EUR",
                          "line": "/".join([*key.values(), period])})  # fmt: skip
    releases = [{**line, "part": 1, "state": "released"} for line in lines]
    paid: dict[tuple[str, str], int] = {}
    for line in lines:
        paid[line["payee"], line["pay_period"]] = paid.get((line["payee"], line["pay_period"]), 0) + line["amount"]
    payments = [
        {"plan": "account-executive", "payee": payee, "pay_period": period, "payable": amount, "currency": "EUR",
         "draw_balance": 0, "carried_out": 0}
        for (payee, period), amount in paid.items()
    ]  # fmt: skip
    text, whole = pa.string(), pa.int64()
    key = [("plan", text), ("component", text), ("payee", text), ("source", text), ("earning_period", text)]
    line = [*key, ("pay_period", text), ("amount", whole), ("currency", text)]
    payment = [("plan", text), ("payee", text), ("pay_period", text), ("payable", whole), ("currency", text)]
    for name, rows, schema in (
        ("lines", lines, pa.schema([*line, ("line", text)])),
        ("releases", releases, pa.schema([*line, ("part", whole), ("state", text)])),
        ("payments", payments, pa.schema([*payment, ("draw_balance", whole), ("carried_out", whole)])),
    ):
        pq.write_table(pa.Table.from_pylist(rows, schema), start.folder / f"{name}.parquet")
    total = sum(line["amount"] for line in lines)
    (start.folder / "manifest.json").write_text(json.dumps({"engine_version": "by hand", "totals": {"lines": total}}))
