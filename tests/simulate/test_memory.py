"""Memory stays bounded while the transactions grow: measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEASURED = """
import resource, sys
from pathlib import Path
from attain.kernel.files import Files
from attain.simulate.company import simulate
from attain.simulate.size import Size
made = simulate(Path(sys.argv[1]), Size(payees=1000, transactions=int(sys.argv[2])), Files(), lambda _: None)
print(made.transactions, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
MOST_MEGABYTES = 700


def measured(folder: Path, transactions: int) -> tuple[int, int]:
    words = [sys.executable, "-c", MEASURED, str(folder), str(transactions)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    made, megabytes = done.stdout.split()
    return int(made), int(megabytes)


@pytest.mark.soak
def test_five_million_transactions_need_no_more_memory_than_is_allowed(tmp_path: Path) -> None:
    made, megabytes = measured(tmp_path / "large", 5_000_000)
    assert made > 4_700_000
    assert megabytes < MOST_MEGABYTES


def test_six_times_the_transactions_take_far_less_than_six_times_the_memory(tmp_path: Path) -> None:
    _, less = measured(tmp_path / "less", 50_000)
    _, more = measured(tmp_path / "more", 300_000)
    assert more < 2.2 * less
