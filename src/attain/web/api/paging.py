"""Long lists in parts: `limit` rows from a `cursor` on, which names the last row that was sent.

A cursor holds where its row stands in the order, so rows that come meanwhile neither shift the list nor repeat it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from ninja import Field, Schema

from attain.kernel.errors import Refused, Where

Row = TypeVar("Row")
MOST = 500


class Part(Schema):
    """Which part of a list is asked for."""

    limit: int = Field(100, ge=1, le=MOST, description="How many rows at most.")
    cursor: str = Field("", max_length=2000, description="`next` of the part before; empty for the first part.")

    @property
    def after(self) -> Any:
        if not self.cursor:
            return None
        try:
            return json.loads(base64.urlsafe_b64decode(self.cursor.encode()))
        except (binascii.Error, ValueError, RecursionError) as error:
            raise _unknown() from error

    @staticmethod
    def cursor_of(key: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def of_query(found: QuerySet[Any], field: str, part: Part, shape: Callable[[Any], Any]) -> dict[str, Any]:
    """Rows of a table by one field that tells them apart; with a minus the last ones first."""
    name, is_down = field.lstrip("-"), field.startswith("-")
    asked = found.order_by(field)
    if (after := part.after) is not None:
        try:
            asked = asked.filter(**{f"{name}__{'lt' if is_down else 'gt'}": after})
        except (TypeError, ValueError, OverflowError) as error:
            raise _unknown() from error
    rows = list(asked[: part.limit + 1])
    return _answer(rows, part, lambda row: getattr(row, name), shape)


def of_rows(found: Iterable[Row], key: Callable[[Row], Any], part: Part, shape: Callable[[Row], Any]) -> dict[str, Any]:
    """Rows that are at hand, by a key of texts and numbers that tells them apart."""
    after = part.after
    try:
        rows = sorted((row for row in found if after is None or _plain(key(row)) > after), key=key)
    except TypeError as error:
        raise _unknown() from error
    return _answer(rows[: part.limit + 1], part, key, shape)


def _answer(rows: Sequence[Row], part: Part, key: Callable[[Row], Any], shape: Callable[[Row], Any]) -> dict[str, Any]:
    shown = rows[: part.limit]
    following = part.cursor_of(key(shown[-1])) if len(rows) > len(shown) else None
    return {"items": [shape(row) for row in shown], "next": following}


def _plain(key: Any) -> Any:
    return list(key) if isinstance(key, tuple) else key


def _unknown() -> Refused:
    return Refused("This is no cursor of ours.", code="api.cursor", where=Where(field="cursor"),
                   hint="Begin without one, and go on with `next` of each answer.")  # fmt: skip
