"""The child's side of `sandbox.py`: takes a job from its standard input, limits itself, reads, and answers."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Sequence
from typing import IO, Any

import pyarrow as pa

from attain.kernel.errors import AttainError

from .importing import read_bytes, reader_of
from .jobs import FRAME, Job, Limits
from .looking import first_rows
from .source import file_refused
from .validate import Checked, checked


def main() -> None:
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    gc.freeze()
    gc.enable()
    _send(sys.stdout.buffer, *answer_to(sys.stdin.buffer))
    os._exit(0)  # all is said; nothing of what stands in memory needs to be put away


def answer_to(stream: IO[bytes]) -> tuple[bytes, Sequence[pa.Table]]:
    """For the job on the stream a summary, and the tables that belong to it."""
    (length,) = FRAME.unpack(stream.read(FRAME.size))
    job = Job.of_bytes(stream.read(length))
    (expected,) = FRAME.unpack(stream.read(FRAME.size))
    try:
        reader_of(job.mapping.format)  # loaded while nothing is limited yet
        _limit(job.limits)
        if job.rows:
            return _looked(_content(stream, expected), job)
        result = read_bytes(_content(stream, expected), job.table, job.mapping)
        return json.dumps(_summary(result)).encode(), (result.good, result.quarantine)
    except AttainError as fault:
        return _refusal(fault), ()
    except MemoryError:
        said = f"The file needs more than the memory limit of {job.limits.memory_bytes >> 20} MB."
        return _refusal(file_refused("file.limit", said, line=1, hint="Split the file.")), ()


def _content(stream: IO[bytes], expected: int) -> bytes:
    """All that comes. Room for as much as is expected is taken at once, for what grows is moved again and again."""
    content = stream.read(expected)
    more = stream.read()
    return content + more if more else content


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
