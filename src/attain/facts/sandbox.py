"""Reads a file in a child process that cannot take the parent with it.

The child has limits of memory, processor time and waiting time, may write no file and leaves no core. It gets the job
and the bytes on its standard input and answers with three frames on its standard output: a summary as JSON, the good
rows and the quarantine as Arrow streams, whose types the parent checks again. A child that dies has refused the file,
also in the middle of its answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from attain.kernel.errors import AttainError, FactError, Finding, Where

from .importing import read_bytes, reader_of
from .jobs import Job, Limits
from .looking import Look, first_rows
from .mapping import Mapping
from .schema import TableType
from .source import file_refused
from .validate import QUARANTINE, Aside, Checked, checked, good_schema

CHUNK = 1 << 20
FRAME = struct.Struct(">Q")


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
    said = json.loads(frames[0])
    fault = None
    try:
        judged = _answer(frames, table)
    except FactError as error:
        judged, fault = None, error
    return Look(tuple(said.get("header", ())), said.get("texts", []), said.get("lines", []), judged, fault)


def _asked(asked: Job, source: bytes | Path) -> tuple[list[bytes], str]:
    """The frames of a child's answer, and the hash of what it was given."""
    job, limits = asked.as_bytes(), asked.limits
    # Arrow loads NumPy wherever it finds it, which takes as long as all else that the child needs: so it finds none.
    child = subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-c",
            "import sys; sys.modules['numpy'] = None; import attain.facts.sandbox as s; s.main()",
        ],
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
    """Only what an interpreter needs to find itself and its packages; one thread and plain memory for Arrow."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG", "TZDIR") if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


def _feed(pipe: IO[bytes], job: bytes, source: bytes | Path, limits: Limits) -> str:
    digest, size = hashlib.sha256(), 0
    opened: contextlib.AbstractContextManager[IO[bytes]]
    try:
        opened = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as fault:
        raise file_refused("file.unreadable", f"The file cannot be read: {fault.strerror}.") from None
    with opened as stream:
        # A child that died reads no more; why it died is asked afterwards.
        with contextlib.suppress(BrokenPipeError):
            pipe.write(FRAME.pack(len(job)) + job)
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


def _frames(pipe: IO[bytes], limits: Limits) -> list[bytes]:
    frames: list[bytes] = []
    while len(frames) < 3:
        head = pipe.read(FRAME.size)
        if len(head) < FRAME.size:
            break
        (length,) = FRAME.unpack(head)
        if length > limits.answer_bytes:
            break
        frame = pipe.read(length)
        if len(frame) < length:
            break
        frames.append(frame)
    return frames


def _died(status: int, overtime: bool, limits: Limits) -> FactError:
    if overtime:
        why = f"it took longer than {limits.wall_seconds:g} seconds"
    elif hasattr(signal, "SIGXCPU") and status == -signal.SIGXCPU:
        why = f"it used more than {limits.cpu_seconds} seconds of processor time"
    else:
        why = f"it ended with status {status}, most often because of its memory limit of {limits.memory_bytes >> 20} MB"
    return file_refused("file.limit", f"The file was not read to its end: {why}.", line=1, hint="Split the file.")


def _answer(frames: list[bytes], table: TableType) -> Checked:
    summary = json.loads(frames[0])
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


def _table(frame: bytes) -> pa.Table:
    table = pa.ipc.open_stream(pa.py_buffer(frame)).read_all()
    table.validate(full=True)
    return table


def _finding(said: dict[str, Any]) -> Finding:
    return Finding(said["level"], said["code"], said["message"], Where(**said["where"]), said["hint"], said["witness"])


def answer_to(stream: IO[bytes]) -> tuple[bytes, Sequence[pa.Table]]:
    """The child's side: for the job on the stream a summary, and the tables that belong to it."""
    (length,) = FRAME.unpack(stream.read(FRAME.size))
    job = Job.of_bytes(stream.read(length))
    try:
        reader_of(job.mapping.format)  # loaded while nothing is limited yet
        _limit(job.limits)
        if job.rows:
            return _looked(stream.read(), job)
        result = read_bytes(stream.read(), job.table, job.mapping)
        return json.dumps(_summary(result)).encode(), (result.good, result.quarantine)
    except AttainError as fault:
        return _refusal(fault), ()
    except MemoryError:
        said = f"The file needs more than the memory limit of {job.limits.memory_bytes >> 20} MB."
        return _refusal(file_refused("file.limit", said, line=1, hint="Split the file.")), ()


def _looked(content: bytes, job: Job) -> tuple[bytes, Sequence[pa.Table]]:
    """The first rows as they stand there, whatever is wrong with how they are mapped."""
    source = first_rows(reader_of(job.mapping.format)(content, job.mapping), job.rows)
    texts = [list(row) for row in zip(*(column.to_pylist() for column in source.columns), strict=True)]
    seen = {"header": source.header, "texts": texts, "lines": source.lines.to_pylist()}
    try:
        result = checked(source, job.table, job.mapping)
    except AttainError as fault:
        return json.dumps({"error": fault.as_dict(), **seen}).encode(), ()
    return json.dumps({**_summary(result), **seen}).encode(), (result.good, result.quarantine)


def _summary(result: Checked) -> dict[str, Any]:
    return {
        "row_count": result.row_count,
        "repeated": result.repeated,
        "sums": {name: None if total is None else str(total) for name, total in result.sums.items()},
        "findings": [finding.as_dict() for finding in result.findings],
        "aside": {
            "money": {
                name: {code: str(total) for code, total in sums.items()} for name, sums in result.aside.money.items()
            },
            "unread": dict(result.aside.unread),
        },
    }


def _refusal(fault: AttainError) -> bytes:
    return json.dumps({"error": fault.as_dict()}).encode()


def _send(pipe: IO[bytes], summary: bytes, tables: Sequence[pa.Table]) -> None:
    """Tables go as they lie in memory: they are measured first, for a copy of each would be the largest thing here."""
    pipe.write(FRAME.pack(len(summary)) + summary)
    for table in tables:
        measure = pa.MockOutputStream()
        _write(measure, table)
        pipe.write(FRAME.pack(measure.size()))
        _write(pa.PythonFile(pipe, "w"), table)
    for _ in range(2 - len(tables)):
        pipe.write(FRAME.pack(0))
    pipe.flush()


def _write(sink: pa.NativeFile, table: pa.Table) -> None:
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _limit(limits: Limits) -> None:
    """Where the system has no such limits, the parent's clock and the reader's own counts remain."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    _send(sys.stdout.buffer, *answer_to(sys.stdin.buffer))
