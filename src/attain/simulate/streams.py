"""Chance that can be asked at any place: the number of row 41,000,000 is found without those before it.

A stream is a name and a seed. Its value at an index is a mix of both (the finaliser of SplitMix64 over a Weyl
sequence), so a table can be made in pieces of any size, in any order and by any number of threads, and is always the
same. Nothing here has a state.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53
_MASK = 2**64 - 1


class Stream:
    """One column of chance: `Stream(7, "deals/amount").normal(rows)`."""

    def __init__(self, seed: int, name: str) -> None:
        self._name, self._seed = name, seed
        words = np.frombuffer(sha256(f"{seed}\0{name}".encode()).digest()[:16], "<u8")
        self._start, self._salt = words[0], words[1]

    def also(self, what: str) -> Stream:
        """Another stream of the same row: `stream.also("lag")`."""
        return Stream(self._seed, f"{self._name}/{what}")

    def bits(self, index: Ints) -> NDArray[np.uint64]:
        mixed = index.astype(np.uint64)
        mixed *= _STEP
        mixed += self._start
        mixed ^= mixed >> np.uint64(30)
        mixed *= _FIRST
        mixed ^= self._salt
        mixed ^= mixed >> np.uint64(27)
        mixed *= _SECOND
        mixed ^= mixed >> np.uint64(31)
        return mixed

    def uniform(self, index: Ints) -> Floats:
        """Between 0 and 1, never either."""
        return ((self.bits(index) >> np.uint64(11)).astype(np.float64) + 0.5) * _UNIT

    def one(self, index: int) -> float:
        """The same number as `uniform` at one place, without the cost of an array."""
        mixed = (index * int(_STEP) + int(self._start)) & _MASK
        mixed ^= mixed >> 30
        mixed = (mixed * int(_FIRST)) & _MASK
        mixed ^= int(self._salt)
        mixed ^= mixed >> 27
        mixed = (mixed * int(_SECOND)) & _MASK
        mixed ^= mixed >> 31
        return ((mixed >> 11) + 0.5) * _UNIT

    def happens(self, index: Ints, probability: float | Floats) -> Flags:
        return np.asarray(self.uniform(index) < probability, np.bool_)

    def normal(self, index: Ints) -> Floats:
        """Mean 0, deviation 1, by the polar form of Box and Muller."""
        radius = np.sqrt(-2.0 * np.log(self.uniform(index)))
        turn = np.cos(2.0 * np.pi * self.also("turn").uniform(index))
        return np.asarray(radius * turn, np.float64)

    def exponential(self, index: Ints) -> Floats:
        return np.asarray(-np.log(self.uniform(index)), np.float64)

    def between(self, index: Ints, least: int | Ints, most: int | Ints) -> Ints:
        """Whole numbers from `least` to `most`, both included."""
        width = np.asarray(most, np.int64) - np.asarray(least, np.int64) + 1
        return np.asarray(least, np.int64) + np.floor(self.uniform(index) * width).astype(np.int64)

    def choice(self, index: Ints, weights: Sequence[float] | Floats) -> Ints:
        """Places in a list of weights, which need not sum to 1."""
        borders = np.cumsum(np.asarray(weights, np.float64))
        found = np.searchsorted(borders, self.uniform(index) * borders[-1], side="right")
        return np.asarray(np.minimum(found, len(borders) - 1), np.int64)

    def choice_by(self, index: Ints, kinds: Ints, weights: Sequence[Sequence[float]]) -> Ints:
        """Places in a list of weights that depends on the kind of the row."""
        borders = np.cumsum(np.asarray(weights, np.float64), axis=1)
        drawn = self.uniform(index) * borders[kinds, -1]
        passed = (drawn[:, None] >= borders[kinds]).sum(axis=1)
        return np.asarray(np.minimum(passed, borders.shape[1] - 1), np.int64)

    def counts(self, index: Ints, mean: Floats, most: int) -> Ints:
        """Poisson, cut off at `most`: a share of people that is too small to see."""
        drawn = self.uniform(index)
        term = np.exp(-mean)
        reached = term.copy()
        counted = np.zeros(len(index), np.int64)
        for number in range(1, most + 1):
            counted += drawn > reached
            term = term * mean / number
            reached += term
        return counted


def rows(start: int, end: int) -> Ints:
    return np.arange(start, end, dtype=np.int64)
