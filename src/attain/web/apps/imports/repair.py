"""The rows that a batch kept aside, in the form of their file: once repaired, the same mapping reads them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from attain.facts.mapping import ENCODINGS
from attain.facts.validate import KEPT_ASIDE
from attain.kernel.errors import Refused
from attain.web.workspace import Workspace

from .models import Batch
from .selectors import is_query, mapping_of, quarantined_rows
from .words import MEND_QUERY


def repair_file(workspace: Workspace, batch: Batch) -> bytes:
    """A CSV file: two columns in front say which row it was and why it was kept aside; an import passes them over."""
    kept = quarantined_rows(workspace, batch.pk) if batch.is_fact else []
    if not kept:
        raise Refused(f"{batch.source} kept nothing aside.", code="export.nothing", hint="There is nothing to repair.")
    _, mapping = mapping_of(workspace, batch)
    if is_query(workspace, batch):
        raise Refused("These rows stand in a database, not in a file.", code="export.no-file", hint=MEND_QUERY)
    raws = [json.loads(str(row["raw"])) for row in kept]
    header = next((list(raw) for raw in raws if not _is_cut(raw)), None)
    if header is None:
        raise Refused(
            f"No row that {batch.source} kept aside has as many fields as its header.",
            code="export.no-header",
            hint="Look for a wrong delimiter, and repair the file itself.",
        )
    named = [name for name in header if name not in KEPT_ASIDE]
    text = io.StringIO()
    text.write("\r\n" * (mapping.header_row - 1))
    writer = csv.writer(text, delimiter=mapping.delimiter, quotechar=mapping.quote or '"', lineterminator="\r\n")
    writer.writerow([*KEPT_ASIDE, *named])
    for row, raw in zip(kept, raws, strict=True):
        cells = raw["fields"] if _is_cut(raw) else [raw.get(name) or "" for name in named]
        writer.writerow([row["row"], f"{row['column'] or 'row'}: {row['reason']}", *cells])
    return text.getvalue().encode(ENCODINGS[mapping.encoding].removesuffix("-sig"), errors="replace")


def _is_cut(raw: Mapping[str, Any]) -> bool:
    """A row with more or fewer fields than the header is kept as a list of them."""
    return set(raw) == {"fields"} and isinstance(raw["fields"], list)
