"""Parquet: typed already, so what matters is which types may become which columns.

Numbers come as decimals or integers. A float column is refused for whatever is counted, because 0.1 has no float and
the file cannot say what was meant. Values become text in the form of the mapping, as from every other reader.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from attain.facts.mapping import Mapping
from attain.facts.source import Source, checked_header, file_refused, kind_of
from attain.facts.strict_yaml import shortened
from attain.facts.values import Form

MAX_UNPACKED = 2 << 30
MAX_ROWS = 20_000_000
TEXT = pa.large_string()
FLOAT = "It holds floats, which are not exact. Write it as DECIMAL, with the places that the amounts have."


def read_parquet(content: bytes, mapping: Mapping) -> Source:
    if not content:
        raise file_refused("file.empty", "The file is empty.", line=1)
    if content[:4] != b"PAR1":
        raise file_refused("file.kind", f"This is {kind_of(content) or 'no Parquet file'}.", line=1)
    try:
        return _read(content, mapping)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as fault:
        said = shortened(str(fault).splitlines()[0] if str(fault) else type(fault).__name__, 160)
        raise file_refused("file.damaged", f"The Parquet file is damaged: {said}.", line=1) from None


def _read(content: bytes, mapping: Mapping) -> Source:
    file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
    described = file.metadata
    unpacked = sum(described.row_group(place).total_byte_size for place in range(described.num_row_groups))
    if described.num_rows > MAX_ROWS or unpacked > MAX_UNPACKED:
        said = f"It promises {described.num_rows} rows and {unpacked} bytes"
        raise file_refused("file.bomb", f"{said}; {MAX_ROWS} rows and {MAX_UNPACKED >> 30} GiB are the limit.", line=1)
    table = file.read(use_threads=False)
    table.validate(full=True)
    return source_of(table, mapping)


def source_of(table: pa.Table, mapping: Mapping) -> Source:
    header = checked_header(table.schema.names, 1)
    columns, unusable = [], {}
    for name, values in zip(header, table.itercolumns(), strict=True):
        texts = as_text(values.combine_chunks(), mapping.form)
        if isinstance(texts, str):
            unusable[name] = texts
            texts = pa.nulls(table.num_rows, TEXT)
        columns.append(pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts))
    return Source(header, columns, pa.arange(1, table.num_rows + 1), unusable=unusable)


def as_text(values: pa.Array, form: Form) -> pa.Array | str:
    """The values as text, or the reason why values of this type cannot be taken."""
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    kind = values.type
    if pa.types.is_dictionary(kind):
        return as_text(pc.cast(values, kind.value_type), form)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return pc.cast(values, TEXT)
    if pa.types.is_boolean(kind):
        yes, no = pa.scalar(min(form.true_words), TEXT), pa.scalar(min(form.false_words), TEXT)
        return pc.if_else(values, yes, no)
    if pa.types.is_integer(kind):
        return pc.cast(values, TEXT)
    if pa.types.is_decimal(kind):
        return _decimal(values, form)
    if pa.types.is_date(kind):
        return _day(pc.cast(pc.cast(values, pa.date32()), TEXT), form)
    if pa.types.is_timestamp(kind) and kind.tz is None:
        midnight = pc.replace_substring_regex(pc.cast(values, TEXT), r" 00:00:00(?:\.0+)?$", "")
        return _day(midnight, form)
    if pa.types.is_floating(kind):
        return FLOAT
    return f"It holds {kind}, which no column can take."


def _decimal(values: pa.Array, form: Form) -> pa.Array:
    texts = pc.cast(values, TEXT)
    if values.type.scale > 0:
        # The zeros of a stored scale say nothing; 12.3000 is 12.3.
        texts = pc.replace_substring_regex(texts, r"^(-?[0-9]+)\.0+$|^(-?[0-9]+\.[0-9]*?)0+$", r"\1\2")
        if form.decimal_mark != ".":
            texts = pc.replace_substring(texts, ".", form.decimal_mark)
    return texts


def _day(texts: pa.Array, form: Form) -> pa.Array:
    if form.date_format == "yyyy-mm-dd":
        return texts
    written = form.date_format.replace("yyyy", r"\1").replace("mm", r"\2").replace("dd", r"\3")
    return pc.replace_substring_regex(texts, r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$", written)
