"""Where the time of a calculation goes: reading, each query of the engine, writing, publishing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attain.engine.adapters.duckdb import Query


@dataclass(frozen=True)
class Part:
    """What it was for, and the seconds that it took by the clock and of processors. A query is named by its table."""

    what: str
    table: str
    seconds: float
    processor: float


@dataclass
class Profile:
    """The parts of one calculation in their order."""

    parts: list[Part] = field(default_factory=list)

    @contextmanager
    def part(self, what: str) -> Iterator[None]:
        """Counts what happens inside; queries that are counted there by themselves are taken out of it."""
        before = len(self.parts)
        started, worked = time.perf_counter(), time.process_time()
        yield
        took = time.perf_counter() - started, time.process_time() - worked
        inner = self.parts[before:]
        seconds, processor = took[0] - sum(p.seconds for p in inner), took[1] - sum(p.processor for p in inner)
        self.parts.append(Part(what, "", max(0.0, seconds), max(0.0, processor)))

    def add(self, queries: Sequence[Query]) -> None:
        self.parts += [Part(query.meaning, query.table, query.seconds, query.processor) for query in queries]

    def document(self) -> list[dict[str, Any]]:
        """For `--json`: every part, in order, seconds in thousandths."""
        return [
            {
                "what": part.what,
                "table": part.table or None,
                "seconds": round(part.seconds, 3),
                "processor": round(part.processor, 3),
            }
            for part in self.parts
        ]
