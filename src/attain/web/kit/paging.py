"""Long lists in pages, whose number stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


def whole(said: str, otherwise: int) -> int:
    """A number that an address or a form names, if it is one of less than nine digits."""
    return int(said) if said.isdecimal() and len(said) < 9 else otherwise


@dataclass(frozen=True)
class Page:
    """Rows `start` to `start + size` of `total`; `rows` holds them where the list was at hand."""

    number: int
    size: int
    total: int
    rows: Sequence[Any] = ()

    @classmethod
    def window(cls, total: int, request: HttpRequest, size: int) -> Page:
        pages = max(1, -(-total // size))
        return cls(min(max(1, whole(request.GET.get("page", "1"), 1)), pages), size, total)

    @classmethod
    def of(cls, rows: Sequence[Any], request: HttpRequest, size: int) -> Page:
        page = cls.window(len(rows), request, size)
        return cls(page.number, size, page.total, rows[page.start : page.start + size])

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None

    @property
    def first(self) -> int:
        return min(self.total, self.start + 1)

    @property
    def last(self) -> int:
        return min(self.total, self.start + self.size)
