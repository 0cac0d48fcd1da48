"""The worked examples of this folder: documents with figures from paper, run by the engine and by the checker."""

from __future__ import annotations

from pathlib import Path

from attain.facts.schema import load_fact_types
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN, RetailCalendar
from attain.plans.loader import Document, load_documents
from attain.plans.plan_tests import Calculate, TestResult, run_tests

HERE = Path(__file__).resolve().parent
FACT_TYPES = load_fact_types(HERE / "facts")
CALENDARS = {GREGORIAN.name: GREGORIAN, "retail": RetailCalendar("retail")}

SINCE = {"valid_from": "2026-01-01"}
SEATS = {
    "people": [{"person": name} for name in ("Ann", "Bob")],
    "positions": [{"position": f"P-{name}", "title": "Seller", **SINCE} for name in ("Ann", "Bob")],
    "assignments": [{"person": name, "position": f"P-{name}", **SINCE} for name in ("Ann", "Bob")],
}
"""Two sellers, for tests that need more than a document can say."""


def months(first: str, last: str) -> Interval:
    return Interval(GREGORIAN.parse(first).start, GREGORIAN.parse(last).end)


def examples(room: str) -> list[str]:
    """The documents of a room, by the name of their file."""
    return sorted(path.stem for path in (HERE / "plans" / room).glob("*.yaml"))


def loaded(room: str, name: str) -> list[Document]:
    """The plan of a file, in all versions that stand in it."""
    files = [HERE / "plans" / "house.yaml", HERE / "plans" / room / f"{name}.yaml"]
    return load_documents((path.name, path) for path in files)


def tried(room: str, name: str, calculate: Calculate) -> list[TestResult]:
    return run_tests(loaded(room, name), FACT_TYPES, CALENDARS, calculate)
