"""From a source to the rows that are believed and the rows that are not.

A row is good as a whole or kept aside as a whole, with its line, the columns at fault, the reasons and everything it
said: nothing is lost and nothing goes on half. Every row of the source ends in exactly one of three places: good,
quarantined, or repeated (the same row a second time).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from attain.kernel.errors import Finding, Where, suggest

from .columns import Converted, converted
from .content import row_texts, rows_of_keys
from .mapping import ACTIONS, LAST_DAYS, Mapping, Origin
from .schema import ROW, Column, FactType, TableType
from .source import Source, bytes_of, file_refused, raw_row
from .strict_yaml import shortened
from .values import places_of_currency

ACTION = "_action"
MAX_QUARANTINE = 100_000
MAX_PROBLEMS = 3
KEPT_ASIDE = ("kept_aside_row", "kept_aside_because")
"""Columns that stand beside rows which were given back for repair; a repaired file is imported with them."""
QUARANTINE = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("code", pa.string()),
        pa.field("raw", pa.string()),
    ]
)


@dataclass(frozen=True)
class Problem:
    column: str
    code: str
    reason: str
    value: str | None = None


@dataclass(frozen=True)
class Aside:
    """The money of the rows that are kept aside: with that of the good rows it is the control total of the file."""

    money: MappingOf[str, MappingOf[str, Decimal]] = field(default_factory=dict)
    """Money column -> currency (empty where the row names none) -> sum of what can be read."""
    unread: MappingOf[str, int] = field(default_factory=dict)
    """Money column -> rows in which its amount is missing or cannot be read."""


@dataclass(frozen=True)
class Checked:
    good: pa.Table
    """The columns of the table type, then `_row`, and for facts `_action`."""
    quarantine: pa.Table
    row_count: int
    repeated: int
    sums: MappingOf[str, Decimal | None]
    """Of each decimal column over every row of the source; None where an amount could not be read."""
    findings: tuple[Finding, ...] = ()
    aside: Aside = field(default_factory=Aside)


def good_schema(table: TableType) -> pa.Schema:
    action = [pa.field(ACTION, pa.string())] if isinstance(table, FactType) else []
    return pa.schema([*table.arrow_schema(), *action, pa.field(ROW, pa.int64())])


@dataclass
class _Work:
    """The columns of a source on their way to becoming a table."""

    table: TableType
    source: Source
    arrays: dict[str, pa.Array] = field(default_factory=dict)
    problems: dict[int, list[Problem]] = field(default_factory=lambda: defaultdict(list))
    unreadable: set[str] = field(default_factory=set)
    printed: set[str] = field(default_factory=set)
    """Columns whose texts are known to be printable ASCII."""
    findings: list[Finding] = field(default_factory=list)
    origins: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.source.lines)

    def add(self, row: int, column: str, code: str, reason: str) -> None:
        self.problems[row].append(Problem(column, code, reason, self.said(row, column)))
        if len(self.problems) + len(self.source.faults) > MAX_QUARANTINE:
            line = self.source.lines[row].as_py()
            raise file_refused(
                "file.too-many-faults",
                f"More than {MAX_QUARANTINE} rows cannot be believed; the one on line {line} because of `{column}`: "
                f"{reason}",
                line=line,
                column=column,
                hint="Look for a wrong delimiter, decimal mark or date form in the mapping.",
            )

    def said(self, row: int, column: str) -> str | None:
        place = self.origins.get(column)
        value = None if place is None else self.source.columns[place][row].as_py()
        return None if value is None else shortened(value, 200)

    def mask(self, mask: pa.Array, column: str, code: str, reason: str) -> None:
        for row in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
            self.add(row, column, code, reason)


def checked(source: Source, table: TableType, mapping: Mapping) -> Checked:
    if source.row_count == 0:
        raise file_refused("file.empty", "The file has a header and no rows.", line=mapping.header_row)
    work = _Work(table, source)
    places, last_days = _bound(source, table, mapping)
    deleting = _actions(work, mapping)
    for name, column in table.columns.items():
        _convert(work, column, places.get(name), mapping, last_day=name in last_days)
    _check_required(work, deleting)
    _check_keys(work)
    _check_amounts(work)
    _check_spans(work)
    return _split(work, mapping)


def _bound(source: Source, table: TableType, mapping: Mapping) -> tuple[dict[str, Origin], set[str]]:
    """Which column of the source fills which column of the table. What fits neither way refuses the file."""
    places: dict[str, Origin] = {}
    last_days: set[str] = set()
    used = {mapping.action.source} if mapping.action else set()
    for alias, column in LAST_DAYS.items():
        if column in table.columns and column not in mapping.columns and column not in source.header:
            origin = mapping.columns.get(alias) or (Origin(alias) if alias in source.header else None)
            if origin:
                places[column] = origin
                last_days.add(column)
    for name, column_type in table.columns.items():
        origin = mapping.columns.get(name) or places.get(name) or Origin(name)
        if origin.source is not None and origin.source not in source.header:
            said = name in mapping.columns or name in places
            if said or (column_type.required and column_type.default is None):
                _missing(name, origin.source, source, mapping)
            continue
        places[name] = origin
        used.add(origin.source)
    if mapping.action and mapping.action.source not in (None, *source.header):
        _missing("action", str(mapping.action.source), source, mapping)
    for name, reason in source.unusable.items():
        if name in used:
            raise file_refused("file.column-type", f"Column {name!r} cannot be taken. {reason}", line=1, column=name)
    surplus = [name for name in source.header if name not in used and name not in KEPT_ASIDE]
    if surplus and mapping.extra == "refuse":
        near = suggest(surplus[0], table.columns)
        raise file_refused(
            "file.extra-columns",
            f"Nothing is said about the columns {', '.join(repr(name) for name in surplus[:10])}.",
            line=mapping.header_row,
            column=surplus[0],
            hint=f"Did you mean `{near}`?" if near else "Map them, or say `extra: ignore` in the mapping.",
        )
    return places, last_days


def _missing(name: str, wanted: str, source: Source, mapping: Mapping) -> None:
    near = suggest(wanted, source.header)
    raise file_refused(
        "file.missing-column",
        f"There is no column {wanted!r}, which fills `{name}`. The file has {', '.join(source.header[:20])}.",
        line=mapping.header_row,
        column=name,
        hint=f"Did you mean {near!r}?" if near else "Check the delimiter and the names in the mapping.",
    )


def _texts(work: _Work, origin: Origin | None) -> pa.Array:
    text = pa.large_string()
    if origin is None:
        return pa.nulls(work.count, text)
    if origin.source is None:
        return pa.repeat(pa.scalar(origin.constant or None, text), work.count)
    texts = work.source.columns[work.source.header.index(origin.source)]
    if not origin.words:
        return texts
    encoded = texts.dictionary_encode()
    words = [origin.words.get(word, word) or None for word in encoded.dictionary.to_pylist()]
    blank = pa.scalar(origin.words.get("") or None, text)
    return (
        pc.fill_null(pa.array(words, text).take(encoded.indices), blank)
        if blank.is_valid
        else (pa.array(words, text).take(encoded.indices))
    )


def _actions(work: _Work, mapping: Mapping) -> pa.Array:
    """What each row does to its key; `new` where nothing is said. Returns which rows delete."""
    if mapping.action is None:
        work.arrays[ACTION] = pa.repeat(pa.scalar("new"), work.count)
        return pa.repeat(pa.scalar(False), work.count)
    if mapping.action.source is not None:
        work.origins[ACTION] = work.source.header.index(mapping.action.source)
    actions = pc.fill_null(_texts(work, mapping.action), "new")
    known = pc.is_in(actions, value_set=pa.array(ACTIONS, actions.type))
    work.mask(pc.invert(known), ACTION, "fact.action", f"Not one of {', '.join(ACTIONS)}.")
    work.arrays[ACTION] = pc.cast(actions, pa.string())
    return pc.equal(actions, "delete")


def _convert(work: _Work, column: Column, origin: Origin | None, mapping: Mapping, *, last_day: bool) -> None:
    if origin is not None and origin.source is not None:
        work.origins[column.name] = work.source.header.index(origin.source)
    if column.type == "text" and any(other.currency == column.name for other in work.table.columns.values()):
        column = Column(
            column.name, "currency", required=column.required, default=column.default, choices=column.choices
        )
    texts = _texts(work, origin)
    result = converted(texts, column, mapping.form, last_day=last_day)
    if result.is_print and column.default is None:
        work.printed.add(column.name)
    for row, fault in result.refused.items():
        work.add(row, column.name, fault.code, fault.reason)
    for row, place, code, reason in work.source.cell_faults:
        if work.origins.get(column.name) == place:
            work.add(row, column.name, code, reason)
            work.unreadable.add(column.name)
    if result.refused:
        work.unreadable.add(column.name)
    if column.type == "rate":
        _warn_of_rates(work, column, texts, result)
    values = result.values
    if column.default is not None:
        values = pc.fill_null(values, pa.scalar(column.default, values.type))
    work.arrays[column.name] = values


def _warn_of_rates(work: _Work, column: Column, texts: pa.Array, result: Converted) -> None:
    above = pc.greater(result.values, pa.scalar(Decimal(1), result.values.type))
    if not pc.any(above).as_py():
        return
    above = pc.and_(above, pc.invert(pc.ends_with(texts, "%")))
    rows = pc.indices_nonzero(pc.fill_null(above, False)).to_pylist()
    if rows:
        work.findings.append(
            Finding(
                "warning",
                "fact.rate-above-one",
                f"{len(rows)} rows have a `{column.name}` above 100% written without %, such as {texts[rows[0]]}.",
                Where(line=work.source.lines[rows[0]].as_py(), field=column.name),
                f"If {texts[rows[0]]} means {texts[rows[0]]}%, write the sign in the source.",
            )
        )


def _check_required(work: _Work, deleting: pa.Array) -> None:
    for name, column in work.table.columns.items():
        if not column.required or not work.arrays[name].null_count:
            continue
        missing = pc.is_null(work.arrays[name])
        if name not in work.table.keys:
            missing = pc.and_(missing, pc.invert(deleting))
        for row in pc.indices_nonzero(missing).to_pylist():
            if not any(problem.column == name for problem in work.problems.get(row, ())):
                work.add(row, name, "fact.required", "The value is missing.")


def _check_keys(work: _Work) -> None:
    """A space that nobody sees must not make another key or another person."""
    for name, column in work.table.columns.items():
        if column.type == "payee" or (name in work.table.keys and column.type == "text"):
            values, is_print = work.arrays[name], name in work.printed
            if not is_print or b" " in bytes_of(values):
                spaced = pc.not_equal(pc.utf8_trim_whitespace(values), values)
                work.mask(spaced, name, "fact.space", "A space stands before or behind the text.")
            if not is_print:
                broken = pc.match_substring_regex(values, "[\t\r\n]")
                work.mask(broken, name, "fact.control-character", "A line end or tab.")


def _check_amounts(work: _Work) -> None:
    for column in work.table.money_columns:
        named = work.table.columns.get(column.currency or "")
        amounts = work.arrays[column.name]
        if named is None:
            continue
        currencies = work.arrays[named.name]
        lost = pc.and_(pc.is_valid(amounts), pc.is_null(currencies))
        for row in pc.indices_nonzero(lost).to_pylist():
            if not any(problem.column == named.name for problem in work.problems.get(row, ())):
                work.add(row, column.name, "fact.no-currency", f"An amount without `{named.name}`.")
        if column.places_said:
            continue
        for code in pc.unique(currencies).to_pylist():
            places = places_of_currency(code) if code else None
            if places is not None and places < column.places:
                finer = pc.not_equal(pc.round(amounts, places), amounts)
                reason = f"{code} has {places} decimal places."
                work.mask(pc.and_(finer, pc.equal(currencies, code)), column.name, "fact.places", reason)


def _check_spans(work: _Work) -> None:
    for first, behind in (("valid_from", "valid_to"), ("hired_on", "left_on")):
        if first in work.arrays and behind in work.arrays:
            empty = pc.less_equal(work.arrays[behind], work.arrays[first])
            work.mask(
                empty, behind, "fact.reversed", f"It ends before it starts: `{behind}` is the first day after it."
            )


def _split(work: _Work, mapping: Mapping) -> Checked:
    names = list(work.table.columns)
    if isinstance(work.table, FactType):
        names.append(ACTION)
    rows = pa.table([*(work.arrays[name] for name in names), work.source.lines], schema=good_schema(work.table))
    repeated = _duplicates(work, rows)
    out = pa.array(sorted({*work.problems, *repeated}), pa.int64())
    kept = pc.invert(pc.is_in(pa.arange(0, work.count), value_set=out)) if len(out) else None
    good = rows if kept is None else rows.filter(kept)
    sums = {
        name: None if name in work.unreadable or work.source.faults else pc.sum(work.arrays[name]).as_py() or Decimal(0)
        for name, column in work.table.columns.items()
        if column.is_decimal
    }
    return Checked(
        good.combine_chunks(),
        _quarantine(work),
        work.source.row_count,
        len(repeated),
        sums,
        tuple(work.findings),
        _aside(work),
    )


def _aside(work: _Work) -> Aside:
    money: dict[str, dict[str, Decimal]] = {}
    unread: dict[str, int] = {}
    bad = pa.array(sorted(work.problems), pa.int64())
    for column in work.table.money_columns:
        named = column.currency in work.table.columns
        codes = work.arrays[str(column.currency)].take(bad).to_pylist() if named else [column.currency] * len(bad)
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        unread[column.name] = len(work.source.faults)
        for amount, code in zip(work.arrays[column.name].take(bad).to_pylist(), codes, strict=True):
            if amount is None:
                unread[column.name] += 1
            else:
                sums[code or ""] += amount
        money[column.name] = dict(sorted(sums.items()))
    return Aside({name: sums for name, sums in money.items() if sums}, {name: n for name, n in unread.items() if n})


def _duplicates(work: _Work, rows: pa.Table) -> set[int]:
    """Rows that say the same as an earlier one. Rows with one key that say different things are all at fault."""
    believed = pa.array([row not in work.problems for row in range(work.count)]) if work.problems else None
    places = pa.arange(0, work.count)
    keys = work.arrays[work.table.keys[0]]  # one column is itself already; several are joined
    if len(work.table.keys) > 1:
        keys = rows_of_keys(rows, work.table.keys).combine_chunks()
    if believed is not None:
        keys, places = keys.filter(believed), places.filter(believed)
    if _rise(keys) or len(keys.unique()) == len(keys):
        return set()
    counts = pc.value_counts(keys)
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    places = places.filter(pc.is_in(keys, value_set=several))
    content = row_texts(rows.drop_columns([ROW]).take(places)).to_pylist()
    by_key: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for place, key, said in zip(places.to_pylist(), _keys_at(rows, work.table, places), content, strict=True):
        by_key[key].append((place, said))
    repeated: set[int] = set()
    for group in by_key.values():
        if len({said for _, said in group}) == 1:
            repeated.update(place for place, _ in group[1:])
            continue
        lines = ", ".join(str(work.source.lines[place].as_py()) for place, _ in group[:10])
        for place, _ in group:
            reason = f"Rows {lines} have the same key and say different things."
            work.add(place, work.table.keys[0], "fact.duplicate-key", reason)
    return repeated


def _rise(keys: pa.Array) -> bool:
    """Whether each is above the one before it, as files are mostly written: then no two are the same."""
    return len(keys) < 2 or pc.all(pc.less(keys[:-1], keys[1:]), skip_nulls=False).as_py() is True


def _keys_at(rows: pa.Table, table: TableType, places: pa.Array) -> list[str]:
    return [str(key) for key in rows_of_keys(rows.take(places), table.keys).to_pylist()]


def _quarantine(work: _Work) -> pa.Table:
    lines, header = work.source.lines, work.source.header
    entries: list[tuple[int, str | None, str | None, str, str, str]] = []
    bad = sorted(work.problems)
    taken = [column.take(pa.array(bad, pa.int64())).to_pylist() for column in work.source.columns] if bad else []
    for place, row in enumerate(bad):
        first, *others = work.problems[row][:MAX_PROBLEMS]
        reason = " ".join([first.reason, *(f"Also `{other.column}`: {other.reason}" for other in others)])
        raw = raw_row(header, [column[place] for column in taken])
        entries.append((lines[row].as_py(), first.column, first.value, reason, first.code, raw))
    entries += [(fault.line, None, None, fault.reason, fault.code, fault.raw) for fault in work.source.faults]
    entries.sort(key=lambda entry: entry[0])
    columns = zip(*entries, strict=True) if entries else [[] for _ in QUARANTINE]
    return pa.table([pa.array(column, part.type) for column, part in zip(columns, QUARANTINE, strict=True)], QUARANTINE)
