"""How engines write what the canonical SQL says, where they differ: names, types, division, days, texts.

A dialect answers with text. It is asked by `translation`, which knows the type of every part, so that no dialect has to
guess. Nothing here may pass through a floating-point number.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

INTEGER, BIGINT, HUGEINT = "INTEGER", "BIGINT", "HUGEINT"
DATE, TIMESTAMP, VARCHAR, BOOLEAN, NULL = "DATE", "TIMESTAMP", "VARCHAR", "BOOLEAN", "NULL"
WHOLE = (INTEGER, BIGINT, HUGEINT)
"""Whole numbers, from narrow to wide."""


_SMALL = re.compile(r"(CAST\()?\d{1,4}( AS INTEGER\))?")
"""A number of days or months, written out, that leads nowhere beyond a calendar."""


class Dialect(ABC):
    """What most engines agree on; a class of its own for each engine says where it differs."""

    name = ""
    types: ClassVar[dict[str, str]] = {
        INTEGER: "INTEGER", BIGINT: "BIGINT", HUGEINT: "DECIMAL(38, 0)", DATE: "DATE", TIMESTAMP: "TIMESTAMP",
        VARCHAR: "VARCHAR", BOOLEAN: "BOOLEAN",
    }  # fmt: skip
    quotes = '"'
    longest_name: int | None = None
    """How many bytes of a name count; longer ones get a shorter name that no other has."""
    union = "UNION"
    recursive = "WITH RECURSIVE "

    def quoted(self, name: str) -> str:
        return self.quotes + self.short(name).replace(self.quotes, self.quotes * 2) + self.quotes

    def short(self, name: str) -> str:
        data = name.encode()
        if self.longest_name is None or len(data) <= self.longest_name:
            return name
        mark = "~" + hashlib.sha256(data).hexdigest()[:12]
        return data[: self.longest_name - len(mark)].decode(errors="ignore") + mark

    def text(self, value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    def pattern(self, value: str) -> str:
        """A pattern of LIKE: in the canonical SQL a backslash is a sign like any other."""
        return self.text(value.replace("\\", "\\\\"))

    def cast(self, text: str, kind: str, wanted: str) -> str:
        """`kind` is what the text has."""
        return f"CAST({text} AS {self.types[wanted]})"

    def nothing(self, kind: str) -> str:
        return f"CAST(NULL AS {self.types[kind]})"

    @abstractmethod
    def divided(self, above: str, below: str, kind: str, at_most_one: bool = False) -> str:
        """Whole-number division towards zero, exact. Division by zero is an error."""

    def modulo(self, above: str, below: str) -> str:
        return f"({above} % {below})"

    @abstractmethod
    def greatest_divisor(self, one: str, other: str) -> str: ...

    def days_later(self, day: str, count: str, sign: str) -> str:
        return f"({day} {sign} {count})"

    @abstractmethod
    def months_later(self, day: str, count: str, sign: str) -> str: ...

    @abstractmethod
    def days_between(self, later: str, earlier: str) -> str:
        """As BIGINT."""

    def part_of_day(self, part: str, day: str) -> str:
        """As BIGINT."""
        return f"CAST(EXTRACT({part} FROM {day}) AS {self.types[BIGINT]})"

    @abstractmethod
    def first_of_month(self, day: str) -> str: ...

    @abstractmethod
    def last_of_month(self, day: str) -> str: ...

    def chosen(self, function: str, parts: Sequence[str]) -> str:
        """COALESCE, and GREATEST or LEAST of those that are there."""
        return f"{function}({', '.join(parts)})"

    def joined(self, parts: Sequence[str]) -> str:
        """Texts one behind the other; missing when one is."""
        return "(" + " || ".join(parts) + ")"

    def joined_known(self, parts: Sequence[str]) -> str:
        """Texts one behind the other; a missing one counts as empty."""
        return self.joined([f"COALESCE({part}, '')" for part in parts])

    def starts_with(self, text: str, start: str) -> str:
        return f"STARTS_WITH({text}, {start})"

    def lower(self, text: str) -> str:
        return f"LOWER({text})"

    @abstractmethod
    def failing(self, message: str, kind: str) -> str:
        """What stops the query with a message when it is worked out."""

    def filtered(self, aggregate: str, conditions: Sequence[str]) -> str:
        return aggregate + (f" FILTER (WHERE {' AND '.join(conditions)})" if conditions else "")

    def value_at(self, value: str, key: str, largest: bool, conditions: Sequence[str]) -> str:
        """The value of the row with the smallest or largest key; rows without value or key do not count."""
        function = "MAX_BY" if largest else "MIN_BY"
        return self.filtered(f"{function}({value}, {key})", [f"{value} IS NOT NULL", *conditions])

    def extreme_truth(self, value: str, largest: bool) -> str:
        return f"{'BOOL_OR' if largest else 'BOOL_AND'}({value})"

    def last_known(self, value: str, window: str) -> str:
        return f"LAST_VALUE({value}) IGNORE NULLS OVER ({window})"

    def same(self, one: str, other: str, negated: bool) -> str:
        """Equal, where missing equals missing."""
        return f"({one} IS {'' if negated else 'NOT '}DISTINCT FROM {other})"


class Postgres(Dialect):
    """PostgreSQL 15 and later."""

    name = "postgres"
    types: ClassVar[dict[str, str]] = {**Dialect.types, HUGEINT: "NUMERIC(38, 0)", VARCHAR: "TEXT"}
    longest_name = 63
    lower_collation = "und-x-icu"
    """What knows more than the letters of ASCII: the database itself compares by bytes. Chosen when it is opened."""

    def divided(self, above: str, below: str, kind: str, at_most_one: bool = False) -> str:
        return f"DIV({above}, {below})" if kind == HUGEINT else f"({above} / {below})"

    def greatest_divisor(self, one: str, other: str) -> str:
        return f"GCD(CAST({one} AS NUMERIC), CAST({other} AS NUMERIC))"

    def days_later(self, day: str, count: str, sign: str) -> str:
        moved = f"({day} {sign} CAST({count} AS INTEGER))"
        return self._within(moved, f"{day} - DATE '0001-01-01' {sign} {count}", 3_660_000, "DATE", count)

    def months_later(self, day: str, count: str, sign: str) -> str:
        moved = f"({day} {sign} MAKE_INTERVAL(months => CAST({count} AS INTEGER)))"
        months = f"EXTRACT(YEAR FROM {day}) * 12 + EXTRACT(MONTH FROM {day}) - 13 {sign} {count}"
        return self._within(moved, months, 120_000, "TIMESTAMP", count)

    def _within(self, moved: str, since: str, most: int, kind: str, count: str) -> str:
        """PostgreSQL knows fewer years than DuckDB: what is before the year 1, or after 9999, is infinitely far."""
        if _SMALL.fullmatch(count):
            return moved
        early, late = (f"CAST('{sign}infinity' AS {kind})" for sign in ("-", ""))
        return f"CASE WHEN {since} < 0 THEN {early} WHEN {since} > {most} THEN {late} ELSE {moved} END"

    def days_between(self, later: str, earlier: str) -> str:
        return f"CAST({later} - {earlier} AS BIGINT)"

    def first_of_month(self, day: str) -> str:
        return f"DATE_TRUNC('month', CAST({day} AS TIMESTAMP))"

    def last_of_month(self, day: str) -> str:
        return f"CAST({self.first_of_month(day)} + INTERVAL '1 month' - INTERVAL '1 day' AS DATE)"

    def lower(self, text: str) -> str:
        return f'(LOWER({text} COLLATE "{self.lower_collation}") COLLATE "C")'

    def failing(self, message: str, kind: str) -> str:
        stop = f"pg_temp.attain_stop({self.text(message)})"
        return stop if kind == VARCHAR else f"CAST({stop} AS {self.types[kind]})"

    def value_at(self, value: str, key: str, largest: bool, conditions: Sequence[str]) -> str:
        order = "DESC" if largest else "ASC"
        known = [f"{value} IS NOT NULL", f"{key} IS NOT NULL"]
        return f"({self.filtered(f'ARRAY_AGG({value} ORDER BY {key} {order})', [*known, *conditions])})[1]"

    def last_known(self, value: str, window: str) -> str:
        known = f"(ARRAY_AGG({value}) FILTER (WHERE {value} IS NOT NULL) OVER ({window}))"
        return f"{known}[CARDINALITY({known})]"


class Spark(Dialect):
    """Spark 4.1 and later, in ANSI mode."""

    name = "spark"
    types: ClassVar[dict[str, str]] = {**Dialect.types, VARCHAR: "STRING", INTEGER: "INT", TIMESTAMP: "TIMESTAMP_NTZ"}
    quotes = "`"

    def text(self, value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def divided(self, above: str, below: str, kind: str, at_most_one: bool = False) -> str:
        if kind != HUGEINT:
            return f"({above} DIV {below})"
        above, below = (f"CAST({each} AS DECIMAL(38, 0))" for each in (above, below))
        whole = f"CAST(({above} - {above} % {below}) / {below} AS DECIMAL(38, 0))"
        # A quotient is as wide as 32 digits; what is divided by one keeps all of its own.
        return f"CASE WHEN {below} = 1 THEN {above} ELSE {whole} END" if at_most_one else whole

    def greatest_divisor(self, one: str, other: str) -> str:
        start = f"NAMED_STRUCT('a', CAST(ABS({one}) AS DECIMAL(38, 0)), 'b', CAST(ABS({other}) AS DECIMAL(38, 0)))"
        step = "NAMED_STRUCT('a', s.b, 'b', CAST(s.a % s.b AS DECIMAL(38, 0)))"
        euclid = f"(s, i) -> CASE WHEN s.b = 0 THEN s ELSE {step} END"
        return f"AGGREGATE(SEQUENCE(1, {self.most_steps}), {start}, {euclid}, s -> s.a)"

    most_steps = 184
    """Two numbers of 38 digits are done by then: each two steps halve them at least (Lamé: 5 steps a digit at most)."""

    def days_later(self, day: str, count: str, sign: str) -> str:
        return f"{'DATE_ADD' if sign == '+' else 'DATE_SUB'}({day}, CAST({count} AS INT))"

    def months_later(self, day: str, count: str, sign: str) -> str:
        count = f"CAST({count} AS INT)"
        return f"ADD_MONTHS({day}, {count if sign == '+' else f'-({count})'})"

    def days_between(self, later: str, earlier: str) -> str:
        return f"CAST(DATEDIFF({later}, {earlier}) AS BIGINT)"

    def first_of_month(self, day: str) -> str:
        return f"TRUNC({day}, 'MONTH')"

    def last_of_month(self, day: str) -> str:
        return f"LAST_DAY({day})"

    def starts_with(self, text: str, start: str) -> str:
        return f"STARTSWITH({text}, {start})"

    def failing(self, message: str, kind: str) -> str:
        return f"CAST(RAISE_ERROR({self.text(message)}) AS {self.types[kind]})"
