"""The dated tables of decisions, as a run reads them."""

from __future__ import annotations

import pyarrow as pa

from .models import TableVersion
from .tables import ORG_TABLES, arrow_of


def decisions() -> dict[str, pa.Table]:
    return {name: arrow_of(name, table.model) for name, table in ORG_TABLES.items()}


def versions() -> dict[str, int]:
    """The number of changes of each table so far."""
    return dict(TableVersion.objects.order_by("table").values_list("table", "version"))
