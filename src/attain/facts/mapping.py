"""How a source file becomes columns of a fact type: one small document, so that the next export fits too.

    into: deals
    format: csv
    encoding: cp1252
    delimiter: ";"
    decimal_mark: ","
    group_mark: "."
    date_format: dd.mm.yyyy
    extra: ignore
    columns:
      id: Deal no.
      owner: {source: Rep, map: {Anna B.: anna}}
      currency: {constant: EUR}
      valid_through: Last day
    action: {source: Status, map: {changed: correct, removed: delete}}
    control: {rows: 120, sum: {amount: "48210.00"}}

With `format: sql` the rows come from a query instead of a file:

    into: deals
    format: sql
    database: crm.db            # SQLite, from the folder of the workspace; or postgresql://reader@db.example.com/crm
    query: SELECT id, closed_on, amount FROM won_deals ORDER BY id
    time_limit: 600             # seconds
    columns: {close_date: closed_on}

What is not said has a plain default: the same names, UTF-8, commas, points, ISO dates. A column that is not listed is
looked for under its own name. Nothing is found out from the data.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from attain.kernel.errors import SetupError
from attain.kernel.hashing import hash_of

from .decisions import IMPORTABLE
from .schema import Column, TableType
from .strict_yaml import Document, Map, Node, Scalar, load_yaml, parse_yaml, shortened
from .values import PLAIN, Form, ValueRefused, date_pattern, number

Format = Literal["csv", "xlsx", "parquet", "sql"]
Action = Literal["new", "correct", "delete"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx", "parquet", "sql")
ACTIONS: tuple[Action, ...] = ("new", "correct", "delete")
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "ascii": "ascii",
    "latin-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "cp1252": "cp1252",
    "cp1250": "cp1250",
    "mac-roman": "mac-roman",
    "shift-jis": "shift-jis",
}
TIME_LIMIT = 600
LONGEST_LIMIT = 86_400
LAST_DAYS = {"valid_through": "valid_to", "employed_through": "left_on"}
"""People write the last day that counts; tables hold the first day that does not."""


@dataclass(frozen=True)
class Origin:
    """Where the text of a column comes from: a column of the source, a constant, or the source read by a list."""

    source: str | None = None
    constant: str | None = None
    words: MappingOf[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Control:
    """What the sender counted: rows and sums of the source. A cut file has neither."""

    rows: int | None = None
    sums: MappingOf[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    into: str
    format: Format = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    form: Form = PLAIN
    sheet: str | None = None
    header_row: int = 1
    columns: MappingOf[str, Origin] = field(default_factory=dict)
    action: Origin | None = None
    extra: Literal["refuse", "ignore"] = "refuse"
    control: Control = Control()
    file: str | None = None
    database: str | None = None
    query: str | None = None
    time_limit: int = TIME_LIMIT
    """Seconds that its query may take."""

    def with_control(self, control: Control) -> Mapping:
        return replace(self, control=control)

    def mapping_hash(self) -> str:
        """Of everything that decides how a source is read. Control totals only decide whether it is taken."""
        form = self.form
        asked = {"database": self.database, "query": self.query} if self.query is not None else {}
        return hash_of(
            asked
            | {
                "into": self.into,
                "format": [self.format, self.encoding, self.delimiter, self.quote, self.sheet, self.header_row],
                "form": [form.decimal_mark, form.group_mark, form.date_format, form.spare_zeros],
                "words": [sorted(form.true_words), sorted(form.false_words)],
                "columns": {name: _plain(origin) for name, origin in self.columns.items()},
                "action": _plain(self.action) if self.action else None,
                "extra": self.extra,
            }
        )


def _plain(origin: Origin) -> list[object]:
    return [origin.source, origin.constant, dict(origin.words)]


def load_mapping(path: Path, types: MappingOf[str, TableType]) -> Mapping:
    return _MappingDocument(str(path)).read(load_yaml(path), types)


def parse_mapping(text: str | bytes, types: MappingOf[str, TableType], file: str = "mapping.yaml") -> Mapping:
    return _MappingDocument(file).read(parse_yaml(text, file), types)


class _MappingDocument(Document):
    """Reads `mappings/<name>.yaml` for the fact types of a workspace and the tables of decisions."""

    fields = (
        "into format encoding delimiter quote decimal_mark group_mark spare_zeros date_format sheet header_row "
        "columns action extra true false control database query time_limit note"
    ).split()

    def __init__(self, file: str) -> None:
        super().__init__(file, SetupError, "mapping")

    def read(self, tree: Node, types: MappingOf[str, TableType]) -> Mapping:
        top = self.map(tree, "mapping", self.fields)
        known = {**IMPORTABLE, **types}
        if top.get("into") is None:
            self.refuse(top, "`into` is missing: it names the fact type or table that is filled.", field="into")
        into = self.one_of(cast(Node, top.get("into")), "into", sorted(known))
        form = self._form(top)
        header_row = top.get("header_row")
        sheet = top.get("sheet")
        mapping = Mapping(
            into,
            cast(Format, self._chosen(top, "format", FORMATS, "csv")),
            self._chosen(top, "encoding", tuple(ENCODINGS), "utf-8"),
            self._mark(top, "delimiter", ","),
            self._mark(top, "quote", '"'),
            form,
            self.text(sheet, "sheet") if sheet else None,
            self.whole(header_row, "header_row", 1, 1000) if header_row else 1,
            self._columns(top, known[into]),
            self._action(top),
            cast(Literal["refuse", "ignore"], self._chosen(top, "extra", ("refuse", "ignore"), "refuse")),
            self._control(top, known[into], form),
            self.file,
            *self._asked(top),
        )
        if mapping.delimiter == mapping.quote:
            self.refuse(top, "Delimiter and quote must be two different characters.", field="delimiter")
        return mapping

    def _chosen(self, top: Map, field: str, choices: tuple[str, ...], default: str) -> str:
        node = top.get(field)
        return default if node is None else self.one_of(node, field, choices)

    def _asked(self, top: Map) -> tuple[str | None, str | None, int]:
        """Database and query; neither password nor anything else that should not stand in a file."""
        said = [top.get(name) for name in ("database", "query")]
        limit = top.get("time_limit")
        if self._chosen(top, "format", FORMATS, "csv") != "sql":
            for node, name in zip([*said, limit], ("database", "query", "time_limit"), strict=True):
                if node is not None:
                    self.refuse(node, f"`{name}` belongs to `format: sql`.", field=name)
            return None, None, TIME_LIMIT
        database, query = (None if node is None else self.text(node, name)
                           for node, name in zip(said, ("database", "query"), strict=True))  # fmt: skip
        if database is None or query is None:
            self.refuse(
                top, "`format: sql` needs `database` and `query`.", field="database" if not database else "query"
            )
        if "://" in database and urlsplit(database).password is not None:
            hint = "Put it into ~/.pgpass, or into the environment as PGPASSWORD."
            self.refuse(top.line_of("database"), "`database` holds a password.", field="database", hint=hint)
        seconds = self.whole(limit, "time_limit", 1, LONGEST_LIMIT) if limit is not None else TIME_LIMIT
        return database, query, seconds

    def _mark(self, top: Map, field: str, default: str) -> str:
        node = top.get(field)
        if node is None:
            return default
        mark = {"tab": "\t", "space": " "}.get(self.text(node, field), self.text(node, field))
        if len(mark) != 1 or mark.isalnum() or mark in "\r\n\x00-+%":
            self.refuse(node, f"`{field}` must be a single mark, such as ; or tab.", field=field)
        return mark

    def _form(self, top: Map) -> Form:
        decimal_mark = self._chosen(top, "decimal_mark", (".", ","), ".")
        group = top.get("group_mark")
        group_mark = ""
        if group is not None and not (isinstance(group, Scalar) and group.text == ""):
            group_mark = {"space": " "}.get(self.text(group, "group_mark"), self.text(group, "group_mark"))
            if group_mark not in (".", ",", " ", "'", "\u2019", "\u00a0", "\u202f") or group_mark == decimal_mark:
                self.refuse(group, "`group_mark` must be a point, comma, apostrophe or space, unlike the decimal mark.")
        date_format = PLAIN.date_format
        if (said := top.get("date_format")) is not None:
            date_format = self.text(said, "date_format")
            try:
                date_pattern(date_format)
            except ValueError as fault:
                self.refuse(said, f"{fault}.", field="date_format", hint="Write it like yyyy-mm-dd or dd.mm.yyyy.")
        spare = top.get("spare_zeros")
        true, false = self._words(top, "true", PLAIN.true_words), self._words(top, "false", PLAIN.false_words)
        if both := true & false:
            self.refuse(top, f"{sorted(both)[0]!r} means both yes and no.", field="true")
        return Form(
            decimal_mark, group_mark, date_format, self.yes_no(spare, "spare_zeros") if spare else False, true, false
        )

    def _words(self, top: Map, field: str, default: frozenset[str]) -> frozenset[str]:
        node = top.get(field)
        if node is None:
            return default
        nodes = node.items if not isinstance(node, Scalar | Map) else (node,)
        return frozenset(self.text(item, field) for item in nodes)

    def _columns(self, top: Map, table: TableType) -> dict[str, Origin]:
        node = top.get("columns")
        if node is None:
            return {}
        targets = [*table.columns, *(alias for alias, column in LAST_DAYS.items() if column in table.columns)]
        entries = self.map(node, "columns", targets)
        for alias, column in LAST_DAYS.items():
            if alias in entries and column in entries:
                self.refuse(entries.line_of(alias), f"`{alias}` and `{column}` say the same; keep one.", field=alias)
        return {name: self._origin(entry, f"columns.{name}") for name, entry in entries.items()}

    def _origin(self, node: Node, field: str) -> Origin:
        if not isinstance(node, Map):
            return Origin(self.text(node, field))
        self.map(node, field, ("source", "constant", "map"))
        source, constant, words = node.get("source"), node.get("constant"), node.get("map")
        if (source is None) == (constant is None):
            self.refuse(node, f"`{field}` needs either `source` or `constant`.", field=field)
        if constant is not None:
            if words is not None:
                self.refuse(node, f"`{field}` is constant; a `map` would change nothing.", field=field)
            return Origin(constant=self.text(constant, field))
        named = {}
        if words is not None:
            named = {
                word: self.text(target, f"{field}.map") if not _is_blank(target) else ""
                for word, target in self.map(words, f"{field}.map").items()
            }
        return Origin(self.text(cast(Node, source), field), words=named)

    def _action(self, top: Map) -> Origin | None:
        node = top.get("action")
        if node is None:
            return None
        origin = self._origin(node, "action")
        for word in (*origin.words.values(), *([origin.constant] if origin.constant else [])):
            if word not in ACTIONS:
                self.refuse(node, f"{shortened(word)!r} is no action; known are {', '.join(ACTIONS)}.", field="action")
        return origin

    def _control(self, top: Map, table: TableType, form: Form) -> Control:
        node = top.get("control")
        if node is None:
            return Control()
        control = self.map(node, "control", ("rows", "sum"))
        rows, sums = control.get("rows"), control.get("sum")
        decimals = {name: column for name, column in table.columns.items() if column.is_decimal}
        totals = {}
        if sums is not None:
            for name, total in self.map(sums, "control.sum", decimals).items():
                totals[name] = self._total(total, f"control.sum.{name}", decimals[name], form)
        return Control(self.whole(rows, "control.rows", 0, 10**12) if rows else None, totals)

    def _total(self, node: Node, field: str, column: Column, form: Form) -> Decimal:
        try:
            # A sum may have more digits than one amount.
            return number(self.text(node, field), replace(column, precision=38), form)
        except ValueRefused as fault:
            self.refuse(node, f"`{field}`: {fault.reason}", field=field)


def _is_blank(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text == ""
