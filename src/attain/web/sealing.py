"""Published folders: each holds `files.json` with the hash of every other file, and the database holds its hash.

So one short text in the database vouches for gigabytes of tables, and a flipped bit is found by whoever looks.
"""

from __future__ import annotations

import json
from pathlib import Path

from attain.kernel.errors import Finding, Where
from attain.kernel.hashing import canonical_json, sha256_bytes, sha256_file
from attain.kernel.ports import Files

SEAL = "files.json"


def seal(folder: Path, files: Files) -> str:
    """Write the list of hashes into an unpublished folder; returns the hash of the list."""
    content = canonical_json(_hashes(folder))
    files.write_bytes_durably(folder / SEAL, content)
    return sha256_bytes(content)


def _hashes(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SEAL)
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in paths}


def faults(folder: Path, expected: str) -> list[Finding]:
    """Everything in a sealed folder that is not what was written."""
    seal_file = folder / SEAL
    if not seal_file.is_file():
        return [_damaged(folder, f"{folder.name} is missing or incomplete.")]
    content = seal_file.read_bytes()
    if sha256_bytes(content) != expected:
        return [_damaged(seal_file, f"{SEAL} of {folder.name} is not the one that was published.")]
    written, found = json.loads(content), _hashes(folder)
    changed = [name for name in sorted({*written, *found}) if written.get(name) != found.get(name)]
    return [_damaged(folder / name, f"{name} of {folder.name} is not what was published.") for name in changed]


def _damaged(path: Path, message: str) -> Finding:
    return Finding("error", "store.damaged-folder", message, Where(str(path)), "Restore the folder from a backup.")
