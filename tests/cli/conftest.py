"""The command as a user meets it: words in; an exit status, results and messages out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attain.cli.main import main
from tests.cli import company


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Attain = Callable[..., Said]


@pytest.fixture
def attain(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Attain]:
    """Run a command in the present folder; `status` is the one that is expected."""
    monkeypatch.setenv("ATTAIN_ACTOR", "ada")
    monkeypatch.delenv("ATTAIN_DEBUG", raising=False)
    monkeypatch.delenv("ATTAIN_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, status: int = 0) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        read = capsys.readouterr()
        said = Said(int(ended.value.code or 0), read.out, read.err)
        assert said.status == status, f"attain {' '.join(words)}\n{said.out}{said.err}"
        return said

    yield run
    _let_go()


def _let_go() -> None:
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        connections.close_all()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company that imported everything and published its plan, made once by the command itself."""
    folder = tmp_path_factory.mktemp("template") / "nordwind"
    here = ["--workspace", str(folder), "--as", "ada"]
    for words in (
        ["init", str(folder), "--name", "Nordwind GmbH", "--zone", "Europe/Berlin"],
        None,
        ["import", "--all", str(folder / "in"), *here],
        ["publish", *here],
    ):
        if words is None:
            company.write(folder)
            continue
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0, words
    _let_go()
    return folder


@pytest.fixture
def nordwind(template: Path, tmp_path: Path, attain: Attain, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that company, as the present folder."""
    folder = tmp_path / "nordwind"
    shutil.copytree(template, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def paid(nordwind: Path, attain: Attain) -> Path:
    """January and February are calculated in one run."""
    attain("calculate", "2026-01..2026-02")
    return nordwind
