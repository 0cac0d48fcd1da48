"""Fingerprints: SHA-256 of files, bytes, and values in one canonical spelling.

Two values with equal fingerprints must be equal for ever, on every machine and version. So the spelling leaves
nothing open: keys sorted, no spaces, UTF-8 as it is, and no floats, whose digits depend on who prints them.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def sha256_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: Any) -> bytes:
    """
    >>> canonical_json({"b": [1, None, True], "a": "ü"}).decode()
    '{"a":"ü","b":[1,null,true]}'
    """
    _require_plain(value, "value")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def hash_of(value: Any) -> str:
    return sha256_bytes(canonical_json(value))


def _require_plain(value: Any, place: str) -> None:
    """Refuse what JSON would spell by guess: floats, dates, decimals, keys that are no text."""
    match value:
        case None | bool() | int() | str():
            return
        case list() | tuple():
            for index, part in enumerate(value):
                _require_plain(part, f"{place}[{index}]")
        case dict():
            for key, part in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"{place} has the key {key!r}; only text can be a key of a hashed value.")
                _require_plain(part, f"{place}.{key}")
        case _:
            raise TypeError(
                f"{place} is a {type(value).__name__}; write it as text or as a whole number before it is hashed."
            )
