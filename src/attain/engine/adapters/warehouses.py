"""How Snowflake, BigQuery, Databricks and Trino would write the same queries. Nothing here has been run there.

The texts for two plans are kept under review (`tests/adapters/golden`), so that a change of them is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from attain.engine.adapters.dialects import BIGINT, BOOLEAN, HUGEINT, INTEGER, TIMESTAMP, VARCHAR, Dialect, Spark
from attain.engine.adapters.translation import refused


class Warehouse(Dialect):
    """What these have in common, and others have not: GREATEST of a missing value is missing."""

    def chosen(self, function: str, parts: Sequence[str]) -> str:
        if function == "COALESCE":
            return super().chosen(function, parts)
        result = parts[0]
        for part in parts[1:]:
            result = f"COALESCE({function}({result}, {part}), {result}, {part})"
        return result

    def greatest_divisor(self, one: str, other: str) -> str:
        raise refused(f"the greatest common divisor, which {self.name} has not")

    def failing(self, message: str, kind: str) -> str:
        raise refused(f"a query that stops with a message, which {self.name} has not")


class Snowflake(Warehouse):
    name = "snowflake"
    types: ClassVar[dict[str, str]] = {
        **Dialect.types, HUGEINT: "NUMBER(38, 0)", BIGINT: "NUMBER(38, 0)", INTEGER: "NUMBER(38, 0)",
        TIMESTAMP: "TIMESTAMP_NTZ",
    }  # fmt: skip

    def text(self, value: str) -> str:
        return super().text(value.replace("\\", "\\\\"))

    def pattern(self, value: str) -> str:
        return self.text(value)

    def divided(self, above: str, below: str, kind: str, at_most_one: bool = False) -> str:
        return f"CAST(({above} - {above} % {below}) / {below} AS NUMBER(38, 0))"

    def days_later(self, day: str, count: str, sign: str) -> str:
        return f"DATEADD(DAY, {sign if sign == '-' else ''}({count}), {day})"

    def months_later(self, day: str, count: str, sign: str) -> str:
        return f"DATEADD(MONTH, {sign if sign == '-' else ''}({count}), {day})"

    def days_between(self, later: str, earlier: str) -> str:
        return f"DATEDIFF(DAY, {earlier}, {later})"

    def first_of_month(self, day: str) -> str:
        return f"DATE_TRUNC('MONTH', {day})"

    def last_of_month(self, day: str) -> str:
        return f"LAST_DAY({day}, MONTH)"

    def starts_with(self, text: str, start: str) -> str:
        return f"STARTSWITH({text}, {start})"

    def filtered(self, aggregate: str, conditions: Sequence[str]) -> str:
        raise refused(f"FILTER, which {self.name} has not")

    def value_at(self, value: str, key: str, largest: bool, conditions: Sequence[str]) -> str:
        known = " AND ".join([f"{value} IS NOT NULL", *conditions])
        return f"{'MAX_BY' if largest else 'MIN_BY'}({value}, CASE WHEN {known} THEN {key} END)"

    def extreme_truth(self, value: str, largest: bool) -> str:
        return f"{'BOOLOR_AGG' if largest else 'BOOLAND_AGG'}({value})"


class BigQuery(Warehouse):
    """NUMERIC holds 29 digits before the point, so wide numbers are BIGNUMERIC; what has more than 38 digits is not
    refused there by its type."""

    name = "bigquery"
    types: ClassVar[dict[str, str]] = {
        **Dialect.types, HUGEINT: "BIGNUMERIC", BIGINT: "INT64", INTEGER: "INT64", VARCHAR: "STRING", BOOLEAN: "BOOL",
        TIMESTAMP: "DATETIME",
    }  # fmt: skip
    quotes = "`"
    union = "UNION DISTINCT"

    def text(self, value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def divided(self, above: str, below: str, kind: str, at_most_one: bool = False) -> str:
        return f"DIV({above}, {below})"

    def modulo(self, above: str, below: str) -> str:
        return f"MOD({above}, {below})"

    def days_later(self, day: str, count: str, sign: str) -> str:
        return f"{'DATE_ADD' if sign == '+' else 'DATE_SUB'}({day}, INTERVAL {count} DAY)"

    def months_later(self, day: str, count: str, sign: str) -> str:
        return f"{'DATE_ADD' if sign == '+' else 'DATE_SUB'}({day}, INTERVAL {count} MONTH)"

    def days_between(self, later: str, earlier: str) -> str:
        return f"DATE_DIFF({later}, {earlier}, DAY)"

    def first_of_month(self, day: str) -> str:
        return f"DATE_TRUNC({day}, MONTH)"

    def last_of_month(self, day: str) -> str:
        return f"LAST_DAY({day}, MONTH)"

    def failing(self, message: str, kind: str) -> str:
        return f"CAST(ERROR({self.text(message)}) AS {self.types[kind]})"

    def filtered(self, aggregate: str, conditions: Sequence[str]) -> str:
        raise refused(f"FILTER, which {self.name} has not")

    def value_at(self, value: str, key: str, largest: bool, conditions: Sequence[str]) -> str:
        known = " AND ".join([f"{key} IS NOT NULL", *conditions])
        order = f"{key} {'DESC' if largest else 'ASC'}"
        return f"ARRAY_AGG(IF({known}, {value}, NULL) IGNORE NULLS ORDER BY {order} LIMIT 1)[SAFE_OFFSET(0)]"

    def extreme_truth(self, value: str, largest: bool) -> str:
        return f"{'LOGICAL_OR' if largest else 'LOGICAL_AND'}({value})"

    def last_known(self, value: str, window: str) -> str:
        return f"LAST_VALUE({value} IGNORE NULLS) OVER ({window})"


class Databricks(Spark):
    name = "databricks"


class Trino(Warehouse):
    name = "trino"

    def pattern(self, value: str) -> str:
        return self.text(value)

    def divided(self, above: str, below: str, kind: str, at_most_one: bool = False) -> str:
        if kind != HUGEINT:
            return f"({above} / {below})"
        above, below = (f"CAST({each} AS DECIMAL(38, 0))" for each in (above, below))
        return f"CAST(({above} - {above} % {below}) / {below} AS DECIMAL(38, 0))"

    def days_later(self, day: str, count: str, sign: str) -> str:
        return f"DATE_ADD('day', {sign if sign == '-' else ''}({count}), {day})"

    def months_later(self, day: str, count: str, sign: str) -> str:
        return f"DATE_ADD('month', {sign if sign == '-' else ''}({count}), {day})"

    def days_between(self, later: str, earlier: str) -> str:
        return f"DATE_DIFF('day', {earlier}, {later})"

    def first_of_month(self, day: str) -> str:
        return f"DATE_TRUNC('month', {day})"

    def last_of_month(self, day: str) -> str:
        return f"LAST_DAY_OF_MONTH({day})"


WAREHOUSES = (Snowflake, BigQuery, Databricks, Trino)
