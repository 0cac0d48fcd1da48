"""Batches of facts: immutable folders named after their content, and what is believed after a row of them.

A batch is what one import brought: good rows, quarantine, and a manifest. Its id is the hash of fact type, mapping and
source bytes, so the same file a second time is the same batch and changes nothing; one that is taken again by
intention is hashed with the batch after which it came. Batches are put in order by the
sequence number that the catalogue gives them, never by a clock. What is believed as of a sequence number is, for each
key, what the last batch up to it said: new and corrected rows stand, deleted ones are gone. How a file was cut into
batches therefore cannot matter as long as the pieces keep their order for each key.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from attain.kernel.errors import FactError, NotFound, Refused, Where
from attain.kernel.hashing import canonical_json, hash_of, sha256_bytes
from attain.kernel.ports import Files

from .content import row_texts
from .importing import Import, money_totals
from .schema import BATCH, ROW, FactType
from .strict_yaml import shortened
from .validate import ACTION, QUARANTINE, good_schema

ID_LENGTH = 32
IDENTITY = ("fact", "schema_hash", "mapping_hash", "source_hash")
"""What makes a batch this one, in the order in which `import_id` hashes it."""
ROWS_FILE, QUARANTINE_FILE, MANIFEST_FILE = "rows.parquet", "quarantine.parquet", "manifest.json"
DELETE = "delete"


@dataclass(frozen=True)
class Batch:
    """A published batch: its manifest, and where it lies."""

    id: str
    folder: Path
    manifest: MappingOf[str, Any]

    @property
    def manifest_hash(self) -> str:
        """What the catalogue remembers: the manifest guards the tables, and this guards the manifest."""
        return sha256_bytes(canonical_json(dict(self.manifest)))

    @property
    def fact(self) -> str:
        return str(self.manifest["fact"])


@dataclass(frozen=True)
class Sequenced:
    """A batch's rows in their place in the catalogue."""

    sequence: int
    id: str
    rows: pa.Table


@dataclass(frozen=True)
class Effect:
    """What a batch would change: counts, and the change of money by kind, column and currency."""

    new: int
    corrected: int
    unchanged: int
    deleted: int
    not_there: int
    """Deletions of keys that nobody believes."""
    money: MappingOf[str, MappingOf[str, MappingOf[str, Decimal]]]
    surprises: tuple[str, ...] = ()
    """Where the file says `correct` of a key that nobody knows yet."""


def publish_batch(imported: Import, parent: Path, files: Files, *, source_name: str = "") -> tuple[Batch, bool]:
    """Write the batch, unless it is there already; says whether it is new. Nothing half-written is ever visible."""
    if not isinstance(imported.table, FactType):
        raise FactError(f"`{imported.table.name}` is a table of decisions; it has no batches.", code="batch.decisions")
    identity = imported.content_id[:ID_LENGTH]
    final = parent / identity
    if final.exists():
        return open_batch(final), False
    contents = {ROWS_FILE: _good(imported.good, imported.table), QUARANTINE_FILE: _parquet(imported.quarantine)}
    manifest = _manifest(imported, imported.table, source_name, contents)
    try:
        with files.publishing(final) as folder:
            for name, content in {**contents, MANIFEST_FILE: canonical_json(manifest)}.items():
                with files.create(folder / name) as file:
                    file.write(content)
    except Refused as fault:
        if fault.code != "files.already-published":
            raise
        # Somebody else imported the same file at the same moment: theirs is this batch.
        return open_batch(final), False
    return Batch(identity, final, manifest), True


def _manifest(imported: Import, fact: FactType, source_name: str, contents: MappingOf[str, bytes]) -> dict[str, Any]:
    return {
        "format": 1,
        "id": imported.content_id,
        "fact": fact.name,
        "schema_hash": fact.schema_hash(),
        "mapping_hash": imported.mapping.mapping_hash(),
        "source_hash": imported.source_hash,
        **({"after": imported.after} if imported.after else {}),
        # A name is shown to people; it is never a path again.
        "source_name": shortened("".join(sign if sign.isprintable() else "?" for sign in source_name), 200),
        "rows": imported.good.num_rows,
        "quarantined": imported.quarantine.num_rows,
        "repeated": imported.repeated,
        "source_rows": imported.row_count,
        "read_from": "query" if imported.mapping.format == "sql" else "file",
        "totals": {
            column: {code: f"{total:f}" for code, total in totals.items()} for column, totals in imported.totals.items()
        },
        "aside": {
            "money": {
                column: {code: f"{total:f}" for code, total in sums.items()}
                for column, sums in imported.aside.money.items()
            },
            "unread": dict(imported.aside.unread),
        },
        "files": {name: sha256_bytes(content) for name, content in contents.items()},
    }


def _good(rows: pa.Table, fact: FactType) -> bytes:
    """A key and a line number stand once in a batch, and an amount is rarely there twice: a dictionary would only make
    them longer. Lines are written as the steps between them. Of what is read as a whole, least and greatest values tell
    nothing but its days."""
    rarely_twice = {fact.key, ROW, *(column.name for column in fact.money_columns)}
    return _parquet(
        rows,
        use_dictionary=[name for name in rows.schema.names if name not in rarely_twice],
        column_encoding={ROW: "DELTA_BINARY_PACKED"},
        write_statistics=[name for name, column in fact.columns.items() if column.type == "date"],
    )


def _parquet(table: pa.Table, **how: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", **how)
    return sink.getvalue()


def open_batch(folder: Path) -> Batch:
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_bytes())
    except FileNotFoundError:
        raise NotFound(f"There is no batch {folder.name}.", code="batch.unknown", where=Where(str(folder))) from None
    except (OSError, ValueError):
        raise _damaged(folder, MANIFEST_FILE) from None
    parts = [manifest.get(name) for name in IDENTITY] if isinstance(manifest, dict) else []
    if parts and "after" in manifest:
        parts.append(manifest["after"])
    if not parts or manifest.get("id") != hash_of(parts) or not str(manifest["id"]).startswith(folder.name):
        raise _damaged(folder, MANIFEST_FILE)
    return Batch(folder.name, folder, manifest)


def content_of(manifest: MappingOf[str, Any]) -> str:
    """The id of the import of which this batch is the first, or one that was taken again."""
    return hash_of([manifest.get(name) for name in IDENTITY])


def rows_of(batch: Batch, fact: FactType) -> pa.Table:
    """The good rows, after their bytes were checked against the manifest, in the columns of the fact type.

    A batch that came before an optional column has no value there, or its default, as a file without it would today.
    """
    rows = _read(batch, ROWS_FILE)
    wanted = good_schema(fact)
    if rows.schema.equals(wanted):
        return rows
    _require_fit(batch, rows.schema, fact)
    return pa.table([_column_of(rows, field, fact) for field in wanted], schema=wanted)


def require_fit(batch: Batch, fact: FactType) -> None:
    """That its rows can be read by this description, seen from the columns of its file alone."""
    try:
        had = pq.read_schema(batch.folder / ROWS_FILE)
    except (OSError, pa.ArrowException):
        raise _damaged(batch.folder, ROWS_FILE) from None
    _require_fit(batch, had, fact)


def _require_fit(batch: Batch, had: pa.Schema, fact: FactType) -> None:
    if faults := list(_misfits(had, fact)):
        raise FactError(
            f"Batch {batch.id} was read with another description of `{batch.fact}`: "
            + "; ".join(said for said, _ in faults)
            + ".",
            code="batch.schema-changed",
            where=Where(fact.file or str(batch.folder / ROWS_FILE), field=fact.name),
            hint=" ".join(dict.fromkeys(hint for _, hint in faults)),
        )


def _misfits(had: pa.Schema, fact: FactType) -> Iterable[tuple[str, str]]:
    """What keeps rows of an earlier description from being read by this one, each with the way out."""
    for name in had.names:
        if name not in fact.columns and name not in (ACTION, ROW):
            yield f"it has `{name}`, which is described no more", f"Describe `{name}` again; a plan need not read it."
    for column in fact.columns.values():
        if column.name not in had.names:
            if column.required:
                yield (
                    f"it has no `{column.name}`, which is required now",
                    f"Let `{column.name}` be `required: no`, or give it a default.",
                )
        elif had.field(column.name).type != column.arrow_type:
            was = had.field(column.name).type
            yield (
                f"`{column.name}` was {_in_words(was)} and is {_in_words(column.arrow_type)} now",
                f"Describe `{column.name}` as it was, and add a new optional column for the other form.",
            )


def _in_words(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"a number with {kind.scale} places"
    return {"string": "text", "date32[day]": "a date", "bool": "yes or no"}.get(str(kind), str(kind))


def _column_of(rows: pa.Table, field: pa.Field, fact: FactType) -> pa.Array | pa.ChunkedArray:
    if field.name in rows.schema.names:
        return rows[field.name]
    return pa.repeat(pa.scalar(fact.columns[field.name].default, field.type), rows.num_rows)


def quarantine_of(batch: Batch) -> pa.Table:
    kept = _read(batch, QUARANTINE_FILE)
    if not kept.schema.equals(QUARANTINE):
        raise _damaged(batch.folder, QUARANTINE_FILE)
    return kept


def _read(batch: Batch, name: str) -> pa.Table:
    try:
        content = (batch.folder / name).read_bytes()
    except OSError:
        raise _damaged(batch.folder, name) from None
    if sha256_bytes(content) != batch.manifest.get("files", {}).get(name):
        raise _damaged(batch.folder, name)
    return pq.read_table(pa.BufferReader(content), use_threads=False)


def _damaged(folder: Path, name: str) -> FactError:
    return FactError(
        f"{name} of batch {folder.name} is not what was written.",
        code="batch.damaged",
        where=Where(str(folder / name)),
        hint="Restore the folder from a backup; nothing is calculated from a damaged batch.",
    )


def current(batches: Iterable[Sequenced], fact: FactType, as_of: int | None = None) -> pa.Table:
    """The facts as of a sequence number (or of all batches), in the columns of a snapshot, in the order in which they
    came."""
    chosen = [batch for batch in batches if as_of is None or batch.sequence <= as_of]
    sequences = [batch.sequence for batch in chosen]
    if len(set(sequences)) < len(sequences):
        raise FactError(
            "Two batches have the same place in the order.", code="batch.order", where=Where(field=fact.name)
        )
    if not chosen:
        return fact.stored.empty_table()
    rows = pa.concat_tables([_named(batch) for batch in sorted(chosen, key=lambda batch: batch.sequence)])
    if len(chosen) > 1:  # within a batch a key stands once
        places = pa.table({"key": rows[fact.key], "place": pa.array(np.arange(rows.num_rows))})
        last = places.group_by("key").aggregate([("place", "max")])["place_max"]
        if len(last) < rows.num_rows:
            rows = rows.take(last.take(pc.sort_indices(last)))
    rows = rows.filter(pc.not_equal(rows[ACTION], DELETE))
    return rows.select(fact.stored.names).cast(fact.stored).combine_chunks()


def _named(batch: Sequenced) -> pa.Table:
    return batch.rows.append_column(pa.field(BATCH, pa.string()), pa.repeat(pa.scalar(batch.id), batch.rows.num_rows))


def effect(before: pa.Table, batch: pa.Table, fact: FactType) -> Effect:
    """What the rows of a batch change in what is believed before it. Shown before an import is confirmed."""
    columns = list(fact.columns)
    old_keys, new_keys = before[fact.key], batch[fact.key]
    deletes = pc.equal(batch[ACTION], DELETE)
    known = pc.is_in(new_keys, value_set=old_keys.combine_chunks())
    same = pc.is_in(
        row_texts(batch.select(columns)), value_set=row_texts(before.select(columns)).combine_chunks()
    )  # the key is one of the columns, so an equal row is the equal row of that key
    stands = pc.invert(deletes)
    kinds = {
        "new": pc.and_(stands, pc.invert(known)),
        "corrected": pc.and_(stands, pc.and_(known, pc.invert(same))),
        "unchanged": pc.and_(stands, same),
        "deleted": pc.and_(deletes, known),
    }
    money = {"new": money_totals(fact, batch.filter(kinds["new"]))}
    for kind in ("corrected", "deleted"):
        gone = before.filter(pc.is_in(old_keys, value_set=new_keys.filter(kinds[kind]).combine_chunks()))
        came = batch.filter(kinds[kind]) if kind == "corrected" else batch.slice(0, 0)
        money[kind] = _difference(money_totals(fact, came), money_totals(fact, gone))
    counts = {kind: pc.sum(mask).as_py() or 0 for kind, mask in kinds.items()}
    missing = pc.sum(pc.and_(deletes, pc.invert(known))).as_py() or 0
    return Effect(**counts, not_there=missing, money=money, surprises=tuple(_surprises(batch, kinds)))


def _difference(
    came: dict[str, dict[str, Decimal]], gone: dict[str, dict[str, Decimal]]
) -> dict[str, dict[str, Decimal]]:
    zero = Decimal(0)
    return {
        column: {
            code: came.get(column, {}).get(code, zero) - gone.get(column, {}).get(code, zero)
            for code in sorted({*came.get(column, {}), *gone.get(column, {})}, key=str)
        }
        for column in sorted({*came, *gone})
    }


def _surprises(batch: pa.Table, kinds: MappingOf[str, pa.ChunkedArray]) -> Iterable[str]:
    corrects = pc.equal(batch[ACTION], "correct")
    unknown = pc.sum(pc.and_(corrects, kinds["new"])).as_py()
    if unknown:
        yield f"{unknown} rows say `correct` of a key that is not known yet."


__all__ = [
    "Batch",
    "Effect",
    "Sequenced",
    "current",
    "effect",
    "open_batch",
    "publish_batch",
    "quarantine_of",
    "rows_of",
]
