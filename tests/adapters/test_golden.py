"""The queries of two plans for warehouses on which nobody has run them: what changes in them is seen in a review."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlglot

from attain.engine.adapters.translation import Translation
from attain.engine.adapters.warehouses import WAREHOUSES, BigQuery, Snowflake, Trino
from attain.engine.calculation import Calculation
from attain.kernel.errors import CalculationError
from tests.adapters.test_translation import TABLES
from tests.adapters.writing_golden import FOLDER, HEAD, PLANS, calculated, written


@pytest.fixture(scope="module", params=PLANS)
def plan(request: pytest.FixtureRequest) -> Iterator[tuple[str, Calculation]]:
    calculation = calculated(request.param)
    yield request.param, calculation
    calculation.close()


def test_the_queries_are_those_that_were_reviewed(plan: tuple[str, Calculation]) -> None:
    """`python -m tests.adapters.writing_golden` writes them anew; read the difference before you send it."""
    for path, text in written(*plan):
        assert path.read_text(encoding="utf-8") == text, f"{path.name} differs"


def test_every_file_says_that_it_was_not_run() -> None:
    files = sorted(FOLDER.glob("*.sql"))
    assert len(files) == len(PLANS) * len(WAREHOUSES)
    for path in files:
        name, engine, _ = path.name.rsplit(".", 2)
        text = path.read_text(encoding="utf-8")
        assert text.startswith(HEAD.format(plan=name, engine=engine)) and "generated, not run" in text
        assert not {"DOUBLE", "FLOAT", "REAL"} & set(text.split())


def test_what_a_warehouse_writes_is_a_query_of_its_dialect() -> None:
    """As far as the parser knows the dialect."""
    for path in FOLDER.glob(f"{PLANS[0]}.*.sql"):
        assert len(sqlglot.parse(path.read_text(encoding="utf-8"), dialect=path.name.rsplit(".", 2)[1])) > 20


def test_the_largest_of_what_is_there_is_not_missing() -> None:
    """GREATEST and LEAST of these warehouses are missing when one part is."""
    for dialect in (Snowflake(), BigQuery(), Trino()):
        text = Translation(dialect, TABLES.__getitem__).translate(
            "SELECT GREATEST(day, DATE '2026-01-01') AS x FROM deals"
        )
        assert text.text.count("COALESCE(GREATEST(") == 1


def test_what_a_warehouse_has_not_is_refused() -> None:
    for dialect in (Snowflake(), Trino()):
        with pytest.raises(CalculationError) as refusal:
            Translation(dialect, TABLES.__getitem__).translate("SELECT gcd(amount, amount) AS x FROM deals")
        assert refusal.value.code == "engine.untranslated" and dialect.name in str(refusal.value)
