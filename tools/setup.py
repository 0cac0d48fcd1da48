"""Prepare a checkout for work: the locked environment in .venv and, for the tests, a PostgreSQL server and Spark.

Nothing but the standard library is used, and a second call with nothing changed returns at once: the stamp
in .venv holds a hash of all that the environment was made from.
"""

import argparse
import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "attain-setup.sha256"
LOCK = ROOT / "requirements.lock"
SPARK_LOCK = ROOT / "requirements-spark.lock"
OLDEST_PYTHON = (3, 11)
DEBIAN_SERVERS = Path("/usr/lib/postgresql")


class SetupFailed(Exception):
    """Carries the one message that the reader needs."""


def run(*command: object) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SetupFailed(f"This command ended with status {done.returncode} (its message is above): {' '.join(words)}")


def fingerprint() -> str:
    """What the environment depends on. The folder belongs to it: an editable install points there."""
    parts = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), Path(__file__).read_bytes()]
    parts += [str(ROOT).encode(), sys.version.encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupFailed(f"Python {found} is too old; 3.11 or later is needed. Name one: make setup PYTHON=python3.12")
    try:
        import ensurepip  # noqa: F401  (Debian ships it apart from Python)
        import venv  # noqa: F401
    except ImportError as missing:
        advice = "On Debian: apt-get install python3-venv"
        raise SetupFailed(f"Python lacks its module {missing.name}. {advice}") from missing


def is_working_venv() -> bool:
    if not VENV_PYTHON.exists():
        return False
    version = "import pip, sys; print(*sys.version_info[:2])"
    answer = subprocess.run([str(VENV_PYTHON), "-c", version], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


def make_environment() -> None:
    check_python()
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and is_working_venv():
        return
    if not is_working_venv():
        print("setup: creating .venv", file=sys.stderr)
        run(sys.executable, "-m", "venv", "--clear", VENV)
    print("setup: installing what requirements.lock names", file=sys.stderr)
    install("--require-hashes", "-r", LOCK)
    # The build backend is in the lock, so that this step too uses only what was hashed.
    install("--no-deps", "--no-build-isolation", "-e", ROOT)
    STAMP.write_text(wanted)


def install(*what: object) -> None:
    run(VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *what)


def postgres_programs() -> "Path | None":
    """The folder with initdb and pg_ctl: on the path, or where Debian puts them (the newest version wins)."""
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    versions = [path for path in DEBIAN_SERVERS.glob("*/bin") if path.parent.name.isdigit()]
    folders += sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def is_ci() -> bool:
    """Any value of CI counts, but one that says no."""
    return os.environ.get("CI", "").strip().lower() not in ("", "0", "false")


def has_java() -> bool:
    """Whether a Java starts here: Spark runs in it."""
    return shutil.which("java") is not None or (Path(os.environ.get("JAVA_HOME", "")) / "bin" / "java").is_file()


def ensure_postgres() -> None:
    ensure("PostgreSQL (initdb, pg_ctl)", "postgres", "postgresql", lambda: postgres_programs() is not None)


def ensure_spark() -> None:
    """PySpark is larger than all else together: it is fetched only where a Java will run its tests."""
    ensure("Java (java)", "spark", "default-jre-headless", has_java)
    if has_java():
        install("--require-hashes", "-r", SPARK_LOCK)


def has_chromium() -> bool:
    return shutil.which("chromium") is not None


def ensure_chromium() -> None:
    ensure("Chromium (chromium)", "browser", "chromium", has_chromium)


def has_pango() -> bool:
    return ctypes.util.find_library("pango-1.0") is not None and ctypes.util.find_library("pangoft2-1.0") is not None


def ensure_pango() -> None:
    ensure("Pango (libpango, libpangoft2)", "pdf", "libpangoft2-1.0-0", has_pango)


def ensure(what: str, mark: str, package: str, is_here: Callable[[], bool]) -> None:
    """Sees to what only the tests of one mark need: by apt-get where that is allowed, else by saying so."""
    if is_here():
        return
    may_install = shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0
    if may_install:
        print(f"setup: installing the Debian package {package} for the tests", file=sys.stderr)
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        try:
            run("apt-get", "update", "-q")
            run("apt-get", "install", "-q", "-y", "--no-install-recommends", package)
        except SetupFailed as failure:
            print(f"setup: {failure}", file=sys.stderr)
        if is_here():
            return
    why = "installing it with apt-get failed" if may_install else "it can be installed here only by root with apt-get"
    if is_ci():
        raise SetupFailed(f"{what} is missing and {why}. In CI every test must run.")
    print(f"setup: {what} is missing and {why}.\n"
          f"setup: Tests marked `{mark}` are left out; all others run.",
          file=sys.stderr)


def main() -> int:
    options = argparse.ArgumentParser(description="Make .venv as requirements.lock says.")
    options.add_argument("--postgres", action="store_true", help="see to a PostgreSQL server for the tests, too")
    options.add_argument("--spark", action="store_true", help="see to Java and PySpark for the tests on Spark, too")
    options.add_argument("--browser", action="store_true", help="see to Chromium for the tests of pages, too")
    options.add_argument("--pdf", action="store_true", help="see to Pango for the tests of printed statements, too")
    try:
        said = options.parse_args()
        make_environment()
        if said.postgres:
            ensure_postgres()
        if said.spark:
            ensure_spark()
        if said.browser:
            ensure_chromium()
        if said.pdf:
            ensure_pango()
    except SetupFailed as failure:
        print(f"setup: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
