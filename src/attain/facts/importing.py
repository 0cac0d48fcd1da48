"""One source, one table type, one mapping: what is taken in, what is kept aside, and whether the totals agree.

The content is read in a child process with limits unless the caller says that it trusts it. Reading is pure: nothing
is written and nothing is looked up, so the same bytes with the same mapping always give the same import.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from attain.kernel.errors import Finding, Where
from attain.kernel.hashing import hash_of, sha256_bytes

from .mapping import Control, Format, Mapping
from .schema import TableType
from .source import Source, file_refused
from .validate import Aside, Checked, checked


@dataclass(frozen=True)
class Import:
    table: TableType
    mapping: Mapping
    source_hash: str
    good: pa.Table
    quarantine: pa.Table
    row_count: int
    repeated: int
    totals: MappingOf[str, MappingOf[str, Decimal]]
    """Money column -> currency -> sum of the good rows."""
    findings: tuple[Finding, ...] = ()
    aside: Aside = field(default_factory=Aside)
    after: str = ""
    """The batch after which a known source is taken again."""

    @property
    def content_id(self) -> str:
        """The same file with the same mapping into the same type has this id, and no other import has."""
        return import_id(self.table, self.mapping, self.source_hash, self.after)


def import_id(table: TableType, mapping: Mapping, source_hash: str, after: str = "") -> str:
    parts = [table.name, table.schema_hash(), mapping.mapping_hash(), source_hash]
    return hash_of([*parts, after] if after else parts)


def read_source(
    source: bytes | Path,
    table: TableType,
    mapping: Mapping | None = None,
    *,
    trusted: bool = False,
) -> Import:
    """Read, map and judge a file. `trusted` reads in this process: for content that this program wrote itself."""
    from .sandbox import read_in_child

    chosen = mapping or Mapping(table.name)
    if trusted:
        content = source if isinstance(source, bytes) else source.read_bytes()
        return import_of(read_bytes(content, table, chosen), table, chosen, sha256_bytes(content))
    result, source_hash = read_in_child(source, table, chosen)
    return import_of(result, table, chosen, source_hash)


def read_bytes(content: bytes, table: TableType, mapping: Mapping) -> Checked:
    source = reader_of(mapping.format)(content, mapping)
    del content  # it stands in the columns now
    return judged(source, table, mapping)


def reader_of(format: Format) -> Callable[[bytes, Mapping], Source]:
    """Only the reader that a file needs is loaded: the child starts for one file."""
    match format:
        case "csv":
            from .readers.csv import read_csv

            return read_csv
        case "xlsx":
            from .readers.xlsx import read_xlsx

            return read_xlsx
        case "parquet":
            from .readers.parquet import read_parquet

            return read_parquet
        case "sql":
            hint = "Name the mapping alone: attain import --mapping NAME"
            raise file_refused("file.kind", "A query is read from its database, not from a file.", hint=hint)


def judged(source: Source, table: TableType, mapping: Mapping) -> Checked:
    result = checked(source, table, mapping)
    confirm(result, mapping.control, last_line(source), is_query=mapping.format == "sql")
    return result


def last_line(source: Source) -> int:
    lines = [fault.line for fault in source.faults]
    return max([*lines, pc.max(source.lines).as_py() or 0])


def confirm(result: Checked, control: Control, line: int, *, is_query: bool = False) -> None:
    """The totals of the sender against those of the source. A difference means that this is not the file he sent."""
    asks = "Compare the query and its database with what was counted."
    gave = "the query gave" if is_query else "the file has"
    mend = "in the database, or in the query." if is_query else "at the source and send the file again."
    if control.rows is not None and control.rows != result.row_count:
        last = "" if is_query else f", the last on line {line}"
        raise file_refused(
            "file.control-rows",
            f"{control.rows} rows are expected; {gave} {result.row_count}{last}.",
            line=None if is_query else line,
            hint=asks if is_query else "Ask for the file again: it was cut, or it is another one.",
        )
    for name, expected in control.sums.items():
        found = result.sums[name]
        if found is None:
            raise file_refused(
                "file.control-sum",
                f"The sum of `{name}` should be {expected:f}, but {result.quarantine.num_rows} rows are in quarantine "
                "and some of their amounts cannot be read, so the sum cannot be confirmed.",
                line=result.quarantine["row"][0].as_py() if result.quarantine.num_rows else line,
                column=name,
                hint=f"Mend the rows in quarantine {mend}",
            )
        if found != expected:
            raise file_refused(
                "file.control-sum",
                f"The sum of `{name}` should be {expected:f}; {gave} {found:f}.",
                line=None if is_query else line,
                column=name,
                hint=asks if is_query else "Ask for the file again: an amount was changed, or it is another file.",
            )


def import_of(result: Checked, table: TableType, mapping: Mapping, source_hash: str) -> Import:
    findings = list(result.findings)
    if result.repeated:
        findings.append(
            Finding("note", "fact.repeated", f"{result.repeated} rows stand in the file more than once; one was taken.")
        )
    if result.quarantine.num_rows:
        first = result.quarantine.slice(0, 1).to_pylist()[0]
        findings.append(
            Finding(
                "warning",
                "fact.quarantined",
                f"{result.quarantine.num_rows} of {result.row_count} rows are kept aside; the first because: "
                f"{first['reason']}",
                Where(line=first["row"], field=first["column"]),
                "Mend them at the source and import the corrected file.",
            )
        )
    totals = money_totals(table, result.good)
    return Import(
        table,
        mapping,
        source_hash,
        result.good,
        result.quarantine,
        result.row_count,
        result.repeated,
        totals,
        tuple(findings),
        result.aside,
    )


def money_totals(table: TableType, rows: pa.Table) -> dict[str, dict[str, Decimal]]:
    totals: dict[str, dict[str, Decimal]] = {}
    for column in table.money_columns:
        if column.currency in table.columns:
            summed = rows.group_by(column.currency).aggregate([(column.name, "sum")])
            pairs = zip(summed[column.currency].to_pylist(), summed[f"{column.name}_sum"].to_pylist(), strict=True)
            totals[column.name] = {code: total for code, total in sorted(pairs, key=str) if total is not None}
        elif (total := pc.sum(rows[column.name]).as_py()) is not None:
            totals[column.name] = {str(column.currency): total}
    return totals


__all__ = ["Format", "Import", "import_id", "import_of", "judged", "read_bytes", "read_source"]
