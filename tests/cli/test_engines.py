"""A month calculated by another engine, by command: the same run to the last hash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Attain
from tests.records.conftest import Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.stop()


def manifest(folder: Path, run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "data" / "runs" / run / "manifest.json").read_bytes())
    return found


@pytest.mark.postgres
def test_postgres_pays_the_same_month_with_the_same_hashes(nordwind: Path, attain: Attain, server: Server) -> None:
    """Tables, totals and inputs; and the checker confirms it."""
    attain("calculate", "2026-01..2026-02")
    settings = nordwind / "attain.toml"
    settings.write_text(settings.read_text() + f'\n[engine]\npostgres = "{server.new_database()}"\n')
    attain("calculate", "2026-01..2026-02", "--engine", "postgres")
    one, other = manifest(nordwind, "run-000001"), manifest(nordwind, "run-000002")
    assert one == other
    assert "every cent confirmed" in attain("verify", "run-000002").out


def test_an_engine_without_an_address_leaves_no_run_behind(nordwind: Path, attain: Attain) -> None:
    said = attain("calculate", "2026-01", "--engine", "spark", status=3).err
    assert "The address of the engine `spark` is missing" in said and "attain.toml" in said
    assert (
        "--what-if makes none"
        in attain("calculate", "2026-01", "--what-if", "x.yaml", "--engine", "spark", status=2).err
    )


def test_an_engine_that_nobody_knows_is_refused(nordwind: Path, attain: Attain) -> None:
    assert "Known are duckdb, postgres, spark" in attain("calculate", "2026-01", "--engine", "oracle", status=3).err
