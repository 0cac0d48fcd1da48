"""Identifiers that are given once: really random ones, and the same ones again from a seed.

They stand apart from the other ports because the file port itself needs names for what is not finished yet.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import Protocol


class Ids(Protocol):
    def new(self) -> str:
        """An identifier that was never given before: 36 characters in the form of a UUID."""


class RandomIds:
    def new(self) -> str:
        return str(uuid.uuid4())


class SequentialIds:
    """The same ids in the same order for the same seed."""

    def __init__(self, seed: int | str) -> None:
        self._seed = seed
        self._count = 0

    def new(self) -> str:
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}:{self._count}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))
