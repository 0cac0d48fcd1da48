"""Pages are run as a reader would: their files written, their commands given, the outputs compared line by line.

A fence ```yaml NAME, ```toml NAME or ```csv NAME is a file, ```diff NAME a change of it, ```console commands with what
they say. `…` in a shown line stands for any text, and a line `…` for any lines. A command ends with status 0 unless
`echo $?` comes next.
"""

from __future__ import annotations

import re
import shlex
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from attain.cli.main import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r"^```(?P<kind>\w+)(?: (?P<name>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    kind: str
    name: str
    text: str


class Command(NamedTuple):
    words: list[str]
    shown: str
    status: int


def blocks(page: str) -> list[Block]:
    return [Block(found["kind"], found["name"] or "", found["text"]) for found in FENCE.finditer(page)]


def commands(text: str) -> Iterator[Command]:
    said = [(line, shown) for line, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)]
    for place, (line, shown) in enumerate(said):
        if line == "echo $?":
            continue
        after = said[place + 1] if place + 1 < len(said) else ("", "")
        yield Command(shlex.split(line), shown, int(after[1]) if after[0] == "echo $?" else 0)


def patched(text: str, change: str) -> str:
    """The text with one change in it: its lines of context and `-` must stand there once, together."""
    lines = change.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    after = "".join(line[1:] for line in lines if line[0] != "-")
    assert text.count(before) == 1, f"The tutorial changes what is not there once:\n{before}"
    return text.replace(before, after)


def agrees(shown: str, said: str) -> bool:
    """Whether the page shows what was said, apart from `…`, from blank lines at both ends and from kinds of spaces."""
    pattern = ""
    for line in spaced(shown):
        pattern += r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in spaced(said))) is not None


def spaced(text: str) -> list[str]:
    """Lines with plain spaces: German amounts have narrow and unbreakable ones, which no page can show."""
    return [re.sub("[\u00a0\u202f]", " ", line).rstrip() for line in text.strip("\n").splitlines()]


@pytest.mark.parametrize(
    ("shown", "agreeing"),
    [
        ("paid 56.00\n…\nend\n", True),
        ("paid 5….00\nat 5%\nend\n", True),
        ("paid 56.01\n…\nend\n", False),
        ("paid 56.00\nend\n", False),
        ("paid 56.00\n", False),
    ],
)
def test_a_wrong_amount_or_a_missing_line_is_seen(shown: str, agreeing: bool) -> None:
    assert agrees(shown, "\npaid 56.00\nat 5%\nend\n\n") is agreeing


@pytest.mark.parametrize(("page", "least"), [("tutorial.md", 20), ("imports.md", 5)])
def test_the_page_shows_what_the_commands_say(
    page: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A.1, A.11, B.1: flat rate, tiers, SPIF; a bad row; a late deal. Bob 400.00 + 260.00, then 21.00 + 35.00 later."""
    for name in ("ATTAIN_ACTOR", "ATTAIN_DEBUG", "ATTAIN_WORKSPACE", "ATTAIN_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    given = 0
    try:
        for block in blocks((DOCS / page).read_text(encoding="utf-8")):
            if block.kind in ("yaml", "csv", "toml"):
                Path(block.name).write_text(block.text, encoding="utf-8")
            elif block.kind == "diff":
                file = Path(block.name)
                file.write_text(patched(file.read_text(encoding="utf-8"), block.text), encoding="utf-8")
            else:
                for command in commands(block.text):
                    follow(command, monkeypatch, capsys)
                    given += command.words[0] == "attain"
    finally:
        let_go()
    assert given > least


def follow(command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    match command.words:
        case ["attain", *words]:
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main(words)
            read = capsys.readouterr()
            said = f"$ {shlex.join(command.words)}\n{read.out}{read.err}"
            assert int(ended.value.code or 0) == command.status, said
            assert agrees(command.shown, read.out), f"The page shows:\n{command.shown}\nbut:\n{said}"
        case ["cd", folder]:
            monkeypatch.chdir(folder)
        case ["mkdir", folder]:
            Path(folder).mkdir()
        case ["sqlite3", file, statement]:
            with sqlite3.connect(file) as connection:
                connection.execute(statement)
            connection.close()
        case ["export", setting]:
            monkeypatch.setenv(*setting.split("=", 1))
        case words:
            raise AssertionError(f"The test cannot follow `{shlex.join(words)}`.")


def let_go() -> None:
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        connections.close_all()
