"""Published folders: each holds `files.json` with the hash of every other file, and the database holds its hash.

So one short text in the database vouches for gigabytes of tables, and a flipped bit is found by whoever looks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from attain.kernel.errors import Finding, Where
from attain.kernel.hashing import canonical_json, sha256_bytes, sha256_file
from attain.kernel.ports import Files

SEAL = "files.json"


def seal(folder: Path, files: Files) -> str:
    """Write the list of hashes into an unpublished folder; returns the hash of the list."""
    content = canonical_json(hashes_in(folder, SEAL))
    files.write_bytes_durably(folder / SEAL, content)
    return sha256_bytes(content)


def hashes_in(folder: Path, besides: str) -> dict[str, str]:
    """Path -> hash of every file in a folder, but for the list of them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / besides)
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in paths}


def changed_in(folder: Path, besides: str, written: Mapping[str, str]) -> list[str]:
    """Files that are missing, that came later, or that are not what was written."""
    found = hashes_in(folder, besides)
    return [name for name in sorted({*written, *found}) if written.get(name) != found.get(name)]


def faults(folder: Path, expected: str) -> list[Finding]:
    """Everything in a sealed folder that is not what was written."""
    seal_file = folder / SEAL
    if not seal_file.is_file():
        return [_damaged(folder, f"{folder.name} is missing or incomplete.")]
    content = seal_file.read_bytes()
    if sha256_bytes(content) != expected:
        return [_damaged(seal_file, f"{SEAL} of {folder.name} is not the one that was published.")]
    changed = changed_in(folder, SEAL, json.loads(content))
    return [_damaged(folder / name, f"{name} of {folder.name} is not what was published.") for name in changed]


def _damaged(path: Path, message: str) -> Finding:
    return Finding("error", "store.damaged-folder", message, Where(str(path)), "Restore the folder from a backup.")
