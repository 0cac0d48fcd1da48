"""A write is seen whole or not at all: stopped at every step by force, and failed at every step by the system."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attain.kernel.errors import Refused, SetupError
from attain.kernel.files import TEMPORARY, Files
from attain.kernel.ids import SequentialIds

KILLED = 137
REPLACE = "Files(stop).write_bytes_durably(root / 'pay.csv', b'new')"
PUBLISH = "Files(stop).publish_folder(root / '.tmp-run', root / 'run')"
PROGRAM = """
import os, sys
from pathlib import Path
from attain.kernel.files import Files
root, at, seen = Path(sys.argv[1]), int(sys.argv[2]), 0
def stop(step):
    global seen
    seen += 1
    if seen == at:
        print(step, flush=True)
        os._exit(137)
"""


def steps_of(act: Callable[[Files], None]) -> list[str]:
    steps: list[str] = []
    act(Files(steps.append))
    return steps


def filled(folder: Path) -> Path:
    (folder / "lines").mkdir(parents=True)
    (folder / "lines" / "part-0").write_bytes(b"0")
    (folder / "manifest").write_bytes(b"m")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def killed_at(step: int, act: str, root: Path) -> str:
    run = subprocess.run([sys.executable, "-c", PROGRAM + act, str(root), str(step)], capture_output=True, text=True)
    assert run.returncode == KILLED, run.stderr
    return run.stdout.strip()


def test_a_kill_at_any_step_of_a_write_leaves_the_old_or_the_new_content(tmp_path: Path) -> None:
    (tmp_path / "measured").mkdir()
    steps = steps_of(lambda files: files.write_bytes_durably(tmp_path / "measured" / "pay.csv", b"new"))
    for at, step in enumerate(steps, start=1):
        root = tmp_path / str(at)
        root.mkdir()
        (root / "pay.csv").write_bytes(b"old")
        assert killed_at(at, REPLACE, root) == step
        renamed = steps.index(step) > steps.index("write.rename")
        assert (root / "pay.csv").read_bytes() == (b"new" if renamed else b"old")
        assert {path.name for path in root.iterdir() if not path.name.startswith(TEMPORARY)} == {"pay.csv"}


def test_a_kill_at_any_step_of_publishing_leaves_the_whole_folder_or_none(tmp_path: Path) -> None:
    measured = filled(tmp_path / "measured" / ".tmp-run")
    steps = steps_of(lambda files: files.publish_folder(measured, tmp_path / "measured" / "run"))
    whole = content(tmp_path / "measured" / "run")
    assert steps.count("publish.fsync-file") == 2 and steps.count("publish.fsync-folder") == 2
    for at in range(1, len(steps) + 1):
        root = tmp_path / str(at)
        filled(root / ".tmp-run")
        assert killed_at(at, PUBLISH, root) == steps[at - 1]
        if (root / "run").exists():
            assert content(root / "run") == whole and not (root / ".tmp-run").exists()
            assert at > steps.index("publish.rename") + 1
        else:
            Files().publish_folder(root / ".tmp-run", root / "run")
            assert content(root / "run") == whole, "running it again is enough"


def test_everything_is_flushed_before_it_is_named_and_the_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    real_fsync, real_rename = os.fsync, Path.rename

    def fsync(descriptor: int) -> None:
        happened.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real_fsync(descriptor)

    def rename(self: Path, target: Path) -> Path:
        happened.append("renamed")
        return real_rename(self, target)

    temporary = filled(tmp_path / ".tmp-run")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    Files().publish_folder(temporary, tmp_path / "run")
    assert happened == ["part-0", "lines", "manifest", ".tmp-run", "renamed", tmp_path.name]


def test_who_reads_while_a_file_is_replaced_still_sees_the_old_content_whole(tmp_path: Path) -> None:
    (tmp_path / "pay.csv").write_bytes(b"old")
    with (tmp_path / "pay.csv").open("rb") as reader:
        Files().write_bytes_durably(tmp_path / "pay.csv", b"new")
        assert reader.read() == b"old"
    assert content(tmp_path) == {"pay.csv": b"new"}


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EMFILE, "too many files"), (errno.EIO, "")],
)
def test_a_failing_disk_leaves_the_old_state_and_says_so_in_plain_words(
    tmp_path: Path, number: int, words: str
) -> None:
    (tmp_path / "pay.csv").write_bytes(b"old")
    for failing in ("write.create", "write.fsync", "write.rename"):

        def fail(step: str, at: str = failing) -> None:
            if step == at:
                raise OSError(number, os.strerror(number))

        with pytest.raises(SetupError, match=f"pay.csv could not be written: .*{words}") as refused:
            Files(fail).write_bytes_durably(tmp_path / "pay.csv", b"new")
        assert refused.value.code == "files.not-written" and refused.value.hint
        assert content(tmp_path) == {"pay.csv": b"old"}, "no temporary file stays behind"


def test_a_published_name_is_given_once(tmp_path: Path) -> None:
    Files().publish_folder(filled(tmp_path / ".tmp-1"), tmp_path / "run")
    (tmp_path / "empty").mkdir()
    for taken in ("run", "empty"):
        with pytest.raises(Refused, match="already published") as refused:
            Files().publish_folder(filled(tmp_path / f".tmp-{taken}"), tmp_path / taken)
        assert refused.value.code == "files.already-published"
    assert content(tmp_path / "empty") == {}


def test_one_of_two_publishers_wins_also_when_both_found_the_name_free(tmp_path: Path) -> None:
    second = filled(tmp_path / ".tmp-2")

    class Late(type(tmp_path)):  # type: ignore[misc]
        """A place that looks free although the other publisher has just taken it."""

        def exists(self, **_: object) -> bool:
            return False

    Files().publish_folder(filled(tmp_path / ".tmp-1"), tmp_path / "run")
    with pytest.raises(Refused, match="already published"):
        Files().publish_folder(second, Late(tmp_path / "run"))


def test_a_link_is_never_published(tmp_path: Path) -> None:
    for name, target in (("file", tmp_path / "outside"), ("folder", tmp_path)):
        temporary = filled(tmp_path / f".tmp-{name}")
        (temporary / "link").symlink_to(target)
        with pytest.raises(Refused, match="link is a link"):
            Files().publish_folder(temporary, tmp_path / f"run-{name}")
        assert not (tmp_path / f"run-{name}").exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="the folder does not exist"):
        Files().write_bytes_durably(tmp_path / "nowhere" / "pay.csv", b"x")


def test_the_sweep_removes_old_unfinished_work_and_nothing_else(tmp_path: Path) -> None:
    files = Files()
    old, young = files.temporary_folder(tmp_path), files.temporary_folder(tmp_path)
    filled(old)
    finished = filled(tmp_path / "run")
    left_over = tmp_path / f"{TEMPORARY}0-pay.csv"
    left_over.write_bytes(b"half")
    now = datetime.now(UTC)
    two_hours_ago = (now - timedelta(hours=2)).timestamp()
    for path in (old, left_over, finished):
        os.utime(path, (two_hours_ago, two_hours_ago))
    assert files.sweep(tmp_path, before=now - timedelta(hours=1)) == sorted([old, left_over])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([young.name, "run"])


def test_a_folder_is_published_at_the_end_or_gone(tmp_path: Path) -> None:
    files = Files()
    with files.publishing(tmp_path / "runs" / "run") as folder, files.create(folder / "lines") as file:
        file.write(b"0")
        assert not (tmp_path / "runs" / "run").exists()
    assert content(tmp_path) == {"runs/run/lines": b"0"}
    with pytest.raises(ZeroDivisionError), files.publishing(tmp_path / "runs" / "other") as folder:
        folder.joinpath("lines").write_bytes(b"half")
        raise ZeroDivisionError
    assert content(tmp_path) == {"runs/run/lines": b"0"}, "what was not published takes no room"


@pytest.mark.parametrize(
    "write",
    [
        lambda files, folder: files.write_bytes_durably(folder / "f", b"new"),
        lambda files, folder: files.make_folder(folder / "a" / "b"),
        lambda files, folder: files.temporary_folder(folder),
        lambda files, folder: files.create(folder / "f").__enter__(),
    ],
)
def test_nobody_writes_where_it_is_not_allowed_and_all_are_told_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Files, Path], object]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "mkdir", full)
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(SetupError, match="the disk is full") as told:
        write(Files(), tmp_path)
    assert told.value.code == "files.not-written" and "run the same command again" in told.value.hint


def test_folders_made_on_the_way_are_durable_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path)))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    Files().make_folder(tmp_path / "data" / "runs")
    Files().make_folder(tmp_path / "data" / "runs")
    assert flushed == [".", "data"], "the folders that hold the new names, each once"


def test_only_what_is_finished_is_copied(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    (tmp_path / "run" / f"{TEMPORARY}1").mkdir()
    (tmp_path / "run" / f"{TEMPORARY}2-manifest").write_bytes(b"half")
    Files().copy(tmp_path / "run", tmp_path / "copy" / "run")
    assert content(tmp_path / "copy") == {"run/lines/part-0": b"0", "run/manifest": b"m"}


@pytest.mark.parametrize("said", [None, errno.EXDEV, errno.EPERM])
def test_a_published_file_gets_a_second_name_or_is_copied(
    said: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk without second names for a file, or another disk, gets a copy."""
    (tmp_path / "run").mkdir()
    source, target = tmp_path / "run" / "lines", tmp_path / "next"
    source.write_bytes(b"rows")

    def refuse(*names: object) -> None:
        raise OSError(said, "no")

    if said is not None:
        monkeypatch.setattr(os, "link", refuse)
    Files().link(source, target)
    assert target.read_bytes() == b"rows"
    assert source.samefile(target) is (said is None)


def test_a_full_disk_is_no_reason_to_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*names: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "link", full)
    (tmp_path / "lines").write_bytes(b"rows")
    with pytest.raises(SetupError, match="the disk is full"):
        Files().link(tmp_path / "lines", tmp_path / "next")


def test_repeatable_names_go_round_what_a_killed_program_left(tmp_path: Path) -> None:
    def names(seed: int, count: int) -> list[str]:
        files = Files(ids=SequentialIds(seed))
        return [files.temporary_folder(tmp_path).name for _ in range(count)]

    first = names(1, 2)
    assert names(1, 1)[0] not in first
    Files(ids=SequentialIds(1)).write_bytes_durably(tmp_path / "pay.csv", b"1")
    assert (tmp_path / "pay.csv").read_bytes() == b"1"
