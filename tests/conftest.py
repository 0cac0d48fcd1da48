"""What every test shares: repeatable property tests, and a session that never leaves a test out in silence."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

from tools.setup import has_chromium, has_java, has_pango, is_ci, postgres_programs

IN_CI = is_ci()
HAS_SPARK = has_java() and find_spec("pyspark") is not None
SOAK_SIZE = int(os.environ.get("ATTAIN_SOAK", "1000"))

# Same examples everywhere, so that a red build is red on the desk too; `make soak` looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile(
    "soak",
    max_examples=SOAK_SIZE,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("soak" if "ATTAIN_SOAK" in os.environ else "ci")


@pytest.fixture(scope="session")
def soak_size() -> int:
    """How many examples a soak test tries."""
    return SOAK_SIZE


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a PostgreSQL server, Java and PySpark, Chromium or Pango, their tests are left out, and the summary says
    so; in CI they fail instead."""
    here = (("postgres", postgres_programs()), ("spark", HAS_SPARK), ("browser", has_chromium()), ("pdf", has_pango()))
    lacking = [mark for mark, is_here in here if not is_here]
    needing = [item for item in items if any(item.get_closest_marker(mark) for mark in lacking)]
    if not needing or IN_CI:
        return
    items[:] = [item for item in items if item not in needing]
    config.hook.pytest_deselected(items=needing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if postgres_programs() is None and not IN_CI:
        terminalreporter.write_line("Left out: tests marked `postgres`; no PostgreSQL server (initdb, pg_ctl) is here.")
    if not HAS_SPARK and not IN_CI:
        terminalreporter.write_line("Left out: tests marked `spark`; no Java, or no PySpark, is here.")
    if not has_chromium() and not IN_CI:
        terminalreporter.write_line("Left out: tests marked `browser`; no Chromium is here.")
    if not has_pango() and not IN_CI:
        terminalreporter.write_line("Left out: tests marked `pdf`; no Pango (libpangoft2) is here.")
    if IN_CI and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI runs every test: the skipped tests above fail this session.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed session: what is not run proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter is not None and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
