"""Writing so that a kill or a power cut leaves the state before or the state after, never one between.

Everything is first written beside its place under a temporary name, flushed to the disk, then renamed in one step,
and the folder that holds the new name is flushed as well. Names that start with `.tmp-` are unfinished and may be
swept. `checkpoint` is called with a name before each step, so that a test can stop the program at every one of them.

    with files.publishing(parent / "run-000001") as folder, files.create(folder / "lines.parquet") as stream:
        stream.write(...)
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeVar

from .errors import Refused, SetupError, Where
from .ids import Ids, RandomIds

TEMPORARY = ".tmp-"
_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOSYS, errno.ENOTSUP, errno.EACCES)
"""What a file system says that knows no second names for a file, or has no more of them."""
T = TypeVar("T")


def _pass_by(step: str) -> None:
    """The checkpoint of every day: nothing stops here."""


class Files:
    def __init__(self, checkpoint: Callable[[str], None] = _pass_by, ids: Ids | None = None) -> None:
        self._checkpoint = checkpoint
        self._ids = ids or RandomIds()

    def write_bytes_durably(self, path: Path, content: bytes, *, private: bool = False) -> None:
        """Create or replace a file. Readers see the old content or the new one; a private one is its owner's alone."""

        def create(free: Path) -> IO[bytes]:
            if not private:
                return free.open("xb")
            return os.fdopen(os.open(free, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")

        with in_plain_words(path):
            self._checkpoint("write.create")
            temporary, file = self._first_free(path.parent, f"-{path.name}", create)
            try:
                with file:
                    file.write(content)
                    self._checkpoint("write.fsync")
                    file.flush()
                    os.fsync(file.fileno())
                self._checkpoint("write.rename")
                temporary.replace(path)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
                raise
            self._checkpoint("write.fsync-parent")
            _fsync_folder(path.parent)
        self._checkpoint("write.done")

    @contextmanager
    def create(self, path: Path) -> Iterator[IO[bytes]]:
        """A new file in a folder that is not published yet: publishing will flush it."""
        with in_plain_words(path), path.open("xb") as file:
            self._checkpoint("file.create")
            yield file

    def copy(self, source: Path, target: Path) -> None:
        """A file, or a folder with all that is finished in it, into a folder that is not published yet."""
        if source.is_dir():
            self.make_folder(target)
            for path in sorted(source.iterdir()):
                if not path.name.startswith(TEMPORARY):
                    self.copy(path, target / path.name)
            return
        self.make_folder(target.parent)
        with source.open("rb") as content, self.create(target) as file:
            shutil.copyfileobj(content, file)

    def link(self, source: Path, target: Path) -> None:
        """A published file, which never changes, in a folder that is not published yet: a second name for it where the
        disk can do that, a copy elsewhere."""
        self._checkpoint("file.link")
        with in_plain_words(target):
            try:
                os.link(source, target)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                self.copy(source, target)

    def make_folder(self, path: Path) -> None:
        """A folder, with those above it that are missing; each name is flushed as well."""
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        with in_plain_words(path):
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                _fsync_folder(folder.parent)

    def temporary_folder(self, parent: Path) -> Path:
        """A new folder beside the place where its content will be published."""
        self.make_folder(parent)
        with in_plain_words(parent):
            return self._first_free(parent, "", lambda free: free.mkdir())[0]

    def _first_free(self, parent: Path, ending: str, make: Callable[[Path], T]) -> tuple[Path, T]:
        """What is made under a temporary name that nobody has: repeatable ids may meet those of a killed program."""
        while True:
            free = parent / f"{TEMPORARY}{self._ids.new()[:18]}{ending}"
            try:
                return free, make(free)
            except FileExistsError:
                continue

    @contextmanager
    def publishing(self, final: Path) -> Iterator[Path]:
        """A new folder to be filled; it gets its name at the end, or is gone again if anything went wrong."""
        temporary = self.temporary_folder(final.parent)
        try:
            yield temporary
            self.publish_folder(temporary, final)
        except BaseException:
            self.discard(temporary)
            raise

    def discard(self, temporary: Path) -> None:
        """Give up a folder that was not published; what cannot be removed now is swept later."""
        shutil.rmtree(temporary, ignore_errors=True)

    def publish_folder(self, temporary: Path, final: Path) -> None:
        """Flush a finished folder with all that is in it, and give it its name. A name is given once."""
        with in_plain_words(final):
            for folder, below, names in os.walk(temporary, topdown=False):
                _refuse_links(Path(folder, name) for name in (*below, *names))
                for name in sorted(names):
                    self._checkpoint("publish.fsync-file")
                    _fsync_file(Path(folder, name))
                self._checkpoint("publish.fsync-folder")
                _fsync_folder(Path(folder))
            self._checkpoint("publish.rename")
            if final.exists():  # renaming onto an empty folder would succeed
                raise _taken(final)
            try:
                temporary.rename(final)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    raise _taken(final) from error
                raise
            self._checkpoint("publish.fsync-parent")
            _fsync_folder(final.parent)
        self._checkpoint("publish.done")

    def sweep(self, parent: Path, before: datetime) -> list[Path]:
        """Remove what a killed program left unfinished, if untouched since `before`; returns what is gone."""
        gone: list[Path] = []
        for path in sorted(parent.glob(f"{TEMPORARY}*")):
            touched = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
            if touched >= before:
                continue
            self._checkpoint("sweep.remove")
            with in_plain_words(path):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            gone.append(path)
        return gone


def _taken(final: Path) -> Refused:
    return Refused(
        f"{final.name} is already published and never changes.",
        code="files.already-published",
        where=Where(str(final)),
        hint="Publish the new content under a name of its own.",
    )


def _refuse_links(paths: Iterable[Path]) -> None:
    """What a link points to is not in the folder: it could change, or vanish, after publishing."""
    for path in paths:
        if path.is_symlink():
            raise Refused(
                f"{path.name} is a link; only files and folders can be published.",
                code="files.link",
                where=Where(str(path)),
                hint="Copy what it points to into the folder.",
            )


def _fsync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _fsync_folder(path: Path) -> None:
    if os.name == "nt":  # Windows has no such call; there the rename itself is journalled
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_CAUSES = {
    errno.ENOSPC: ("the disk is full", "Free some space, then run the same command again; nothing was changed."),
    errno.EFBIG: (
        "a file became larger than this system allows",
        "Raise the limit of file sizes (ulimit -f), then run the same command again; nothing was changed.",
    ),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, then run the same command again."),
    errno.EROFS: ("the disk is read-only", "Move the workspace to a disk that can be written."),
    errno.EACCES: ("the right to write is missing", "Give the user that runs Attain the right to write there."),
    errno.EPERM: ("the right to write is missing", "Give the user that runs Attain the right to write there."),
    errno.ENOENT: ("the folder does not exist", "Create the folder, or correct the path."),
    errno.EXDEV: ("it lies on another disk than its temporary folder", "Keep both in the workspace."),
    errno.EMFILE: ("too many files are open", "Raise the limit of open files, or use fewer workers."),
}


@contextmanager
def in_plain_words(path: Path) -> Iterator[None]:
    """Turn what the system says about a write into an error that a user can act on."""
    try:
        yield
    except OSError as error:
        cause, hint = _CAUSES.get(error.errno or 0, (error.strerror or str(error), "Ask the administrator."))
        raise SetupError(
            f"{path.name} could not be written: {cause}.", code="files.not-written", where=Where(str(path)), hint=hint
        ) from error
