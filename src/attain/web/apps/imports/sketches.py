"""A mapping that is still being made: from the fields of a form, with what it does to the first rows of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from attain.facts import sketch
from attain.facts.decisions import IMPORTABLE
from attain.facts.looking import Look, beginning_of
from attain.facts.mapping import ENCODINGS, Origin, parse_mapping
from attain.facts.mapping import Mapping as SourceMapping
from attain.facts.sandbox import look_in_child
from attain.facts.schema import FactType, TableType
from attain.facts.validate import ACTION, KEPT_ASIDE
from attain.facts.values import Form
from attain.facts.written import mapping_text
from attain.kernel.errors import AttainError
from attain.web.workspace import Workspace

from .mappings import saved_mappings

ROWS = 20
SHOWN_COLUMNS = 40
START = 64 << 10
READING = ("encoding", "delimiter", "sheet", "header_row")
"""Fields that decide which columns the file has."""


def tables_of(workspace: Workspace) -> dict[str, TableType]:
    return {**workspace.fact_types, **IMPORTABLE}


def first_mapping(workspace: Workspace, file: Path, name: str, into: str | None) -> tuple[SourceMapping, Look]:
    """What is proposed for a file that nobody described: how it is cut, what it fills, which column is which."""
    with file.open("rb") as opened:
        start = opened.read(START)
    tables = tables_of(workspace)
    table = tables.get(into or "") or next(iter(tables.values()))
    kind = sketch.format_of(start, name)
    mapping = SourceMapping(table.name, kind, extra="ignore")
    if kind == "csv":
        encoding = sketch.encoding_of(start)
        text = start.decode(ENCODINGS[encoding], errors="replace")
        mapping = replace(mapping, encoding=encoding, delimiter=sketch.delimiter_of(text))
    look = look_at(file, table, mapping)
    if into not in tables and look.header:
        table = _most_like(tables, look.header)
    return proposed(workspace, replace(mapping, into=table.name), look), look


def proposed(workspace: Workspace, mapping: SourceMapping, look: Look) -> SourceMapping:
    """The same way of cutting the file, with columns and forms proposed from what its first rows say."""
    table = tables_of(workspace)[mapping.into]
    values = {name: [row[place] or "" for row in look.texts] for place, name in enumerate(look.header)}
    form = sketch.form_of(text for row in look.texts for text in row if text)
    header = [name for name in look.header if name not in KEPT_ASIDE]
    alike = [one.mapping for one in saved_mappings(workspace) if one.mapping and one.mapping.into == table.name]
    columns = sketch.columns_of(table, header, values, form, alike)
    return replace(mapping, form=form, columns=columns)


def _most_like(tables: Mapping[str, TableType], header: Sequence[str]) -> TableType:
    def alike(table: TableType) -> tuple[float, bool]:
        found = sketch.columns_of(table, header, {}, Form())
        needed = [one for one in table.columns.values() if one.required and one.default is None]
        return len(found) / len(table.columns) - sum(one.name not in found for one in needed), isinstance(
            table, FactType
        )

    return max(tables.values(), key=alike)


def look_at(file: Path, table: TableType, mapping: SourceMapping) -> Look:
    """The first rows; a file that cannot be cut has no header, and says why."""
    try:
        return look_in_child(beginning_of(file, mapping), table, mapping, ROWS)
    except AttainError as fault:
        return Look((), [], [], None, fault)


def mapping_of_form(workspace: Workspace, sent: Mapping[str, str]) -> tuple[str, SourceMapping]:
    """The text of the mapping that the fields say, and the mapping as the loader of the workspace reads it."""
    table = tables_of(workspace).get(sent.get("into", ""))
    columns = {}
    for name in table.columns if table is not None else ():
        if (origin := _origin(sent, name)) is not None:
            columns[name] = origin
    header_row = sent.get("header_row", "1")
    said = SourceMapping(
        sent.get("into", ""), sent.get("format", "csv"),  # type: ignore[arg-type]  # the loader judges the words
        sent.get("encoding", "utf-8"), sent.get("delimiter", ",") or ",", '"', _form(sent), sent.get("sheet") or None,
        int(header_row) if header_row.isdecimal() and len(header_row) < 6 else 0, columns, _origin(sent, ACTION),
        "ignore" if sent.get("extra") else "refuse",
    )  # fmt: skip
    text = mapping_text(said)
    return text, parse_mapping(text, workspace.fact_types)


def _form(sent: Mapping[str, str]) -> Form:
    plain = Form()
    true, false = (
        frozenset(word.strip() for word in sent.get(name, "").split(",") if word.strip()) for name in ("true", "false")
    )
    return Form(
        sent.get("decimal_mark", "."), sent.get("group_mark", ""), sent.get("date_format", plain.date_format).strip(),
        bool(sent.get("spare_zeros")), true or plain.true_words, false or plain.false_words,
    )  # fmt: skip


def _origin(sent: Mapping[str, str], name: str) -> Origin | None:
    source = sent.get(f"from-{name}", "")
    if source == "=":
        constant = sent.get(f"constant-{name}", "").strip()
        return Origin(constant=constant) if constant else None
    if not source.startswith("c:"):
        return None
    words = {}
    for line in sent.get(f"map-{name}", "").splitlines():
        word, equals, said = line.partition("=")
        if equals:
            words[word.strip()] = said.strip()
    return Origin(source.removeprefix("c:"), words=words)


@dataclass(frozen=True)
class Cell:
    text: str
    is_wrong: bool = False


@dataclass(frozen=True)
class Row:
    line: int
    cells: Sequence[Cell]
    reason: str = ""
    is_repeated: bool = False


def rows_of(look: Look, mapping: SourceMapping, table: TableType) -> list[Row]:
    """What the mapping makes of each row, in the order of the file, with the reason where one is wrong."""
    if look.judged is None:
        return []
    names = list(islice(table.columns, SHOWN_COLUMNS))
    good = {row["_row"]: row for row in look.judged.good.to_pylist()}
    bad = {row["row"]: row for row in look.judged.quarantine.to_pylist()}
    said = dict(zip(look.lines, look.texts, strict=True))
    found = []
    for line in sorted({*look.lines, *bad}):
        if line in bad:
            cells = [
                Cell(_said(said.get(line), look.header, mapping, name), name == bad[line]["column"]) for name in names
            ]
            found.append(Row(line, cells, bad[line]["reason"]))
        elif line in good:
            found.append(Row(line, [Cell(_shown(good[line][name])) for name in names]))
        else:
            cells = [Cell(_said(said.get(line), look.header, mapping, name)) for name in names]
            found.append(Row(line, cells, is_repeated=True))
    return found[:ROWS]


def _said(texts: Sequence[str | None] | None, header: Sequence[str], mapping: SourceMapping, name: str) -> str:
    origin = mapping.columns.get(name) or Origin(name)
    if origin.source is None:
        return origin.constant or ""
    if texts is None or origin.source not in header:
        return ""
    return texts[header.index(origin.source)] or ""


def _shown(value: Any) -> str:
    return {None: "", True: "yes", False: "no"}.get(value, str(value)) if not isinstance(value, int) or isinstance(
        value, bool) else str(value)  # fmt: skip


def choices_of(mapping: SourceMapping, table: TableType, header: Sequence[str]) -> list[dict[str, Any]]:
    """For each column of the table what fills it now, as the fields of the form show it."""
    columns: list[tuple[str, str, bool, Origin | None]] = [
        (one.name, one.type, one.required and one.default is None, mapping.columns.get(one.name))
        for one in table.columns.values()
    ]
    if isinstance(table, FactType):
        columns.append((ACTION, "new, correct, delete", False, mapping.action))
    found = []
    for name, kind, is_needed, origin in columns:
        if origin is None and name in header:
            origin = Origin(name)
        found.append({
            "name": name, "kind": kind, "is_needed": is_needed, "source": origin.source if origin else None,
            "constant": origin.constant if origin else None,
            "is_lost": bool(origin and origin.source not in (None, *header)),
            "words": "\n".join(f"{word} = {said}" for word, said in (origin.words if origin else {}).items()),
        })  # fmt: skip
    return found
