"""Every stage of every plan in the repository calculates exactly. Types do not depend on rows, so none are needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from attain.engine import Calculation, calculate
from attain.facts.schema import FactType, parse_fact_type
from attain.facts.snapshot import Snapshot
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN, GregorianCalendar, RetailCalendar
from attain.plans.loader import Document, load_documents
from attain.simulate.size import Size
from attain.simulate.written import documents as simulated
from tests.engine.exactness import inexact

ROOT = Path(__file__).resolve().parents[2]
CALENDARS = {
    GREGORIAN.name: GREGORIAN,
    "fiscal": GregorianCalendar("fiscal", fiscal_start_month=7),
    "retail": RetailCalendar("retail"),
}


def texts_of(folder: Path) -> dict[str, str]:
    """Place below the folder -> what stands there."""
    files = sorted([*folder.glob("facts/*.yaml"), *folder.glob("plans/**/*.yaml")])
    return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in files}


ROOMS = {
    "adventureworks": texts_of(ROOT / "src" / "attain" / "examples" / "adventureworks"),
    "conformance": texts_of(ROOT / "tests" / "conformance"),
    "worked": texts_of(ROOT / "tests" / "engine"),
    "simulate": simulated(Size(), (date(2025, 6, 1) - date(1970, 1, 1)).days),
}


def is_plan(text: str) -> bool:
    return re.search(r"^plan:", text, re.MULTILINE) is not None


def loaded(texts: Mapping[str, str]) -> list[Document]:
    """Each file beside the fragments: worked examples may have names in common."""
    plans = {place: text for place, text in texts.items() if place.startswith("plans/")}
    fragments = [(place, text) for place, text in plans.items() if not is_plan(text)]
    of_files = (load_documents([*fragments, (place, text)]) for place, text in plans.items() if is_plan(text))
    return [document for documents in of_files for document in documents]


FACT_TYPES: dict[str, list[FactType]] = {
    room: [parse_fact_type(text, place) for place, text in texts.items() if place.startswith("facts/")]
    for room, texts in ROOMS.items()
}
DOCUMENTS = {
    f"{room}/{document.file}: {document.id}": (room, document)
    for room, texts in ROOMS.items()
    for document in loaded(texts)
}


def calculated(room: str, document: Document) -> Calculation:
    """The plan's first pay period, with nobody on it and nothing sold."""
    snapshot = Snapshot.from_rows(FACT_TYPES[room], {}, {}, CALENDARS, GREGORIAN.name)
    plan = document.plan
    first = CALENDARS[plan.calendar or GREGORIAN.name].period(plan.period, plan.effective.start)
    return calculate([plan], snapshot, Interval(first.start, first.end), threads=1)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_table_of_any_stage_holds_a_float(name: str) -> None:
    """Q.1: every plan that stands in this repository."""
    done = calculated(*DOCUMENTS[name])
    try:
        assert len(done.database.queries) > 10
        assert inexact(done) == []
    finally:
        done.close()


def test_every_document_of_every_room_is_among_them() -> None:
    """What is found by looking into folders is not found when a folder moves."""
    for room, texts in ROOMS.items():
        written = {place for place, text in texts.items() if place.startswith("plans/") and is_plan(text)}
        assert written == {document.file for other, document in DOCUMENTS.values() if other == room} != set()
    assert len(DOCUMENTS) >= 120
    rooms = (ROOT / "src", ROOT / "tests")
    elsewhere = [file for room in rooms for file in room.rglob("*.yaml") if is_plan(file.read_text(encoding="utf-8"))]
    assert len(elsewhere) == len({(room, document.file) for room, document in DOCUMENTS.values()})


def test_a_float_would_be_seen_also_inside_a_pair() -> None:
    done = calculated(*next(iter(DOCUMENTS.values())))
    try:
        query = next(query for query in done.database.queries if query.table == "payments")
        done.database.connection.execute(f'DROP {"VIEW" if query.view else "TABLE"} "payments"')
        done.database.connection.execute("CREATE TABLE payments AS SELECT {'a': 1::DOUBLE} AS pair")
        assert {said.partition(" is ")[0] for said in inexact(done)} == {"payments.pair"}
    finally:
        done.close()
