"""Somebody who works on and on: imports, runs and closes month after month, year after year, until it is killed.

python -m tests.records.working WORKSPACE
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.records.killing import opened, reopen_all, work


def main(path: Path) -> None:
    attempt = 0
    while True:
        for month in range(1, 13):
            attempt += 1
            work(opened(path, attempt), month, "", lambda word: print(word, flush=True))
        attempt += 1
        if wrong := reopen_all(path, attempt):
            raise SystemExit(str(wrong))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
