"""Lists as tables: declared once as columns, asked by the address, shown as a page or taken away as a file.

The address says everything: `q` is searched, `sort` is a column (with `-` downwards), `columns` are those that are
shown, and each filter has its own name. A file holds the columns, rows and order of the page, of all its pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol

from django.conf import settings
from django.db.models import CharField, F, Q, QuerySet, TextField
from django.http import HttpRequest, QueryDict

from attain.web.folding import Sorted, folded

from . import formats
from .paging import Page

Row = Any
Prepare = Callable[[Sequence[Row]], Sequence[Row]]
"""Adds to the rows of a page what is fetched for all of them at once."""
RIGHT = ("money", "amounts", "count")
LONGEST_SEARCH, MOST_WORDS = 200, 10
SCOPE = ("period", "team", "on")
"""What of the address is the page's own and not the table's: it stays where a table is sorted or searched."""


@dataclass(frozen=True)
class Column:
    """What stands in a cell. `value` is plain (text, a day, minor units), so that it is sorted and leaves as a file."""

    name: str
    title: Any
    value: Callable[[Row], Any]
    kind: str = "text"
    """text, person, money, amounts, count, day, moment, pill, pills, code"""
    under: Callable[[Row], Any] | None = None
    link: Callable[[Row], str] | None = None
    tone: Callable[[Row], str] | None = None
    currency: Callable[[Row], str] | None = None
    by: tuple[str, ...] = ()
    """The fields by which a database sorts; a list at hand is sorted by `value`."""
    sortable: bool = True
    shown: bool = True
    total: bool = False
    css: str = "phone-off"
    """Where it stands on the phone, and how it is set."""


@dataclass(frozen=True)
class Filter:
    name: str
    title: Any
    every: Any
    """What it is called when it leaves nothing out: All states."""
    value: Callable[[Row], Any] | None = None
    field: str = ""
    says: Callable[[str], Any] = str


class Source(Protocol):
    """Rows, at hand or in a database."""

    def searched(self, words: str) -> Source: ...
    def filtered(self, by: Filter, value: str) -> Source: ...
    def ordered(self, by: Column, *, down: bool) -> Source: ...
    def choices(self, of: Filter) -> list[str]: ...
    def count(self) -> int: ...
    def part(self, start: int, size: int) -> Sequence[Row]: ...
    def all(self) -> Iterable[Row]: ...


@dataclass(frozen=True)
class Listed:
    """Rows at hand. `text` is what is searched of one."""

    rows: Sequence[Row]
    text: Callable[[Row], str]

    def searched(self, words: str) -> Listed:
        wanted = str(folded(words)).split()
        return Listed([row for row in self.rows if all(one in _folded(self.text(row)) for one in wanted)], self.text)

    def filtered(self, by: Filter, value: str) -> Listed:
        assert by.value is not None  # noqa: S101  a table of rows at hand declares values
        return Listed([row for row in self.rows if value in _several(by.value(row))], self.text)

    def ordered(self, by: Column, *, down: bool) -> Listed:
        def key(row: Row) -> Any:
            value = by.value(row)
            return folded(value) if isinstance(value, str) else value

        known = [row for row in self.rows if by.value(row) is not None]
        unknown = [row for row in self.rows if by.value(row) is None]
        return Listed([*sorted(known, key=key, reverse=down), *unknown], self.text)

    def choices(self, of: Filter) -> list[str]:
        assert of.value is not None  # noqa: S101
        return sorted({one for row in self.rows for one in _several(of.value(row))})

    def count(self) -> int:
        return len(self.rows)

    def part(self, start: int, size: int) -> Sequence[Row]:
        return self.rows[start : start + size]

    def all(self) -> Sequence[Row]:
        return self.rows


def _folded(text: str) -> str:
    return str(folded(text))


def _several(value: Any) -> list[str]:
    """A row may have several of what is filtered by, such as roles."""
    return [str(one) for one in (value if isinstance(value, tuple) else (value,)) if one not in (None, "")]


@dataclass(frozen=True)
class Asked:
    """Rows of a database, in their own order unless another one is asked for. `text` are the fields that are
    searched."""

    found: QuerySet[Any]
    text: tuple[str, ...]

    def searched(self, words: str) -> Asked:
        wanted = Q()
        for word in words.split():
            anywhere = Q()
            for name in self.text:
                anywhere |= Q(**{f"{name}__has": word})
            wanted &= anywhere
        return Asked(self.found.filter(wanted), self.text)

    def filtered(self, by: Filter, value: str) -> Asked:
        return Asked(self.found.filter(**{by.field: value}), self.text)

    def ordered(self, by: Column, *, down: bool) -> Asked:
        keys = [self._key(name) for name in by.by]
        return Asked(self.found.order_by(*(one.desc() if down else one.asc() for one in keys), "pk"), self.text)

    def _key(self, name: str) -> Any:
        known = {field.name: field for field in self.found.model._meta.get_fields()}
        return Sorted(name) if isinstance(known.get(name), CharField | TextField) else F(name)

    def choices(self, of: Filter) -> list[str]:
        found = self.found.order_by(of.field).values_list(of.field, flat=True).distinct()
        return [str(one) for one in found if one not in (None, "")]

    def count(self) -> int:
        return self.found.count()

    def part(self, start: int, size: int) -> Sequence[Row]:
        return list(self.found[start : start + size])

    def all(self) -> Iterator[Row]:
        return iter(self.found.iterator(chunk_size=2000))


@dataclass(frozen=True)
class Table:
    """What a list page declares; `name` is that of its saved views and files."""

    name: str
    title: Any
    columns: tuple[Column, ...]
    find: Any
    """What the field for searching asks for."""
    counted: Callable[[int], str]
    """How many rows there are, in words."""
    filters: tuple[Filter, ...] = ()
    size: int = 50
    nothing: Any = ""
    """What is said where the list itself is empty; where nothing fits, the table says so."""
    nothing_more: Any = ""
    not_found: Any = ""

    def sorts(self, column: Column, source: Source) -> bool:
        return column.sortable and (isinstance(source, Listed) or bool(column.by))


@dataclass(frozen=True)
class Cell:
    """A value as it is read: words by the formats of the kit alone."""

    column: Column
    row: Row

    @property
    def kind(self) -> str:
        return self.column.kind

    @property
    def css(self) -> str:
        set_ = "number " if self.kind in RIGHT else "day " if self.kind in ("day", "moment") else ""
        return f"{set_}{self.column.css}"

    @property
    def value(self) -> Any:
        return self.column.value(self.row)

    @property
    def said(self) -> Any:
        value = self.value
        if self.kind in ("pills", "amounts"):
            return value if self.kind == "pills" else [formats.money(amount, code) for code, amount in value]
        return _SAYS.get(self.kind, _text)(value, self)

    @property
    def under(self) -> Any:
        return self.column.under(self.row) if self.column.under else ""

    @property
    def link(self) -> str:
        return self.column.link(self.row) if self.column.link else ""

    @property
    def tone(self) -> str:
        return self.column.tone(self.row) if self.column.tone else ""


def _text(value: Any, _cell: Cell) -> str:
    return "" if value is None else str(value)


_SAYS: dict[str, Callable[[Any, Cell], str]] = {
    "money": lambda value, cell: formats.money(value, cell.column.currency(cell.row) if cell.column.currency else ""),
    "count": lambda value, cell: "–" if value is None else formats.count(value),
    "day": lambda value, cell: formats.day(value),
    "moment": lambda value, cell: formats.moment(value, settings.WORKSPACE.zone),
}


@dataclass(frozen=True)
class Head:
    title: Any
    css: str
    sorted: str
    """`ascending`, `descending` or empty"""
    address: str
    """Empty where the column is not sorted by."""


@dataclass(frozen=True)
class Chip:
    said: str
    address: str


class Shown:
    """A table as an address asks for it: what its template and its files are made of."""

    def __init__(self, table: Table, source: Source, request: HttpRequest, prepare: Prepare | None = None) -> None:
        self.table, self.whole, self.get = table, source, request.GET
        self.request = request
        self.prepare = prepare or list

    @cached_property
    def words(self) -> str:
        return " ".join(self.get.get("q", "")[:LONGEST_SEARCH].split()[:MOST_WORDS])

    @cached_property
    def columns(self) -> list[Column]:
        """Those that are asked for and exist, in the order of the declaration; the first one is always there."""
        asked = set(self.get.getlist("columns"))
        chosen = [one for one in self.table.columns if (one.name in asked if asked else one.shown)]
        first = self.table.columns[0]
        return chosen if first in chosen else [first, *chosen]

    @cached_property
    def sorting(self) -> tuple[Column, bool] | None:
        said = self.get.get("sort", "")
        found = [one for one in self.table.columns if one.name == said.removeprefix("-")]
        return (found[0], said.startswith("-")) if found and self.table.sorts(found[0], self.whole) else None

    @cached_property
    def chosen(self) -> dict[str, str]:
        """By filter, what it lets through."""
        asked = {one.name: self.get.get(one.name, "") for one in self.table.filters}
        return {name: value for name, value in asked.items() if value}

    @cached_property
    def source(self) -> Source:
        """The rows of all pages."""
        source = self.whole
        for one in self.table.filters:
            if one.name in self.chosen:
                source = source.filtered(one, self.chosen[one.name])
        if self.words:
            source = source.searched(self.words)
        return source.ordered(self.sorting[0], down=self.sorting[1]) if self.sorting else source

    @cached_property
    def total(self) -> int:
        return self.source.count()

    @property
    def count(self) -> str:
        return self.table.counted(self.total)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.chosen)

    @cached_property
    def page(self) -> Page:
        return Page.window(self.total, self.request, self.table.size)

    @cached_property
    def rows(self) -> list[list[Cell]]:
        found = self.prepare(self.source.part(self.page.start, self.page.size))
        return [[Cell(column, row) for column in self.columns] for row in found]

    @property
    def everything(self) -> Iterable[list[Cell]]:
        for row in self.prepare(list(self.source.all())):
            yield [Cell(column, row) for column in self.columns]

    @property
    def heads(self) -> list[Head]:
        return [self._head(one) for one in self.columns]

    def _head(self, column: Column) -> Head:
        is_sorted = self.sorting is not None and self.sorting[0] is column
        down = is_sorted and self.sorting is not None and self.sorting[1]
        name = column.name if is_sorted and down else f"-{column.name}"
        if column.kind not in (*RIGHT, "day", "moment"):  # words are read from A on, numbers from the greatest
            name = f"-{column.name}" if is_sorted and not down else column.name
        address = self.address(sort=name) if self.table.sorts(column, self.whole) else ""
        said = ("descending" if down else "ascending") if is_sorted else ""
        return Head(column.title, "number" if column.kind in RIGHT else "", said, address)

    @property
    def totals(self) -> list[tuple[str, list[str]]]:
        """By currency, what the columns of money come to in all rows, not in those of the page alone."""
        summed = [one for one in self.columns if one.total]
        if not summed or not isinstance(self.source, Listed):
            return []
        rows = self.source.rows
        codes = sorted({one.currency(row) for one in summed if one.currency for row in rows})
        return [(code, [formats.money(_sum(one, rows, code), code) if one.total else "" for one in self.columns[1:]])
                for code in codes]  # fmt: skip

    @property
    def menus(self) -> list[dict[str, Any]]:
        """The filters, each with what it may let through; what is chosen stays in its list, also if nothing fits."""
        said = []
        for one in self.table.filters:
            chosen = self.chosen.get(one.name, "")
            names = sorted({*self.whole.choices(one), *([chosen] if chosen else [])})
            choices = [(value, one.says(value), value == chosen) for value in names]
            said.append({"name": one.name, "title": one.title, "every": one.every, "choices": choices})
        return said

    @property
    def chips(self) -> list[Chip]:
        found = [Chip(f"{one.title}: {one.says(self.chosen[one.name])}", self.address(**{one.name: ""}))
                 for one in self.table.filters if one.name in self.chosen]  # fmt: skip
        return [*([Chip(formats.quoted(self.words), self.address(q=""))] if self.words else []), *found]

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        return [(one, one in self.columns) for one in self.table.columns[1:]]

    def asked(self) -> list[tuple[str, str]]:
        """What the address says of this table and its page, without the number of the page."""
        names = ("q", "sort", "columns", *(one.name for one in self.table.filters), *SCOPE)
        return [(name, value) for name in names for value in self.get.getlist(name) if value]

    def kept_besides(self, *names: str) -> list[tuple[str, str]]:
        """What a form of the table sends along, besides its own fields."""
        return [(name, value) for name, value in self.asked() if name not in names]

    @property
    def kept_by_search(self) -> list[tuple[str, str]]:
        return self.kept_besides("q", *(one.name for one in self.table.filters))

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        return self.kept_besides("columns")

    @property
    def state(self) -> str:
        """What a saved view keeps: how the table is looked at, not of which day."""
        return _query((name, value) for name, value in self.asked() if name not in ("period", "on"))

    def address(self, **changed: str) -> str:
        kept = [(name, value) for name, value in self.asked() if name not in changed]
        return f"?{_query([*kept, *((name, value) for name, value in changed.items() if value)])}"

    @property
    def files(self) -> list[tuple[str, str]]:
        return [("CSV", self.address(file="csv")), ("Excel", self.address(file="xlsx"))]

    @property
    def without(self) -> str:
        """The table as it is declared."""
        scope = [(name, value) for name, value in self.asked() if name in SCOPE]
        return f"?{_query([*scope, ('view', '')])}"


def _sum(column: Column, rows: Iterable[Row], code: str) -> int:
    assert column.currency is not None  # noqa: S101  what is summed is money
    return sum(column.value(row) for row in rows if column.currency(row) == code)


def _query(pairs: Iterable[tuple[str, str]]) -> str:
    said = QueryDict(mutable=True)
    for name, value in pairs:
        said.appendlist(name, value)
    return said.urlencode()


def plain(cell: Cell) -> date | datetime | int | str | None:
    """A value for a file, where its kind is no money: that has a currency beside it."""
    value = cell.value
    if cell.kind == "pills":
        return ", ".join(map(str, value))
    return value if value is None or isinstance(value, date | int) else str(value)
