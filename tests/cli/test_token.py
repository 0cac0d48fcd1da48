"""A token for a program, made on the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Attain

ANJA = "anja@acme.example"


@pytest.fixture
def acme(attain: Attain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attain:
    attain("init", "acme", "--name", "Acme", "--currency", "EUR")
    monkeypatch.chdir(tmp_path / "acme")
    (tmp_path / "password").write_text("long enough 1\n")
    attain("account", ANJA, "--name", "Anja", "--role", "compensation-admin", "--password-from", "../password")
    return attain


def test_a_token_is_shown_once_and_reads_alone(acme: Attain) -> None:
    """M.5, N.3"""
    said = acme("token", ANJA, "reports", "--days", "30", "--json").json
    assert said["token"].startswith("attain_")
    assert all(right.startswith("SEE_") for right in said["rights"])
    assert acme("token", ANJA, "reports").out.startswith("attain_")


def test_a_token_may_what_it_was_given(acme: Attain) -> None:
    assert acme("token", ANJA, "loader", "--may", "import", "--json").json["rights"] == ["IMPORT"]


@pytest.mark.parametrize(
    ("words", "told"),
    [((ANJA, "x", "--may", "see-audit"), "no right see-audit"), ((ANJA, "x", "--may", "grant"), "no right grant"),
     (("nobody@acme.example", "x"), "There is no account nobody@acme.example"), ((ANJA, " "), "needs a name"),
     ((ANJA, "x", "--days", "4000"), "1 to 366 days")],
)  # fmt: skip
def test_what_cannot_be_is_refused(acme: Attain, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(AssertionError) as refused:
        acme("token", *words)
    assert told in str(refused.value)
