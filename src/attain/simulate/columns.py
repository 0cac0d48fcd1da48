"""Numbers become columns of a file: ids, days, words, and money as exact decimals without a float on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .streams import Flags, Ints

DIGITS = 9


def ids(prefix: str, number: Ints, digits: int = DIGITS, missing: Flags | None = None) -> pa.Array:
    """
    >>> ids("O-", np.array([7, 12])).to_pylist()
    ['O-000000007', 'O-000000012']
    """
    padded = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), digits, "0")
    named = pc.binary_join_element_wise(pa.scalar(prefix), padded, pa.scalar(""))
    return named if missing is None else pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), named)


def days(number: Ints, missing: Flags | None = None) -> pa.Array:
    return pa.array(number.astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())


def words(choices: Sequence[str], place: Ints, missing: Flags | None = None) -> pa.Array:
    indices = pa.array(place, pa.int64(), mask=missing)
    return pa.array(list(choices), pa.string()).take(indices)


def exact(units: Ints, places: int = 2, precision: int = 18) -> pa.Array:
    """Whole units of the last place as decimals: 1250 with two places is 12.50."""
    halves = np.empty((len(units), 2), np.int64)
    halves[:, 0] = units
    halves[:, 1] = units >> 63  # the sign fills the upper half
    kind = pa.decimal128(precision, places)
    return pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(np.ascontiguousarray(halves))])


def payees(person: Ints, seat: Ints) -> pa.Array:
    """The person, or the position while nobody holds it."""
    held = person >= 0
    number = pc.utf8_lpad(pc.cast(pa.array(np.where(held, person, seat)), pa.string()), 6, "0")
    return pc.binary_join_element_wise(words(("P", "E"), held.astype(np.int64)), number, pa.scalar(""))


def yes_no(flags: Flags) -> pa.Array:
    return pa.array(flags)


def repeated(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), count)


def table(columns: Mapping[str, pa.Array]) -> pa.Table:
    return pa.table(dict(columns))
