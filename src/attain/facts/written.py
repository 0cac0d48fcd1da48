"""A mapping as the text that `mappings/<name>.yaml` holds: read again, it is the same mapping.

Only what differs from the plain defaults is written, so that a reader sees what is particular about the source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .mapping import TIME_LIMIT, Mapping, Origin
from .values import PLAIN

_bare = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*")
_MARKS = {"\t": "tab", " ": "space"}


def mapping_text(mapping: Mapping) -> str:
    return "\n".join(_lines(mapping)) + "\n"


def _lines(mapping: Mapping) -> Iterator[str]:
    plain, form = Mapping(mapping.into), mapping.form
    yield f"into: {_word(mapping.into)}"
    yield f"format: {mapping.format}"
    for name in ("encoding", "delimiter", "quote", "sheet", "header_row", "extra"):
        if (said := getattr(mapping, name)) != getattr(plain, name):
            yield f"{name}: {_word(_MARKS.get(said, said))}"
    for name in ("decimal_mark", "group_mark", "date_format"):
        if (said := getattr(form, name)) != getattr(PLAIN, name):
            yield f"{name}: {_word(_MARKS.get(said, said))}"
    if form.spare_zeros:
        yield "spare_zeros: yes"
    for name, words, known in (("true", form.true_words, PLAIN.true_words), ("false", form.false_words,
                                                                             PLAIN.false_words)):  # fmt: skip
        if words != known:
            yield f"{name}: [{', '.join(_word(word) for word in sorted(words))}]"
    if mapping.query is not None:
        yield f"database: {_word(mapping.database or '')}"
        yield f"query: {_word(mapping.query)}"
        if mapping.time_limit != TIME_LIMIT:
            yield f"time_limit: {mapping.time_limit}"
    if mapping.columns:
        yield "columns:"
        yield from (f"  {name}: {_origin(origin)}" for name, origin in mapping.columns.items())
    if mapping.action is not None:
        yield f"action: {_origin(mapping.action)}"
    yield from _control(mapping)


def _control(mapping: Mapping) -> Iterator[str]:
    control = mapping.control
    parts = [f"rows: {control.rows}"] if control.rows is not None else []
    if control.sums:
        mark = mapping.form.decimal_mark
        sums = (f"{name}: {_word(format(total, 'f').replace('.', mark))}" for name, total in control.sums.items())
        parts.append(f"sum: {{{', '.join(sums)}}}")
    if parts:
        yield f"control: {{{', '.join(parts)}}}"


def _origin(origin: Origin) -> str:
    if origin.constant is not None:
        return f"{{constant: {_word(origin.constant)}}}"
    if not origin.words:
        return _word(origin.source or "")
    words = ", ".join(f"{_word(word)}: {_word(said)}" for word, said in origin.words.items())
    return f"{{source: {_word(origin.source or '')}, map: {{{words}}}}}"


def _word(said: Any) -> str:
    """Text that could be read as anything else stands in quotes."""
    text = str(said)
    return text if _bare.fullmatch(text) or isinstance(said, int) else json.dumps(text, ensure_ascii=False)
