"""The doors to the world outside: clock, ids, randomness, files. Nothing else of ours goes through a wall.

Each door is a small protocol with a real and a repeatable form, so that a test, and a run of last year, can be
replayed from a seed. Whoever needs a door is handed it; only the command line and the web application know a default.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import SetupError
from .files import Files as Files
from .ids import Ids as Ids
from .ids import RandomIds as RandomIds
from .ids import SequentialIds as SequentialIds


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, aware, in UTC."""

    def today(self, zone: str) -> date:
        """The business date in a named zone: months end at midnight there, not in Greenwich."""


def date_in(zone: str, moment: datetime) -> date:
    """
    >>> str(date_in("America/Los_Angeles", datetime(2026, 4, 1, 6, 0, tzinfo=UTC)))
    '2026-03-31'
    """
    if moment.tzinfo is None:
        raise TypeError(f"{moment} has no zone; a moment is kept in UTC.")
    try:
        return moment.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SetupError(
            f"{zone!r} is no time zone.", code="setup.time-zone", hint="Name it like Europe/Berlin or America/New_York."
        ) from error


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self, zone: str) -> date:
        return date_in(zone, self.now())


class FixedClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise TypeError(f"{moment} has no zone; a clock needs an aware moment.")
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self._moment

    def today(self, zone: str) -> date:
        return date_in(zone, self._moment)

    def advance(self, by: timedelta) -> None:
        self._moment += by


class Randomness(Protocol):
    def token(self) -> str:
        """A secret that cannot be guessed: 256 bits as text fit for an address."""

    def below(self, limit: int) -> int:
        """A whole number from 0 up to but not including `limit`."""


class SystemRandomness:
    def token(self) -> str:
        return secrets.token_urlsafe(32)

    def below(self, limit: int) -> int:
        return secrets.randbelow(limit)


class SeededRandomness:
    """For tests and simulation only: whoever knows the seed knows every token."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable on purpose

    def token(self) -> str:
        return self._random.randbytes(32).hex()

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)


@dataclass(frozen=True, slots=True)
class Ports:
    clock: Clock
    ids: Ids
    randomness: Randomness
    files: Files


def real_ports() -> Ports:
    return Ports(SystemClock(), RandomIds(), SystemRandomness(), Files())


def repeatable_ports(seed: int, moment: datetime) -> Ports:
    """Ports that give the same answers each time; only what is written is real."""
    files = Files(ids=SequentialIds(f"files of {seed}"))
    return Ports(FixedClock(moment), SequentialIds(seed), SeededRandomness(seed), files)
