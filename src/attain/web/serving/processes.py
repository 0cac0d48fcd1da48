"""Web and worker as two processes of one command: both end when one of them ends, or when the command is stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from attain.kernel.errors import SetupError
from attain.web.workspace import Workspace

from .application import WORKSPACE_VARIABLE

SECONDS_TO_END = 10
SECONDS_TO_START = 60
APPLICATION = "attain.web.serving.application:from_environment"


def serve(workspace: Workspace, host: str, port: int, threads: int, ready: Callable[[str], None]) -> int:
    """Until it is stopped. `ready` is told the address as soon as pages are answered; the result is an exit status."""
    port = port or _free_port(host)
    _require_free(host, port)
    environment = {**os.environ, WORKSPACE_VARIABLE: str(workspace.path)}
    granian = ["-m", "granian", "--interface", "wsgi", "--factory", "--host", host, "--port", str(port),
               "--blocking-threads", str(threads), "--no-ws", "--log-level", "warning", APPLICATION]  # fmt: skip
    commands = (granian, ["-m", "attain.web.serving.worker"])
    processes = [
        subprocess.Popen([sys.executable, *command], env=environment, stdin=subprocess.DEVNULL)  # noqa: S603
        for command in commands
    ]
    stopped = _stop_on_signals()
    try:
        _wait_until_answered(processes[0], host, port, stopped)
        if not stopped:
            ready(f"http://{host}:{port}/")
        while not stopped and all(process.poll() is None for process in processes):
            time.sleep(0.2)
    finally:
        _end(processes)
    return 0 if stopped else 1


def _stop_on_signals() -> list[int]:
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopped


def _wait_until_answered(web: subprocess.Popen[bytes], host: str, port: int, stopped: list[int]) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while web.poll() is None and not stopped and time.monotonic() < until:
        try:
            with socket.create_connection((host, port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port(host: str) -> int:
    with socket.socket() as server:
        server.bind((host, 0))
        port: int = server.getsockname()[1]
        return port


def _require_free(host: str, port: int) -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"Port {port} of {host} cannot be used: {error.strerror}.", code="serve.port",
                hint="Name another one: attain serve --port 8001",
            ) from error  # fmt: skip
