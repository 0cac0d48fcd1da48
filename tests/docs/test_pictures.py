"""Pictures of the pages: nothing in them is fetched from elsewhere when a page is opened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.picture import picture

PICTURES = sorted((Path(__file__).resolve().parents[2] / "docs" / "pictures").glob("*.svg"))


def fetched(svg: str) -> list[str]:
    """What a viewer would load: every address but the name of the format, fonts, and references out of the file."""
    addresses = [found for found in re.findall(r"\w+://[^\s\"'<)]*", svg) if found != "http://www.w3.org/2000/svg"]
    return addresses + re.findall(r"@font-face|@import|url\((?!#)[^)]*|href=\"(?!#)[^\"]*", svg)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_fetches_nothing(path: Path) -> None:
    assert not fetched(path.read_text(encoding="utf-8"))


def test_a_font_from_elsewhere_is_found() -> None:
    assert len(fetched('@font-face { src: url("https://example.com/a.woff2") }')) == 3


def test_the_picture_of_an_answer_shows_it_and_fetches_nothing() -> None:
    svg = picture("Earned: €1,120.03  [plan.yaml:12]\n1. Commission of 8% & more\n", "attain explain <payee>")
    assert "€1,120.03" in svg and "8%" in svg and "attain&#160;explain&#160;&lt;payee&gt;" in svg.replace(" ", "&#160;")
    assert PICTURES and not fetched(svg)
