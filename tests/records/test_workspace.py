"""The workspace's file, the settings of its database, and what is refused before pay depends on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from attain.kernel.errors import AttainError, NotFound, Refused, SetupError
from attain.kernel.periods import GregorianCalendar, RetailCalendar
from attain.web import safety, store
from attain.web.workspace import SETTINGS, Workspace


def test_what_is_created_is_read_back(tmp_path: Path) -> None:
    fiscal = GregorianCalendar("fiscal", fiscal_start_month=7)
    calendars = {"fiscal": fiscal, "stores": RetailCalendar("stores", (4, 5, 4))}
    made = Workspace.create(tmp_path, name='Käse "AG"', base_currency="CHF", zone="Europe/Zurich", calendars=calendars)
    (tmp_path / "plans" / "deep").mkdir()
    found = Workspace.open(tmp_path / "plans" / "deep")
    assert found == made
    assert found.calendars["fiscal"].period("year", date(2026, 8, 1)).id == "FY2027"


def test_a_second_workspace_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    Workspace.create(tmp_path, name="Nordwind")
    with pytest.raises(Refused, match="already a workspace"):
        Workspace.create(tmp_path, name="Nordwind")


def test_a_folder_without_a_workspace_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no workspace"):
        Workspace.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 'x'", "`base_currency` is missing"),
        ("name = 'x'\nbase_currency = 'EURO'", "EURO"),
        ("name = 'x'\nbase_currency = 'EUR'\nzone = 'Mars'", "`zone` is 'Mars'"),
        ("name = 'x'\nbase_currency = 'EUR'\nlocal = 'de'", "Did you mean locale?"),
        ("name = 'x'\nbase_currency = 'EUR'\ncalendar = 'fiscal'", "`calendar` is 'fiscal'"),
        ("name = 'x'\nbase_currency = 'EUR'\n[calendars.f]\nstart = 7", "has the setting start"),
        ("name = x", "cannot be read"),
    ],
)
def test_a_mistake_in_the_settings_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / SETTINGS).write_text(text)
    with pytest.raises(AttainError) as refused:
        Workspace.open(tmp_path)
    assert said in str(refused.value)
    assert SETTINGS in str(refused.value)


def test_a_workspace_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="has no database yet"):
        Workspace.create(tmp_path, name="Nordwind").connect()


@pytest.mark.parametrize("url", ["attain.db", "mysql://x/y", "sqlite://host/x.db", "postgresql://user@host"])
def test_a_wrong_address_of_a_database_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is no address of a database"):
        store.database_settings(url, tmp_path)


def test_a_password_is_never_shown() -> None:
    assert store.without_password("postgresql://pay:secret@db/x") == "postgresql://pay:…@db/x"


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 50, 6), False), ((3, 50, 7), True),
     ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 4), True), ((4, 0, 0), True)],
)  # fmt: skip
def test_versions_of_sqlite_that_can_lose_rows_are_known(version: tuple[int, ...], safe: bool) -> None:
    """A5: the WAL-reset fault."""
    assert safety.sqlite_is_safe(version) is safe


def test_the_whole_process_uses_one_sqlite(workspace: Workspace) -> None:
    import sys

    import pysqlite3

    assert sys.modules["sqlite3"] is pysqlite3
    assert safety.check() == []


def test_an_unsafe_setting_is_found(tmp_path: Path) -> None:
    from django.db import connection

    from tests.records.company import open_company

    open_company(tmp_path / "nordwind")
    for query in ("PRAGMA synchronous=OFF", "PRAGMA recursive_triggers=OFF", "PRAGMA foreign_keys=OFF"):
        connection.cursor().execute(query)
    assert sorted(finding.code for finding in safety.check()) == [
        "store.foreign-keys",
        "store.recursive-triggers",
        "store.synchronous",
    ]
    connection.close()


def test_a_write_that_takes_too_long_is_seen(workspace: Workspace, writes: list[Any]) -> None:
    """The watch must be able to fail: B6."""
    import time

    with store.writing("compute"):
        until = time.thread_time() + store.LONGEST_SECONDS
        while time.thread_time() < until:
            pass
    with store.writing("sleep"):
        time.sleep(8.1)
    assert [write.doing for write in writes if write.is_slow] == ["compute", "sleep"]
    writes.clear()  # the fixture would fail this test for them


def test_migrations_say_all_that_the_models_say(workspace: Workspace) -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
