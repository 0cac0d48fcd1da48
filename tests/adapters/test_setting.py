"""Which engine calculates: said in attain.toml, or with the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from attain.engine.adapters.opening import open_engine
from attain.engine.adapters.postgres import PostgreSQL
from attain.kernel.errors import SetupError
from attain.web.workspace import Workspace
from tests.records.conftest import Server

SETTINGS = """
name = "Acme"
base_currency = "EUR"

[engine]
"""


def workspace(folder: Path, engine: str) -> Workspace:
    (folder / "attain.toml").write_text(SETTINGS + engine)
    return Workspace.open(folder)


def test_engines_and_their_addresses_are_settings_of_the_workspace(tmp_path: Path) -> None:
    said = 'use = "spark"\nspark = "local[2]"\npostgres = "postgresql://pay@db.example.com/pay"\n'
    found = workspace(tmp_path, said)
    assert found.engine == {"use": "spark", "spark": "local[2]", "postgres": "postgresql://pay@db.example.com/pay"}
    (tmp_path / "attain.toml").write_text(found.as_toml())
    assert Workspace.open(tmp_path).engine == found.engine


@pytest.mark.parametrize("said", ['use = "snowflake"', 'snowflake = "x"', "postgres = 5"])
def test_an_engine_that_is_not_known_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(SetupError) as refusal:
        workspace(tmp_path, said)
    assert refusal.value.code == "setup.setting"


def test_an_engine_needs_its_address() -> None:
    assert open_engine("duckdb") is None
    for name, code in (("postgres", "engine.no-address"), ("spark", "engine.no-address"), ("oracle", "engine.unknown")):
        with pytest.raises(SetupError) as refusal:
            open_engine(name)
        assert refusal.value.code == code


@pytest.mark.postgres
def test_an_engine_is_opened_at_its_address(server: Server) -> None:
    database = open_engine("postgres", server.new_database())
    assert isinstance(database, PostgreSQL)
    database.close()
