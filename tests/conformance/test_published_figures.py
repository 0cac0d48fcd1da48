"""A census: each published case is a plan, and each figure that its source prints is expected by that plan's tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from attain.facts.schema import load_fact_types
from attain.plans.loader import Document, load_folder
from attain.plans.scope import bind

HERE = Path(__file__).resolve().parent

# (case, place of the figure) -> what the plan expects instead, and why.
OTHERWISE = {
    ("altitude-rolling-reserve", "release_date"): ("2026-07-15", "printed as a day without a year"),
    ("prowi-true-up-credit", "true_up"): ("-450", "earned of the month in which it is booked"),
}


def cases() -> dict[str, Any]:
    # Quoted decimals stay text; years and the like are read as text too.
    found = yaml.load((HERE / "cases.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return {case["id"]: case for case in found["cases"]}


def documents() -> dict[str, Document]:
    return {document.plan.plan: document for document in load_folder(HERE / "plans")}


def figures(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Each figure with its place: `commission_by_transaction.T1`, `parts.0`."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from figures(value, f"{place}.{key}" if place else str(key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from figures(value, f"{place}.{number}")
    elif any(sign.isdigit() for sign in str(node)):  # the name of a month, say, is no figure
        yield place, str(node)


def numbers(text: str) -> set[Fraction | str]:
    """What a figure may stand for: 4.5% is printed by sources as 4.5 or as 0.045."""
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?)(%?)", text)
    if not found:
        return {text}
    number = Fraction(found[1])
    return {number, number / 100} if found[2] else {number}


def expected_by(document: Document) -> list[str]:
    return [
        text
        for test in document.plan.tests
        for expectations in [test.expect, *(step.expect for step in test.steps)]
        for _, text in figures(expectations)
    ]


CASES = cases()
DOCUMENTS = documents()


def test_every_published_case_is_a_plan_and_every_plan_a_published_case() -> None:
    assert len(CASES) == 64
    assert set(DOCUMENTS) == set(CASES)


@pytest.mark.parametrize("case", sorted(CASES))
def test_no_published_figure_is_forgotten(case: str) -> None:
    """Each printed figure is expected once for each time that it is printed."""
    expected: Counter[Fraction | str] = Counter()
    for text in expected_by(DOCUMENTS[case]):
        expected.update(numbers(text))
    published: Counter[Fraction | str] = Counter()
    for place, text in figures(CASES[case]["expected"]):
        text = OTHERWISE.get((case, place), (text, ""))[0]
        published.update(numbers(text))
    forgotten = published - expected
    assert not forgotten, f"expected {published}, but the plan's tests do not name {forgotten}"


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_name_stands_for_something_and_every_expression_has_a_type(case: str) -> None:
    assert not bind(DOCUMENTS[case], load_fact_types(HERE / "facts")).findings


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_plan_names_its_public_source(case: str) -> None:
    assert DOCUMENTS[case].text.startswith(f"# {CASES[case]['source']['url']}\n")
    title = DOCUMENTS[case].plan.title["en"]
    assert title == CASES[case]["title"]


def test_every_exception_is_still_needed() -> None:
    places = {(case, place) for case in CASES for place, _ in figures(CASES[case]["expected"])}
    assert set(OTHERWISE) <= places
