"""What `make setup` and `make test` say where a machine lacks something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import setup


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No PostgreSQL, no apt-get, and not in CI."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(setup, "DEBIAN_SERVERS", tmp_path / "postgresql")
    monkeypatch.delenv("CI", raising=False)


def add_server(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for program in ("initdb", "pg_ctl"):
        (folder / program).touch(mode=0o755)
    return folder


@pytest.mark.usefixtures("bare_machine")
def test_without_postgres_the_desk_is_told_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    setup.ensure_postgres()
    said = capsys.readouterr().err
    assert "Tests marked `postgres` are left out" in said
    assert "only by root with apt-get" in said


@pytest.mark.usefixtures("bare_machine")
def test_without_java_the_desk_is_told_what_is_left_out_and_ci_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    setup.ensure_spark()
    assert "Tests marked `spark` are left out" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    with pytest.raises(setup.SetupFailed, match="every test must run"):
        setup.ensure_spark()


@pytest.mark.usefixtures("bare_machine")
def test_pyspark_is_fetched_only_where_a_java_will_run_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[tuple[object, ...]] = []
    monkeypatch.setattr(setup, "install", lambda *what: installed.append(what))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    setup.ensure_spark()
    assert installed == []
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    setup.ensure_spark()
    assert installed == [("--require-hashes", "-r", setup.SPARK_LOCK)]


@pytest.mark.usefixtures("bare_machine")
def test_without_postgres_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(setup.SetupFailed, match="every test must run"):
        setup.ensure_postgres()


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize(("value", "counts"), [("true", True), ("1", True), ("yes", True), ("", False), ("0", False),
                                               ("false", False), ("False", False)])  # fmt: skip
def test_any_value_of_ci_counts_but_one_that_says_no(monkeypatch: pytest.MonkeyPatch, value: str, counts: bool) -> None:
    monkeypatch.setenv("CI", value)
    assert setup.is_ci() is counts


@pytest.mark.usefixtures("bare_machine")
def test_the_newest_server_of_debian_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_server(tmp_path / "postgresql" / "9" / "bin")
    newest = add_server(tmp_path / "postgresql" / "15" / "bin")
    assert setup.postgres_programs() == newest
    setup.ensure_postgres()
    assert capsys.readouterr().err == ""


def test_an_old_python_is_refused_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 2))
    with pytest.raises(setup.SetupFailed, match=r"Python 3\.9\.2 is too old; 3\.11"):
        setup.check_python()


def test_a_failed_command_is_named() -> None:
    with pytest.raises(setup.SetupFailed, match="status 3"):
        setup.run(setup.sys.executable, "-c", "raise SystemExit(3)")


def test_the_fingerprint_follows_lock_and_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A changed lock must not be served by the environment of yesterday."""
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "LOCK", tmp_path / "requirements.lock")
    seen = {setup.fingerprint()}
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("two")
        seen.add(setup.fingerprint())
    assert len(seen) == 3
