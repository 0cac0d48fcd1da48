"""What is worth its calculation: an answer of a run is kept in memory, because a run never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from attain.kernel.hashing import hash_of

from .models import Run

SECONDS_KEPT = 24 * 60 * 60
Answer = TypeVar("Answer")


def kept(what: str, run: Run, about: list[str], work: Callable[[], Answer]) -> Answer:
    """The answer to `what` about something of a run, worked out at most once a day."""
    key = f"{what}:{hash_of([run.manifest_hash, *about])}"
    found: Answer | None = cache.get(key)
    if found is None:
        found = work()
        cache.set(key, found, SECONDS_KEPT)
    return found
