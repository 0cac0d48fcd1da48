"""Reads a file in a child process that cannot take the parent with it.

The child has limits of memory, processor time and waiting time, may write no file and leaves no core. It gets the job
and the bytes on its standard input and answers with three frames on its standard output: a summary as JSON, the good
rows and the quarantine as Arrow streams, whose types the parent checks again. A child that dies has refused the file,
also in the middle of its answer. Its own side is `child.py`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from attain.kernel.errors import FactError, Finding, Where

from .jobs import FRAME, Job, Limits
from .looking import Look
from .mapping import Mapping
from .schema import TableType
from .source import file_refused
from .validate import QUARANTINE, Aside, Checked, good_schema

CHUNK = 1 << 20
START = """
import gc, sys
gc.disable()
sys.modules["numpy"] = None
from attain.facts.child import main
main()
"""
"""A child starts for one file, and to load its modules takes as long as to read many a file. So Arrow, which loads
NumPy wherever it finds it, finds none; and as modules are never garbage, nobody looks for any meanwhile."""

LIMITS = Limits()
LOOK_LIMITS = Limits(memory_bytes=2 << 30, cpu_seconds=15, wall_seconds=30.0)
"""Somebody waits for the page."""


def read_in_child(
    source: bytes | Path, table: TableType, mapping: Mapping, limits: Limits = LIMITS
) -> tuple[Checked, str]:
    """What a child made of the source, and the hash of the bytes that it was given."""
    frames, digest = _asked(Job(table, mapping, limits), source)
    return _answer(frames, table), digest


def look_in_child(
    source: bytes | Path, table: TableType, mapping: Mapping, rows: int, limits: Limits = LOOK_LIMITS
) -> Look:
    """The first rows of a source, as they stand there and as the mapping reads them."""
    frames, _ = _asked(Job(table, mapping, limits, rows), source)
    said = json.loads(frames[0].to_pybytes())
    fault = None
    try:
        judged = _answer(frames, table)
    except FactError as error:
        judged, fault = None, error
    return Look(tuple(said.get("header", ())), said.get("texts", []), said.get("lines", []), judged, fault)


def _asked(asked: Job, source: bytes | Path) -> tuple[list[pa.Buffer], str]:
    """The frames of a child's answer, and the hash of what it was given."""
    job, limits = asked.as_bytes(), asked.limits
    child = subprocess.Popen(  # noqa: S603  this interpreter with a program that stands above
        [sys.executable, "-P", "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        pipesize=CHUNK,
    )
    overtime = threading.Event()

    def stop() -> None:
        overtime.set()
        child.kill()

    timer = threading.Timer(limits.wall_seconds, stop)
    timer.start()
    try:
        if child.stdin is None or child.stdout is None:
            raise AssertionError("the pipes were asked for")
        digest = _feed(child.stdin, job, source, limits)
        frames = _frames(child.stdout, limits)
    except BaseException:
        child.kill()
        raise
    finally:
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()
        timer.cancel()
    if len(frames) != 3:
        raise _died(child.returncode, overtime.is_set(), limits)
    return frames, digest


def _environment() -> dict[str, str]:
    """Only what an interpreter needs to find itself and its packages; one thread and plain memory for Arrow, which
    comes in large pages where the system has them: nearly all that the child does is to fill new memory one time."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG", "TZDIR") if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1",
    }


def _feed(pipe: IO[bytes], job: bytes, source: bytes | Path, limits: Limits) -> str:
    digest, size = hashlib.sha256(), 0
    opened: contextlib.AbstractContextManager[IO[bytes]]
    try:
        opened = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as fault:
        raise file_refused("file.unreadable", f"The file cannot be read: {fault.strerror}.") from None
    with opened as stream:
        expected = len(source) if isinstance(source, bytes) else os.fstat(stream.fileno()).st_size
        # A child that died reads no more; why it died is asked afterwards.
        with contextlib.suppress(BrokenPipeError):
            pipe.write(FRAME.pack(len(job)) + job + FRAME.pack(min(expected, limits.source_bytes)))
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if size > limits.source_bytes:
                raise file_refused(
                    "file.too-large", f"More than {limits.source_bytes >> 20} MB.", line=1, hint="Split the file."
                )
            with contextlib.suppress(BrokenPipeError):
                pipe.write(chunk)
    with contextlib.suppress(BrokenPipeError):
        pipe.close()
    return digest.hexdigest()


def _frames(pipe: IO[bytes], limits: Limits) -> list[pa.Buffer]:
    frames: list[pa.Buffer] = []
    while len(frames) < 3:
        head = pipe.read(FRAME.size)
        if len(head) < FRAME.size:
            break
        (length,) = FRAME.unpack(head)
        if length > limits.answer_bytes:
            break
        frame = pa.allocate_buffer(length)  # Arrow takes its memory in larger pages than Python does
        if _filled(memoryview(frame), pipe) < length:
            break
        frames.append(frame)
    return frames


def _filled(room: memoryview, pipe: IO[bytes]) -> int:
    """How many bytes came before the pipe was at its end or the room was full."""
    filled = 0
    while filled < len(room) and (count := pipe.readinto(room[filled:])):  # type: ignore[attr-defined]  # buffered
        filled += count
    return filled


def _died(status: int, overtime: bool, limits: Limits) -> FactError:
    if overtime:
        why = f"it took longer than {limits.wall_seconds:g} seconds"
    elif hasattr(signal, "SIGXCPU") and status == -signal.SIGXCPU:
        why = f"it used more than {limits.cpu_seconds} seconds of processor time"
    else:
        why = f"it ended with status {status}, most often because of its memory limit of {limits.memory_bytes >> 20} MB"
    return file_refused("file.limit", f"The file was not read to its end: {why}.", line=1, hint="Split the file.")


def _answer(frames: list[pa.Buffer], table: TableType) -> Checked:
    summary = json.loads(frames[0].to_pybytes())
    if "error" in summary:
        said = summary["error"]
        raise FactError(said["message"], code=said["code"], where=Where(**said["where"]), hint=said["hint"])
    good, quarantine = (_table(frame) for frame in frames[1:])
    if not good.schema.equals(good_schema(table)) or not quarantine.schema.equals(QUARANTINE):
        raise file_refused("file.limit", "The reader answered with other columns than it was asked for.", line=1)
    return Checked(
        good,
        quarantine,
        summary["row_count"],
        summary["repeated"],
        {name: None if total is None else Decimal(total) for name, total in summary["sums"].items()},
        tuple(_finding(finding) for finding in summary["findings"]),
        Aside(
            {
                name: {code: Decimal(total) for code, total in sums.items()}
                for name, sums in summary["aside"]["money"].items()
            },
            {name: int(count) for name, count in summary["aside"]["unread"].items()},
        ),
    )


def _table(frame: pa.Buffer) -> pa.Table:
    table = pa.ipc.open_stream(frame).read_all()
    table.validate(full=True)
    return table


def _finding(said: dict[str, Any]) -> Finding:
    return Finding(said["level"], said["code"], said["message"], Where(**said["where"]), said["hint"], said["witness"])
