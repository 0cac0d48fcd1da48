"""The ledger of a closed period: what was paid, as three tables in a folder named after their content.

It is cut out of the published run before anything is locked. The folder is immutable; closing points to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from attain.facts.content import content_hash
from attain.facts.decisions import TABLES
from attain.kernel.errors import Refused, Where
from attain.kernel.hashing import canonical_json, hash_of, sha256_bytes
from attain.kernel.ports import Files
from attain.web.sealing import SEAL, faults, seal
from attain.web.workspace import Workspace

BALANCES = {"draw.balance": "draw_balance", "carried": "carried_out"}
"""Name of the balance -> column of `payments`. Balances of caps come from the run's own table `balances`."""
Tables = dict[str, pa.Table]


def tables_of(run_folder: Path, period: str, plans: Iterable[str]) -> Tables:
    """What a run pays in a period by these plans, in the columns of the ledger."""
    from attain.engine.stored import StoredRun  # importing it loads DuckDB, which only closing needs here

    names = pa.array(sorted(plans), pa.string())
    run = StoredRun(run_folder)

    def part(name: str) -> pa.Table:
        path = run_folder / f"{name}.parquet"
        if not path.is_file():
            raise Refused(
                f"The run has no table `{name}`.", code="run.no-table", where=Where(str(path)), hint="Run it again."
            )
        table = run.table(name)
        mine = pc.and_(pc.equal(table["pay_period"], period), pc.is_in(table["plan"], value_set=names))
        return table.filter(mine)

    releases = part("releases")
    released = releases.filter(pc.equal(releases["state"], "released"))
    balances = [_balances(part("payments"))]
    if (run_folder / "balances.parquet").is_file():
        balances.append(_shaped(part("balances"), "ledger_balances"))
    every_balance = pa.concat_tables(balances)
    return {
        "ledger_lines": _shaped(part("lines"), "ledger_lines"),
        "ledger_releases": _shaped(released, "ledger_releases"),
        "ledger_balances": _once(every_balance),
    }


def _shaped(table: pa.Table, name: str) -> pa.Table:
    schema = TABLES[name].arrow_schema()
    return table.select(schema.names).cast(schema)


def _balances(payments: pa.Table) -> pa.Table:
    schema = TABLES["ledger_balances"].arrow_schema()
    parts = [schema.empty_table()]
    for name, column in BALANCES.items():
        named = payments.append_column("name", pa.repeat(pa.scalar(name), payments.num_rows))
        amounts = named.append_column("amount", pc.fill_null(payments[column], 0))
        parts.append(amounts.select(schema.names).cast(schema))
    return pa.concat_tables(parts)


def _once(balances: pa.Table) -> pa.Table:
    """The run's own `balances` may repeat those of `payments`; two different amounts of one name are a fault."""
    keys = list(TABLES["ledger_balances"].keys)
    rows = balances.group_by([*keys, "currency"]).aggregate([("amount", "min"), ("amount", "max")])
    if pc.any(pc.not_equal(rows["amount_min"], rows["amount_max"])).as_py():
        raise Refused(
            "The run holds two different balances of the same name.", code="ledger.balances", hint="Run it again."
        )
    return rows.rename_columns({"amount_min": "amount"}).select(balances.schema.names)


def totals(tables: Tables) -> dict[str, dict[str, int]]:
    """Control totals a table and currency, in whole minor units."""
    found: dict[str, dict[str, int]] = {}
    for name, table in tables.items():
        sums = table.group_by("currency").aggregate([("amount", "sum")])
        found[name] = dict(sorted(zip(sums["currency"].to_pylist(), sums["amount_sum"].to_pylist(), strict=True)))
    return found


def keep(workspace: Workspace, period: str, tables: Tables, run_id: str) -> tuple[str, str]:
    """Publish the ledger folder unless it is there; returns its name and the hash of its seal."""
    content = {name: content_hash(table) for name, table in tables.items()}
    manifest = {"period": period, "run": run_id, "content": content, "totals": totals(tables)}
    final = workspace.ledger / f"{period}-{hash_of(manifest)[:20]}"
    files = workspace.ports.files
    if not final.exists():
        try:
            with files.publishing(final) as folder:
                write_tables(tables, folder, files)
                files.write_bytes_durably(folder / "manifest.json", canonical_json(manifest))
                seal(folder, files)
        except Refused as fault:
            if fault.code != "files.already-published":  # another process closes the same period just now
                raise
    sealed = sha256_bytes((final / SEAL).read_bytes())
    if damaged := faults(final, sealed):
        raise Refused(damaged[0].message, code=damaged[0].code, where=damaged[0].where, hint="Restore a backup.")
    return final.name, sealed


def write_tables(tables: Mapping[str, pa.Table], folder: Path, files: Files) -> None:
    """Each table as a Parquet file of its name, in a folder that is not published yet."""
    for name, table in tables.items():
        with files.create(folder / f"{name}.parquet") as file:
            pq.write_table(table, file, compression="zstd")
