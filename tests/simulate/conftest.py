"""One company for the tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulate.company import make


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("simulated") / "company")
