"""A whole column of text at once: exact values where the text is in its plain form, and a reason for every other row.

The rules are those of `values.typed`, and of nothing else. What a column mostly holds is recognised by a pattern that
accepts less than `typed` does and means the same; each remaining text is given to `typed` itself. So the fast way can
be slower than it might be, but it cannot judge differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from .schema import Column
from .source import bytes_of
from .values import MAX_TEXT, Form, Value, ValueRefused, dated, most_digits, typed

ZEROS = bytes.maketrans(b"123456789", b"000000000")
NOT_PRINTED = bytes({*range(32), 127})
_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x{9f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}\\x{fffe}\\x{ffff}]"


@dataclass
class Converted:
    values: pa.Array
    refused: dict[int, ValueRefused] = field(default_factory=dict)
    """Place of the row -> why its text is no value of the column."""
    is_print: bool = False
    """Whether the texts are known to be printable ASCII: then nobody needs to look for other signs again."""


def converted(texts: pa.Array, column: Column, form: Form, *, last_day: bool = False) -> Converted:
    """`texts` (NULL is no value) as values of the column; with `last_day`, each date as the day after it."""
    if column.type in ("text", "payee") and not column.choices:
        return _texts(texts, column, form)
    if column.is_decimal:
        return _decimals(texts, column, form)
    return _each_once(texts, column, lambda text: _day_after(typed(text, column, form), last_day))


def _day_after(value: Value, last_day: bool) -> Value:
    if last_day and value is not None:
        return dated(value + timedelta(days=1))  # type: ignore[operator]  # only date columns have a last day
    return value


def _texts(texts: pa.Array, column: Column, form: Form) -> Converted:
    if _is_print(texts) and (pc.max(pc.binary_length(texts)).as_py() or 0) <= MAX_TEXT:
        return Converted(pc.cast(texts, pa.string()), is_print=True)
    doubtful = pc.or_(pc.match_substring_regex(texts, _CONTROL), pc.greater(pc.utf8_length(texts), MAX_TEXT))
    return _rest(texts, column, form, pc.invert(doubtful), pc.cast(texts, pa.string()))


def _is_print(texts: pa.Array) -> bool:
    said = bytes_of(texts)
    return said.isascii() and len(said.translate(None, NOT_PRINTED)) == len(said)


def _decimals(texts: pa.Array, column: Column, form: Form) -> Converted:
    most = most_digits(column) - column.places
    whole = f"[0-9]{{1,{most}}}"
    if form.group_mark:
        mark = re.escape(form.group_mark)
        whole = f"(?:{whole}|[0-9]{{1,3}}(?:{mark}[0-9]{{3}}){{1,{(most - 3) // 3}}})"
    behind = f"(?:{re.escape(form.decimal_mark)}[0-9]{{1,{column.places}}})?" if column.places else ""
    plain = _shaped(_shapes(texts), f"^-?{whole}{behind}$")
    digits = texts if _holds(plain) else pc.if_else(plain, texts, pa.scalar(None, texts.type))
    if form.group_mark:
        digits = pc.replace_substring(digits, form.group_mark, "")
    if form.decimal_mark != ".":
        digits = pc.replace_substring(digits, form.decimal_mark, ".")
    values = pc.cast(digits, column.arrow_type)
    if column.minimum is not None or column.maximum is not None:
        for border, outside in ((column.minimum, pc.less), (column.maximum, pc.greater)):
            if border is not None:
                beyond = pc.fill_null(outside(values, pa.scalar(border, column.arrow_type)), False)
                plain = pc.and_(plain, pc.invert(beyond))
    return _rest(texts, column, form, plain, values)


def _shapes(texts: pa.Array) -> pa.Array:
    """The texts with 0 for each digit. Numbers have few shapes, and each is compared with the pattern one time."""
    kept, places, content = texts.buffers()
    if content is None:
        return texts
    zeros = pa.py_buffer(content.to_pybytes().translate(ZEROS))
    return pa.Array.from_buffers(texts.type, len(texts), [kept, places, zeros], offset=texts.offset)


def _shaped(shapes: pa.Array, pattern: str) -> pa.Array:
    """In which rows the shape is that of the pattern; mostly in all, and then nobody needs to ask for each."""
    if _holds(pc.match_substring_regex(shapes.unique(), pattern)):
        return pa.repeat(pa.scalar(True), len(shapes))
    encoded = shapes.dictionary_encode()
    return pc.match_substring_regex(encoded.dictionary, pattern).take(encoded.indices)


def _rest(texts: pa.Array, column: Column, form: Form, plain: pa.Array, values: pa.Array) -> Converted:
    """The values where `plain` holds; every other text is judged by itself."""
    if _holds(plain):
        return Converted(values)
    plain = pc.fill_null(plain, True)
    others = _each_once(
        pc.if_else(plain, pa.scalar(None, texts.type), texts), column, lambda text: typed(text, column, form)
    )
    return Converted(pc.if_else(plain, values, others.values), others.refused)


def _holds(plain: pa.Array) -> bool:
    """Whether it does in every row that has a text."""
    return pc.all(plain).as_py() in (True, None)


def _each_once(texts: pa.Array, column: Column, read: Callable[[str], Value]) -> Converted:
    """Judges each different text one time, however many rows have it."""
    encoded = texts.dictionary_encode()
    values: list[Value] = []
    refused: dict[int, ValueRefused] = {}
    for place, text in enumerate(encoded.dictionary.to_pylist()):
        try:
            values.append(read(text))
        except ValueRefused as fault:
            refused[place] = fault
            values.append(None)
    taken = pa.array(values, column.arrow_type).take(encoded.indices)
    if not refused:
        return Converted(taken)
    bad = pc.is_in(encoded.indices, value_set=pa.array(list(refused), encoded.indices.type))
    rows = pc.indices_nonzero(pc.fill_null(bad, False)).to_pylist()
    return Converted(taken, {row: refused[encoded.indices[row].as_py()] for row in rows})
