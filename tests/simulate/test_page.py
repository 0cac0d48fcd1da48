"""docs/simulate.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from tests.simulate.page import PAGE, renewed


def test_the_table_of_laws_is_that_of_the_code() -> None:
    """`python -m tests.simulate.page` writes it anew."""
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page
    assert page.count("\n| `") > 50


def test_every_file_that_the_page_names_is_made(company: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in re.findall(r"`(truth/\w+\.\w+)`", page):
        assert (company / name).is_file(), name
    made = {path.stem for path in company.glob("imports/0000-company/*")}
    assert made == {
        *("people", "positions", "assignments", "teams", "relationships", "leaves"),
        *("quotas", "parameters", "rates", "accounts", "products"),
    }
    for name in made:
        assert name in page
