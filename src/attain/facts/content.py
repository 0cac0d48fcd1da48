"""The content of a table as bytes that mean one thing only, and the hash of it.

A row becomes the text of its values, each with its length in front, so that no two different rows look alike:
("ab", "c") is `2:ab1:c` and ("a", "bc") is `1:a2:bc`; NULL is `-`. The hash of a table is that of its sorted row
hashes: it depends neither on the order of rows nor on how a file stores them.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc


def row_texts(table: pa.Table) -> pa.ChunkedArray:
    """One unmistakable text for each row."""
    return rows_of_keys(table, table.schema.names)


def rows_of_keys(table: pa.Table, names: Iterable[str]) -> pa.ChunkedArray:
    parts = [_with_length(table[name]) for name in names]
    if not parts:
        return pa.chunked_array([pa.array([""] * table.num_rows, pa.string())])
    joined = pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))
    return joined if isinstance(joined, pa.ChunkedArray) else pa.chunked_array([joined])


def _with_length(values: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.cast(values, pa.large_string())
    length = pc.cast(pc.binary_length(text), pa.large_string())
    marked = pc.binary_join_element_wise(length, text, pa.scalar(":", pa.large_string()))
    return pc.fill_null(marked, "-")


def row_hashes(table: pa.Table) -> list[bytes]:
    return [sha256(text.encode()).digest() for chunk in row_texts(table).chunks for text in chunk.to_pylist()]


def content_hash(table: pa.Table) -> str:
    """Equal exactly when the two tables have the same columns, types and rows, in whatever order."""
    columns = sorted(table.schema.names)
    described = ",".join(f"{name} {table.schema.field(name).type}" for name in columns)
    digest = sha256(f"{described};{table.num_rows};".encode())
    for row in sorted(row_hashes(table.select(columns))):
        digest.update(row)
    return digest.hexdigest()
