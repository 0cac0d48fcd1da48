"""The folder of a run proves itself: the same inputs give the same hashes anywhere, and any altered cell is found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attain.checker import Recomputation, compare, recompute
from attain.engine import Calculation, calculate
from attain.engine.calculation import TABLES
from attain.engine.run import Manifest, changed_tables, write
from attain.engine.stored import StoredRun
from attain.engine.sums import table_hash
from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.errors import NotFound
from attain.kernel.files import Files
from tests.engine.exactness import inexact
from tests.engine.traced_company import DEALS, DECISIONS, PARTNERS, PAYMENTS, Rows, documents, months
from tests.plans.sound_plan import FACT_TYPES

ROOT = Path(__file__).resolve().parents[2]
SPAN = months("2026-01", "2026-04")
PLANS = [document.plan for document in documents()]
HASHES = {document.id: document.hash for document in documents()}


NOBODYS = {"id": "N1", "close_date": "2026-02-02", "acv": "100.00", "cost": "0", "pieces": 1, "owner": "P-Nobody",
           "region": "nowhere", "deal_type": "new"}  # fmt: skip


def snapshot(**more: Rows) -> Snapshot:
    """The company of every kind of line, and an order that nobody is credited for."""
    facts = {
        "deals": [{"discount": "0", "fee": "0", **deal} for deal in (*DEALS, NOBODYS)],
        "partners": PARTNERS,
        "payments": PAYMENTS,
    }
    decisions = {name: [*DECISIONS.get(name, ()), *more.get(name, ())] for name in {*DECISIONS, *more}}
    return Snapshot.from_rows(FACT_TYPES.values(), facts, decisions)


def written(folder: Path, given: Snapshot | None = None, threads: int | None = 1) -> Manifest:
    folder.mkdir(parents=True)
    given = given or snapshot()
    done = calculate(PLANS, given, SPAN, threads=threads)
    try:
        return write(done, given, HASHES, folder, Files())
    finally:
        done.close()


@pytest.fixture(scope="module")
def calculation() -> Iterator[Calculation]:
    done = calculate(PLANS, snapshot(), SPAN, threads=1)
    yield done
    done.close()


@pytest.fixture(scope="module")
def folder(calculation: Calculation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    folder.mkdir()
    write(calculation, snapshot(), HASHES, folder, Files())
    return folder


@pytest.fixture(scope="module")
def recomputed() -> Recomputation:
    return recompute(PLANS, snapshot(), SPAN)


def test_the_company_has_rows_in_every_table(folder: Path) -> None:
    """Q.1: what follows is about all tables, so none may be empty."""
    assert {name: about["rows"] > 0 for name, about in StoredRun(folder).manifest["tables"].items()} == dict.fromkeys(
        TABLES, True
    )


def test_a_run_that_nobody_touched_is_whole_and_agrees_with_the_checker(
    folder: Path, recomputed: Recomputation
) -> None:
    """Q.1, K.7."""
    run = StoredRun(folder)
    assert run.verify() == []
    assert compare(recomputed, run) == []


def test_what_is_read_back_is_what_was_calculated(folder: Path, calculation: Calculation) -> None:
    """Q.1: row for row, with exact fractions."""
    run = StoredRun(folder)
    for name in TABLES:
        stored, fresh = (sorted(map(str, answer.rows(name))) for answer in (run, calculation))
        assert stored == fresh, name


def test_a_line_stores_only_what_differs_from_line_to_line(calculation: Calculation) -> None:
    """Millions of lines do not repeat their kind, the type of their events or the denominator of their amounts."""
    database = calculation.database
    own = [query.table for query in database.queries if query.table.endswith(":own")]
    assert own
    for name in own:
        stored, shown = (set(database.columns(table)) for table in (name, name.removesuffix(":own")))
        assert shown - stored >= {"kind", "event_type"}, name


# -- the same everywhere ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [2, 4])
def test_the_number_of_threads_changes_no_hash(folder: Path, tmp_path: Path, threads: int) -> None:
    """Q.2: 1, 2 and 4 threads."""
    manifest = written(tmp_path / "run", threads=threads)
    assert changed_tables(StoredRun(folder).manifest, manifest.as_dict()) == []
    assert manifest.as_dict() == StoredRun(folder).manifest


def test_the_order_of_rows_changes_no_hash(folder: Path, tmp_path: Path) -> None:
    """Q.2: neither those of the inputs nor those of the results."""
    rnd, given = Random(1), snapshot()

    def shuffled(table: pa.Table) -> pa.Table:
        places = list(range(table.num_rows))
        rnd.shuffle(places)
        return table.take(pa.array(places, pa.int64()))

    facts = {name: FactTable(fact.schema, shuffled(fact.table)) for name, fact in given.facts.items()}
    decisions = {name: shuffled(table) for name, table in given.decisions.items()}
    manifest = written(tmp_path / "run", replace(given, facts=facts, decisions=decisions))
    assert manifest.as_dict() == StoredRun(folder).manifest


_ELSEWHERE = """
import sys
from pathlib import Path
from tests.engine.test_run_folder import written
print(written(Path(sys.argv[1]), threads=None).result_hash)
"""


def test_two_processes_write_the_same_hashes(folder: Path, tmp_path: Path) -> None:
    """Q.2, N.8: with another order of Python's own hashes, another time zone and another language."""
    found = set()
    for seed, zone in (("1", "UTC"), ("77", "Pacific/Auckland")):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        command = [sys.executable, "-c", _ELSEWHERE, str(tmp_path / seed)]
        done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
        found.add(done.stdout.strip())
        assert StoredRun(tmp_path / seed).manifest == StoredRun(folder).manifest
    assert len(found) == 1


def test_other_inputs_have_other_hashes_and_say_which(folder: Path, tmp_path: Path) -> None:
    """N.8: two runs are comparable: a goodwill of one cent changes the adjustments and what follows from them."""
    row = {"adjustment": "Z", "plan": "field", "payee": "Bob", "pay_period": "2026-02", "component": "flat",
           "amount": "0.01", "currency": "EUR", "reason": "one cent"}  # fmt: skip
    one, other = StoredRun(folder).manifest, written(tmp_path / "run", snapshot(adjustments=[row])).as_dict()
    assert {name for name in one["inputs"] if one["inputs"][name] != other["inputs"][name]} == {"adjustments"}
    assert set(changed_tables(one, other)) == {"lines", "releases", "payments"}
    assert one["plans"] == other["plans"] == HASHES


# -- any altered cell is found ----------------------------------------------------------------------------------------


def altered(value: Any, kind: pa.DataType) -> Any:
    """The smallest lie about a cell."""
    if pa.types.is_boolean(kind):
        return not value
    if pa.types.is_date(kind):
        return date(2026, 1, 1) if value is None else value + timedelta(1)
    if pa.types.is_integer(kind):
        return 0 if value is None else value + 1
    if pa.types.is_decimal(kind):
        return Decimal(0) if value is None else value + 1
    return "" if value is None else value + " "


def lie(table: pa.Table, rnd: Random) -> tuple[pa.Table, str]:
    """One cell changed, or one row left out, or one row twice."""
    rows, place = table.to_pylist(), rnd.randrange(table.num_rows)
    what = rnd.choice(("cell", "cell", "cell", "absent", "twice"))
    if what == "absent":
        del rows[place]
    elif what == "twice":
        rows.append(rows[place])
    else:
        what = rnd.choice(table.column_names)
        rows[place] = {**rows[place], what: altered(rows[place][what], table.schema.field(what).type)}
    return pa.Table.from_pylist(rows, schema=table.schema), f"row {place}: {what}"


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.mark.parametrize("name", TABLES)
def test_any_single_altered_cell_or_row_is_found_and_the_table_named(copy: Path, name: str) -> None:
    """Q.1, K.7: at random, nine lies about each of the six tables."""
    rnd, whole = Random(f"lies about {name}"), pq.read_table(copy / f"{name}.parquet")
    for _ in range(9):
        damaged, what = lie(whole, rnd)
        pq.write_table(damaged, copy / f"{name}.parquet")
        assert StoredRun(copy).verify() == [name], what
    pq.write_table(whole, copy / f"{name}.parquet")
    assert StoredRun(copy).verify() == []


def test_every_column_of_every_table_is_guarded(copy: Path) -> None:
    """Q.1: also a column that no pay depends on, such as a note."""
    for name in TABLES:
        whole = pq.read_table(copy / f"{name}.parquet")
        first = whole.to_pylist()[0]
        for field in whole.schema:
            changed = {**first, field.name: altered(first[field.name], field.type)}
            pq.write_table(
                pa.concat_tables([pa.Table.from_pylist([changed], schema=whole.schema), whole.slice(1)]),
                copy / f"{name}.parquet",
            )
            assert StoredRun(copy).verify() == [name], f"{name}.{field.name}"
        pq.write_table(whole, copy / f"{name}.parquet")


def test_a_file_that_is_absent_cut_swapped_or_has_a_column_more_is_found(copy: Path) -> None:
    """Q.1, K.7."""
    lines = copy / "lines.parquet"
    whole = pq.read_table(lines)
    more = whole.append_column("bonus", pa.array([1] * whole.num_rows))
    for damage in (
        lambda: lines.unlink(),
        lambda: lines.write_bytes(b""),
        lambda: lines.write_bytes((copy / "payments.parquet").read_bytes()),
        lambda: lines.write_bytes(lines.read_bytes()[:-20]),
        lambda: pq.write_table(more, lines),
        lambda: pq.write_table(whole.drop_columns(["note"]), lines),
        lambda: pq.write_table(whole.slice(0, 0), lines),
    ):
        pq.write_table(whole, lines)
        damage()
        assert StoredRun(copy).verify() == ["lines"]
    (copy / "manifest.json").unlink()
    with pytest.raises(NotFound):
        StoredRun(copy)


def test_text_cannot_pass_for_the_border_between_two_cells() -> None:
    """Q.1: marks that separate cells elsewhere, moved from one cell to the next, change the hash; so does nothing."""
    pairs = [("a", "b"), ("ab", ""), ("", "ab"), ("a\x1fb", ""), ("a", "\x1fb"), (None, "ab"), ("\x1e", "ab"),
             ("-", "ab"), ("1:a", "b"), ("a1:b", "")]  # fmt: skip
    from attain.engine.adapters.duckdb import DuckDB

    database, hashes = DuckDB(threads=1), set()
    for one, other in pairs:
        database.register("t", pa.table({"a": pa.array([one], pa.string()), "b": pa.array([other], pa.string())}))
        hashes.add(table_hash(database, "t"))
    database.close()
    assert len(hashes) == len(pairs)


AMOUNTS = [("lines", "amount"), ("releases", "amount"), ("payments", "payable"), ("payments", "earned"),
           ("payments", "draw_balance"), ("payments", "paid")]  # fmt: skip


@pytest.mark.parametrize(("name", "column"), AMOUNTS)
def test_an_altered_cent_is_found_by_the_checker_and_named(
    copy: Path, recomputed: Recomputation, name: str, column: str
) -> None:
    """Q.1: without any hash: the checker says which line or payment is wrong, what it is, and what it should be."""
    rnd, whole = Random(f"{name} {column}"), pq.read_table(copy / f"{name}.parquet").to_pylist()
    schema = pq.read_schema(copy / f"{name}.parquet")
    for _ in range(5):
        place = rnd.randrange(len(whole))
        if whole[place][column] is None:
            continue
        rows = [dict(row) for row in whole]
        rows[place][column] += 1
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), copy / f"{name}.parquet")
        (found,) = compare(recomputed, StoredRun(copy))
        assert (found.table, found.column, found.claimed) == (name, column, (found.recomputed or 0) + 1)
        assert {str(whole[place][key]) for key in ("plan", "payee", "pay_period")} <= set(map(str, found.key))


# -- totals, types, queries -------------------------------------------------------------------------------------------


def test_the_totals_of_the_manifest_are_those_of_the_tables(folder: Path) -> None:
    """N.8: counted again from the files, in Python."""
    run = StoredRun(folder)
    totals = run.manifest["totals"]
    for name, column in (("lines", "amount"), ("releases", "amount"), ("payments", "payable")):
        rows = [row for row in run.rows(name) if name != "releases" or row["state"] == "released"]
        assert totals[name] == {
            plan: {
                "rows": sum(row["plan"] == plan for row in rows),
                "amount_minor": sum(int(row[column] or 0) for row in rows if row["plan"] == plan),
                "currency": "EUR",
            }
            for plan in sorted({row["plan"] for row in rows})
        }
    credited: dict[str, Fraction] = {}
    for row in run.rows("credits"):
        name = f"{row['plan']}/{row['credit_set']}"
        credited[name] = credited.get(name, Fraction(0)) + row["amount"]
    assert {name: Fraction(said["amount"]) for name, said in totals["credits"].items()} == credited
    for name, about in run.manifest["tables"].items():
        assert about["rows"] == run.table(name).num_rows


def test_released_parts_and_earned_lines_tie_to_payments(folder: Path) -> None:
    """K.7: what stands in one table stands in the next."""
    run = StoredRun(folder)
    for table, column in (("lines", "earned"), ("releases", "released")):
        sums: dict[tuple[Any, ...], int] = {}
        for row in run.rows(table):
            if table == "lines" or row["state"] == "released":
                key = (row["plan"], row["payee"], row["pay_period"])
                sums[key] = sums.get(key, 0) + row["amount"]
        paid = {(row["plan"], row["payee"], row["pay_period"]): row[column] for row in run.rows("payments")}
        assert {key: amount for key, amount in sums.items() if amount} == {k: v for k, v in paid.items() if v}


def test_no_file_holds_a_float(folder: Path) -> None:
    """Q.1: text, dates, yes or no, whole numbers."""
    for name in TABLES:
        for field in pq.read_schema(folder / f"{name}.parquet"):
            kind = field.type
            exact = pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0)
            assert exact or pa.types.is_string(kind) or pa.types.is_date(kind) or pa.types.is_boolean(kind), field


def test_no_table_on_the_way_holds_a_float(calculation: Calculation) -> None:
    """Q.1: nor does any table that a query made, nor is one cast from a float inside a query."""
    assert inexact(calculation) == []


def test_the_queries_can_be_read_and_run_again(folder: Path) -> None:
    """Q.2, N.8: the stored SQL over the same loaded tables makes the same tables."""
    script = (folder / "sql" / "queries.sql").read_text(encoding="utf-8")
    statements = script.split(";\n")
    assert all(part.lstrip().startswith("-- ") for part in statements if part.strip())
    done = calculate(PLANS, snapshot(), SPAN, threads=1)
    made = {query.table: "VIEW" if query.view else "TABLE" for query in done.database.queries}
    assert any(query.adds for query in done.database.queries)  # steps of `previous` and of settlement are in it too
    for name, kind in made.items():
        done.database.connection.execute(f'DROP {kind} "{name}"')
    done.database.connection.execute(script)
    for name, about in StoredRun(folder).manifest["tables"].items():
        assert name in made
        assert done.database.columns(name) == about["columns"]
        assert table_hash(done.database, name) == about["hash"], name
    done.close()


def test_a_folder_above_that_looks_like_a_value_replaces_none(folder: Path, tmp_path: Path) -> None:
    """Q.2: a workspace in `plan=north` answers what its runs say of `plan`, whatever is asked."""
    shutil.copytree(folder, moved := tmp_path / "plan=north" / "run")
    line = StoredRun(folder).found("lines")[0]
    assert StoredRun(moved).found("lines", line=line["line"]) == [line]
