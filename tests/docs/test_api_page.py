"""The requests on the page about programs are sent, and answered as the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Site, _company, fresh  # noqa: F401  fixtures

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
EXAMPLES = re.findall(r"```http\n(.*?)\n\n(\d{3})\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


def is_like(said: Any, found: Any) -> bool:
    """The same, and anything where the page says `…`."""
    if said == "…":
        return True
    if isinstance(said, dict) and isinstance(found, dict):
        return set(said) == set(found) and all(is_like(said[name], found[name]) for name in said)
    if isinstance(said, list) and isinstance(found, list):
        return len(said) == len(found) and all(is_like(one, other) for one, other in zip(said, found, strict=True))
    return bool(said == found)


@pytest.mark.parametrize(("request_", "status", "answer"), EXAMPLES)
def test_an_example_is_answered_as_the_page_says(fresh: Site, request_: str, status: str, answer: str) -> None:  # noqa: F811
    (method, address), *rest = request_.partition("\n")[0].split(), *request_.split("\n")[1:]
    headers = {line.partition(": ")[0]: line.partition(": ")[2] for line in rest if not line.startswith("{")}
    body = json.loads("".join(line for line in rest if line.startswith("{"))) if method == "POST" else None
    told = fresh.program("all-seeing", method.lower(), address, body, **headers)
    assert told.status_code == int(status), told.content
    found = json.loads(told.content)
    assert is_like(json.loads(answer), found), found


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 6
