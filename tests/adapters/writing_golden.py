"""The queries of two plans as four warehouses would write them. `python -m tests.adapters.writing_golden` does so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attain.engine import calculate
from attain.engine.adapters.dialects import Dialect
from attain.engine.adapters.translation import Translation
from attain.engine.adapters.warehouses import WAREHOUSES
from attain.engine.calculation import Calculation
from attain.kernel.periods import GREGORIAN
from attain.plans.plan_tests import run_tests
from tests.conformance.test_published_cases import DOCUMENTS, FACT_TYPES

FOLDER = Path(__file__).parent / "golden"
PLANS = ("textbook-graduated-22k", "centify-kicker")
HEAD = """\
-- {plan}, for {engine}: generated, not run.
-- Nobody has tried these queries there. They are kept so that a change of them is seen:
-- python -m tests.adapters.writing_golden
"""
BREAKS = re.compile(
    r" (?=(?:FROM|LEFT JOIN|INNER JOIN|WHERE|GROUP BY|HAVING|UNION ALL) )|(?<=,) (?=[\"`]layer\d+[\"`] AS )"
)


def calculated(plan: str) -> Calculation:
    """The first test of a plan, calculated."""
    kept: list[Calculation] = []

    def keeping(*given: object) -> Calculation:
        kept.append(calculate(*given, threads=1))  # type: ignore[arg-type]
        return kept[-1]

    run_tests([DOCUMENTS[plan]], FACT_TYPES, {GREGORIAN.name: GREGORIAN}, keeping)
    return kept[0]


def queries(calculation: Calculation, dialect: Dialect) -> Iterator[str]:
    """Each query in the words of the dialect, with what it is for."""
    database = calculation.database
    translation = Translation(dialect, database.columns)
    for query in database.queries:
        text = BREAKS.sub("\n", translation.translate(query.sql, database.columns(query.table)).text)
        place = dialect.quoted(query.table)
        start = f"INSERT INTO {place}" if query.adds else f"CREATE {'VIEW' if query.view else 'TABLE'} {place} AS"
        yield f"-- {query.meaning}\n{start}\n{text};\n"


def written(plan: str, calculation: Calculation) -> Iterator[tuple[Path, str]]:
    """The file of each warehouse and what must stand in it."""
    for warehouse in WAREHOUSES:
        dialect = warehouse()
        head = HEAD.format(plan=plan, engine=dialect.name)
        yield FOLDER / f"{plan}.{dialect.name}.sql", "\n".join([head, *queries(calculation, dialect)])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in PLANS:
        for path, text in written(name, calculated(name)):
            path.write_text(text, encoding="utf-8")
