"""A workspace for each test, on SQLite and on a PostgreSQL server of our own, with a watch on every write."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import psycopg
import pytest

from attain.web import store
from attain.web.workspace import Workspace
from tests.records.company import open_company
from tools.setup import postgres_programs

_databases = count(1)


@cache
def mounting() -> list[str] | None:
    """The command before a command that lets it mount file systems that nobody else sees; None without the right."""
    for command in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        trial = [*command, "mount", "-t", "tmpfs", "none", tempfile.gettempdir()]
        if shutil.which("unshare") and subprocess.run(trial, capture_output=True, check=False).returncode == 0:
            return command
    return None


@cache
def tracing() -> bool:
    """Whether strace is here and allowed to look on."""
    trial = ["strace", "-o", os.devnull, "true"]
    return bool(shutil.which("strace")) and subprocess.run(trial, capture_output=True, check=False).returncode == 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if mounting() is None:
        terminalreporter.write_line("Left out: the full disk; here is no right to mount a small one (unshare --mount).")
    if not tracing():
        terminalreporter.write_line("Left out: the order of flushes as the system sees it (strace).")


class Server:
    """A PostgreSQL server in a folder of its own, on a port of its own, started and stopped by this session."""

    def __init__(self) -> None:
        programs = postgres_programs()
        assert programs is not None, "PostgreSQL (initdb, pg_ctl) is missing; `make setup` says how to get it."
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="attain-postgres-"))
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-D", self.folder / "data", "-U", "attain", "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def new_database(self) -> str:
        name = f"attain_{next(_databases)}"
        address = f"host=127.0.0.1 port={self.port} user=attain dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://attain@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, on each store."""
    if request.param == "sqlite":
        return "sqlite:///attain.db"
    return request.getfixturevalue("postgres_server").new_database()


@pytest.fixture
def workspace(tmp_path: Path, database: str) -> Iterator[Workspace]:
    yield open_company(tmp_path / "nordwind", database=database)
    from django.db import connections

    connections.close_all()


@pytest.fixture
def app(workspace: Workspace) -> SimpleNamespace:
    """The services, which can be imported only when a workspace is known."""
    names = {
        "audit": "audit.services", "log": "audit.selectors", "imports": "imports.services", "org": "org.services",
        "plans": "plans.services", "runs": "pay.runs", "pay": "pay.services", "decide": "pay.decisions",
        "read": "pay.selectors", "facts": "imports.selectors", "published": "plans.selectors", "decided": "pay.decided",
    }  # fmt: skip
    found = {name: import_module(f"attain.web.apps.{path}") for name, path in names.items()}
    rooms = ("audit", "imports", "org", "plans", "pay")
    models = {name: import_module(f"attain.web.apps.{name}.models") for name in rooms}
    return SimpleNamespace(**found, models=SimpleNamespace(**models))


WAITED_TOO_LONG = 8
"""Seconds that no busy processor or disk explains; a write that waits for a person or a network would take longer."""


class Write(NamedTuple):
    doing: str
    seconds: float
    computing: float

    @property
    def is_slow(self) -> bool:
        """Longer than a quarter of a second, and not only because other programs had the processor meanwhile."""
        computed = self.computing > store.LONGEST_SECONDS / 2
        return self.seconds > store.LONGEST_SECONDS and (computed or self.seconds > WAITED_TOO_LONG)


@pytest.fixture(autouse=True)
def writes() -> Iterator[list[Write]]:
    """No write of any test may keep others waiting."""
    seen: list[Write] = []

    def watch(*what: Any) -> None:
        seen.append(Write(*what))

    store.watches.append(watch)
    gc.disable()  # a sweep through all that earlier tests have left behind is no work of the write that it falls into
    yield seen
    gc.enable()
    store.watches.remove(watch)
    assert not [write for write in seen if write.is_slow]
