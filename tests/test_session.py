"""The session's own promise: in CI a test that is skipped fails the whole, elsewhere it does not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SKIPPING = "import pytest\n\ndef test_one(): pass\n\ndef test_two(): pytest.skip('no reason')\n"
PASSING = "def test_one(): pass\n"


@pytest.mark.parametrize(
    ("source", "ci", "workers", "expected"),
    [
        (SKIPPING, "true", "0", pytest.ExitCode.TESTS_FAILED),
        (SKIPPING, "true", "1", pytest.ExitCode.TESTS_FAILED),
        (SKIPPING, "", "0", pytest.ExitCode.OK),
        (PASSING, "true", "0", pytest.ExitCode.OK),
    ],
)
def test_a_skipped_test_fails_the_session_in_ci_only(
    tmp_path: Path, source: str, ci: str, workers: str, expected: pytest.ExitCode
) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_case.py").write_text(source)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", workers, tmp_path],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expected, done.stdout + done.stderr
    assert ("CI runs every test" in done.stdout) == (expected != pytest.ExitCode.OK)
