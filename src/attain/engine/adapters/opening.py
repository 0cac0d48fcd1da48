"""Which engine calculates: its name, and the address at which it is found."""

from __future__ import annotations

from attain.engine.adapters.port import Database
from attain.kernel.errors import SetupError, Where

ENGINES = ("duckdb", "postgres", "spark")


def open_engine(name: str, address: str | None = None) -> Database | None:
    """An empty database of that engine; None for DuckDB, which each calculation opens for itself.

    `address` is that of a PostgreSQL database (`postgresql://…`) or the master URL of a Spark (`local[2]`, `spark://…`).
    """
    if name == "duckdb":
        return None
    if name not in ENGINES:
        raise SetupError(
            f"There is no engine {name!r}.", code="engine.unknown", hint=f"Known are {', '.join(ENGINES)}."
        )
    if not address:
        raise SetupError(
            f"The address of the engine `{name}` is missing.",
            code="engine.no-address",
            where=Where(field=f"engine.{name}"),
            hint='Say it in attain.toml, below [engine]: postgres = "postgresql://…", spark = "spark://…".',
        )
    if name == "postgres":
        from attain.engine.adapters.postgres import PostgreSQL

        return PostgreSQL(address)
    from attain.engine.adapters.spark import Spark

    return Spark(address)
