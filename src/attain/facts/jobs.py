"""What a child process is asked to read, as text: a table type, a mapping and limits, in JSON and back.

JSON can name nothing but values. So whatever reaches the child, it makes these few classes of it or nothing.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping as MappingOf
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .described import as_plain, of_plain
from .mapping import Control, Mapping, Origin
from .schema import TableType
from .values import Form

FRAME = struct.Struct(">Q")
"""What stands before each part of what the two say to each other: its length."""


@dataclass(frozen=True)
class Limits:
    memory_bytes: int = 3 << 30
    cpu_seconds: int = 300
    wall_seconds: float = 600.0
    answer_bytes: int = 4 << 30
    source_bytes: int = 512 << 20


@dataclass(frozen=True)
class Job:
    table: TableType
    mapping: Mapping
    limits: Limits
    rows: int = 0
    """How many rows are only looked at; 0 reads them all."""

    def as_bytes(self) -> bytes:
        said: dict[str, Any] = {"table": as_plain(self.table), "mapping": asdict(self.mapping)}
        said |= {"limits": asdict(self.limits), "rows": self.rows}
        return json.dumps(said, default=_plain, allow_nan=False).encode()

    @classmethod
    def of_bytes(cls, content: bytes) -> Job:
        said = json.loads(content)
        return cls(of_plain(said["table"]), _mapping(said["mapping"]), Limits(**said["limits"]), said["rows"])


def _plain(value: object) -> object:
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"A job holds no {type(value).__name__}.")


def _mapping(said: MappingOf[str, Any]) -> Mapping:
    form, control, action = said["form"], said["control"], said["action"]
    words = {name: frozenset(form[name]) for name in ("true_words", "false_words")}
    sums = {name: Decimal(total) for name, total in control["sums"].items()}
    parts = {
        "form": Form(**{**form, **words}),
        "columns": {name: Origin(**origin) for name, origin in said["columns"].items()},
        "action": None if action is None else Origin(**action),
        "control": Control(control["rows"], sums),
    }
    return Mapping(**{**said, **parts})
