"""From the raw tables of AdventureWorks to the files that a company would import, the same bytes every time.

Amounts stay exact decimals from the raw table to the file. What the raw data leaves open (when the last quota ends, who
owns a territory that two people share) is decided here, once; SOURCE.md says how.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from attain.kernel.files import Files

HERE = Path(__file__).resolve().parent
DOCUMENTS = ("attain.toml", "SOURCE.md", "facts", "mappings", "plans")
SALES = "/6/"
"""The node of the vice president of sales; everybody below it sells or leads sellers."""
REGIONS = {"/6/1/": "North America", "/6/2/": "Pacific", "/6/3/": "Europe"}
SEATS_FROM = date(2011, 1, 1)
LAST_QUOTA_ENDS = date(2014, 5, 30)
CURRENCIES = {"US": "USD", "CA": "CAD", "AU": "AUD", "GB": "GBP", "FR": "EUR", "DE": "EUR"}
LATE = "late"
"""Below the files to import: what is imported after its month was closed."""
MISSING = ("SO46608", "SO46624", "SO46626")
"""Orders of 30 May 2012 that the first delivery leaves out."""
MISTAKEN: dict[str, dict[str, Any]] = {
    "SO46610": {"sales_person": "277"},  # Michael Blythe sold it
    "SO46629": {"sub_total": Decimal("89996.5779")},  # two digits changed places
}
FOUR_PLACES = Decimal("0.0001")
MONEY = pa.decimal128(18, 4)

Row = dict[str, Any]


def write_workspace(target: Path, files: Files | None = None) -> None:
    """The whole example: settings, documents, and below `imports` the files to import."""
    from . import crm  # it stands on the orders that are made here

    port = files or Files()
    for name in DOCUMENTS:
        for path in sorted((HERE / name).rglob("*.yaml")) if (HERE / name).is_dir() else (HERE / name,):
            place = target / path.relative_to(HERE)
            place.parent.mkdir(parents=True, exist_ok=True)
            port.write_bytes_durably(place, path.read_bytes())
    prepare(target / "imports", port)
    crm.write(target / "imports" / crm.FOLDER, port)


def prepare(target: Path, files: Files | None = None) -> dict[str, Path]:
    """Write the files to import; their paths by the name of the mapping that reads them, in the order of import.

    The orders are there as they were first delivered, and what came late is a file of its own, in a folder below.
    """
    port = files or Files()
    target.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, rows in DECISIONS.items():
        written[name] = target / f"{name}.csv"
        port.write_bytes_durably(written[name], as_csv(list(rows())))
    for name, schema, facts in (("orders", ORDERS, first_delivery), ("order_lines", ORDER_LINES, order_lines)):
        table = pa.Table.from_pylist(list(facts()), schema=schema)
        written[name] = target / f"{name}.parquet"
        port.write_bytes_durably(written[name], as_parquet(table))
    written["orders-csv"] = target / "orders.csv"
    port.write_bytes_durably(written["orders-csv"], as_csv(list(first_delivery())))
    written["orders-late"] = target / LATE / "orders-late.csv"
    written["orders-late"].parent.mkdir(exist_ok=True)
    port.write_bytes_durably(written["orders-late"], as_csv(list(late_orders())))
    return written


def as_csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _plain(value) for name, value in row.items()})
    return text.getvalue().encode()


def as_parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@cache
def raw(name: str) -> tuple[Row, ...]:
    return tuple(pq.read_table(HERE / "data" / f"{name}.parquet").to_pylist())


def by(name: str, key: str) -> dict[Any, Row]:
    return {row[key]: row for row in raw(name)}


# Facts

ORDERS = pa.schema(
    [
        ("id", pa.string()),
        ("order_date", pa.date32()),
        ("online", pa.bool_()),
        ("sales_person", pa.string()),
        ("territory", pa.string()),
        ("customer", pa.string()),
        ("sub_total", MONEY),
    ]
)
ORDER_LINES = pa.schema(
    [
        ("id", pa.string()),
        ("order_number", pa.string()),
        ("order_date", pa.date32()),
        ("online", pa.bool_()),
        ("sales_person", pa.string()),
        ("territory", pa.string()),
        ("product", pa.string()),
        ("category", pa.string()),
        ("quantity", pa.decimal128(18, 0)),
        ("unit_price", MONEY),
        ("discount", pa.decimal128(18, 6)),
        ("line_total", MONEY),
        ("standard_cost", MONEY),
        ("margin", MONEY),
    ]
)


def orders() -> Iterator[Row]:
    territories = by("sales_territory", "TerritoryID")
    for row in sorted(raw("sales_order_header"), key=lambda row: row["SalesOrderID"]):
        yield {
            "id": row["SalesOrderNumber"],
            "order_date": row["OrderDate"],
            "online": row["OnlineOrderFlag"],
            "sales_person": person_id(row["SalesPersonID"]),
            "territory": territories[row["TerritoryID"]]["Name"],
            "customer": row["AccountNumber"],
            "sub_total": row["SubTotal"],
        }


def first_delivery() -> Iterator[Row]:
    """The orders before anybody saw the mistakes in those of 30 May 2012."""
    for row in orders():
        if row["id"] not in MISSING:
            yield row | MISTAKEN.get(row["id"], {})


def late_orders() -> Iterator[Row]:
    """The orders that were missing or mistaken, as they are in the raw table."""
    return (row for row in orders() if row["id"] in MISSING or row["id"] in MISTAKEN)


def order_lines() -> Iterator[Row]:
    headers = {row["id"]: row for row in orders()}
    products, category_of, cost_on = by("product", "ProductID"), categories(), costs()
    for line in sorted(raw("sales_order_detail"), key=lambda row: (row["SalesOrderID"], row["SalesOrderDetailID"])):
        order = headers[f"SO{line['SalesOrderID']}"]
        quantity, total = Decimal(line["OrderQty"]), line["LineTotal"]
        cost = cost_on(line["ProductID"], order["order_date"])
        yield {
            "id": f"{order['id']}.{line['SalesOrderDetailID']}",
            "order_number": order["id"],
            **{name: order[name] for name in ("order_date", "online", "sales_person", "territory")},
            "product": products[line["ProductID"]]["Name"],
            "category": category_of[line["ProductID"]],
            "quantity": quantity,
            "unit_price": line["UnitPrice"],
            "discount": line["UnitPriceDiscount"].quantize(Decimal("0.000001")),
            "line_total": to_four_places(total),
            "standard_cost": cost,
            "margin": None if cost is None else to_four_places(total - quantity * cost),
        }


def to_four_places(exact: Decimal) -> Decimal:
    return exact.quantize(FOUR_PLACES, ROUND_HALF_UP)


def categories() -> dict[int, str]:
    """The category of each product that has a subcategory."""
    names = {row["ProductCategoryID"]: row["Name"] for row in raw("product_category")}
    above = {row["ProductSubcategoryID"]: names[row["ProductCategoryID"]] for row in raw("product_subcategory")}
    return {
        row["ProductID"]: above[row["ProductSubcategoryID"]]
        for row in raw("product")
        if row["ProductSubcategoryID"] is not None
    }


def costs() -> Callable[[int, date], Decimal | None]:
    """A function that gives the standard cost of a product in force on a day."""
    spans: dict[int, list[Row]] = {}
    for row in raw("product_cost_history"):
        spans.setdefault(row["ProductID"], []).append(row)

    @cache
    def cost_on(product: int, day: date) -> Decimal | None:
        for row in spans.get(product, ()):
            if row["StartDate"] <= day and (row["EndDate"] is None or day <= row["EndDate"]):
                cost: Decimal = row["StandardCost"]
                return cost
        return None

    return cost_on


# Decisions


def person_id(key: int | None) -> str | None:
    return None if key is None else str(key)


def organisation() -> list[Row]:
    """The employees at or below the vice president of sales."""
    found = [row for row in raw("employee") if (row["OrganizationNode"] or "").startswith(SALES)]
    return sorted(found, key=lambda row: row["BusinessEntityID"])


def position_of(node: str) -> str:
    """
    >>> position_of("/6/"), position_of("/6/1/10/")
    ('sales', 'sales-1-10')
    """
    return "-".join(["sales", *node.removeprefix(SALES).strip("/").split("/")]).rstrip("-")


def territories_of(person: int) -> list[Row]:
    history = (row for row in raw("sales_territory_history") if row["BusinessEntityID"] == person)
    return sorted(history, key=lambda row: row["StartDate"])


def people() -> Iterator[Row]:
    names, territories = by("person", "BusinessEntityID"), by("sales_territory", "TerritoryID")
    for row in organisation():
        person = names[row["BusinessEntityID"]]
        history = territories_of(row["BusinessEntityID"])
        country = territories[history[-1]["TerritoryID"]]["CountryRegionCode"] if history else None
        yield {
            "person": person_id(row["BusinessEntityID"]),
            "name": f"{person['FirstName']} {person['LastName']}",
            "country": country,
            "currency": CURRENCIES.get(country or "", "USD"),
            "hired_on": row["HireDate"],
            "left_on": None,
            "kind": "employee",
        }


def positions() -> Iterator[Row]:
    names = {row["TerritoryID"]: row["Name"] for row in raw("sales_territory")}
    for row in organisation():
        node = row["OrganizationNode"]
        is_seller = node.count("/") == 4
        start = row["HireDate"] if is_seller else SEATS_FROM
        held = {
            "position": position_of(node),
            "title": row["JobTitle"],
            "unit": REGIONS.get(node[: node.find("/", len(SALES)) + 1]),
            "manager": None if node == SALES else position_of(node[: node[:-1].rfind("/") + 1]),
        }
        history = territories_of(row["BusinessEntityID"])
        marks = {start: None} | {span["StartDate"]: names[span["TerritoryID"]] for span in history}
        for span in history:
            if span["EndDate"] is not None:
                # The raw tables name the last day that counts. The seat goes on, perhaps without a territory.
                marks.setdefault(span["EndDate"] + timedelta(days=1), None)
        days = sorted(marks)
        for day, following in zip(days, [*days[1:], None], strict=True):
            yield {**held, "territory": marks[day], "valid_from": day, "valid_to": following}


def assignments() -> Iterator[Row]:
    for row in organisation():
        yield {
            "person": person_id(row["BusinessEntityID"]),
            "position": position_of(row["OrganizationNode"]),
            "valid_from": row["HireDate"],
            "valid_to": None,
        }


def relationships() -> Iterator[Row]:
    """Who owns a territory, in spans within which the owners do not change."""
    for territory in sorted(raw("sales_territory"), key=lambda row: row["TerritoryID"]):
        held = [row for row in raw("sales_territory_history") if row["TerritoryID"] == territory["TerritoryID"]]
        borders: set[date] = {row["StartDate"] for row in held}
        borders |= {row["EndDate"] + timedelta(days=1) for row in held if row["EndDate"] is not None}
        days = sorted(borders)
        for start, end in zip(days, [*days[1:], None], strict=True):
            owners = [row for row in held if row["StartDate"] <= start and (row["EndDate"] or start) >= start]
            for row in sorted(owners, key=lambda row: row["BusinessEntityID"]):
                yield {
                    "kind": "territory_owner",
                    "subject": territory["Name"],
                    "payee": person_id(row["BusinessEntityID"]),
                    "share": (Decimal(1) / len(owners)).quantize(Decimal("0.000001")),
                    "valid_from": start,
                    "valid_to": end,
                }


def quotas() -> Iterator[Row]:
    """Each person's own quota, and for those who lead others the sum below them, their own included."""
    history = raw("sales_person_quota_history")
    starts = sorted({row["QuotaDate"] for row in history})
    ends = dict(zip(starts, [*starts[1:], LAST_QUOTA_ENDS], strict=True))
    nodes = {row["BusinessEntityID"]: row["OrganizationNode"] for row in organisation()}
    named = [("sales_quota", person, [person]) for person in nodes]
    for person, node in nodes.items():
        below = [other for other, path in nodes.items() if path.startswith(node)]
        if len(below) > 1:
            named.append(("company_quota" if node == SALES else "region_quota", person, below))
    for quota, person, members in named:
        for start in starts:
            amounts = [r["SalesQuota"] for r in history if r["QuotaDate"] == start and r["BusinessEntityID"] in members]
            if amounts:
                yield {
                    "quota": quota,
                    "subject": person_id(person),
                    "amount": sum(amounts, Decimal(0)),
                    "currency": "USD",
                    "per": "span",
                    "valid_from": start,
                    "valid_to": ends[start],
                }


def parameters() -> Iterator[Row]:
    own = (("commission_rate", "CommissionPct", "0.0001"), ("quota_bonus", "Bonus", "0.01"))
    for parameter, column, places in own:
        for row in sorted(raw("sales_person"), key=lambda row: row["BusinessEntityID"]):
            if row[column] > 0:
                yield {
                    "parameter": parameter,
                    "plan": None,
                    "level": "person",
                    "key": person_id(row["BusinessEntityID"]),
                    "value": str(row[column].quantize(Decimal(places))),
                    "valid_from": SEATS_FROM,
                    "valid_to": None,
                }


def rates() -> Iterator[Row]:
    wanted = set(CURRENCIES.values()) - {"USD"}
    for row in sorted(raw("currency_rate"), key=lambda row: (row["CurrencyRateDate"], row["ToCurrencyCode"])):
        if row["ToCurrencyCode"] in wanted:
            yield {
                "kind": "end_of_day",
                "base": row["FromCurrencyCode"],
                "quote": row["ToCurrencyCode"],
                "on": row["CurrencyRateDate"],
                "rate": row["EndOfDayRate"],
            }


DECISIONS: dict[str, Callable[[], Iterable[Row]]] = {
    "people": people,
    "positions": positions,
    "assignments": assignments,
    "relationships": relationships,
    "quotas": quotas,
    "parameters": parameters,
    "rates": rates,
}
