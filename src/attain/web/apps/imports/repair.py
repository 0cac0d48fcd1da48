"""The rows that a batch kept aside and nobody repaired yet, in the form of their file: the same mapping reads them."""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _

from attain.facts.given_out import quoted
from attain.facts.mapping import ENCODINGS
from attain.facts.validate import KEPT_ASIDE
from attain.kernel.errors import Refused
from attain.web.workspace import Workspace

from .models import Batch
from .repairing import sheet_of
from .selectors import is_query, required_mapping_of
from .words import MEND_QUERY


def repair_file(workspace: Workspace, batch: Batch) -> bytes:
    """A CSV file: two columns in front say which row it was and why it was kept aside; an import passes them over."""
    sheet = sheet_of(workspace, batch)
    if not sheet.rows:
        said = _("%(source)s keeps nothing aside any more.") if sheet.repaired else _("%(source)s kept nothing aside.")
        raise Refused(said % {"source": batch.source}, code="export.nothing", hint=_("There is nothing to repair."))
    if is_query(workspace, batch):
        said = _("These rows stand in a database, not in a file.")
        raise Refused(said, code="export.no-file", hint=str(MEND_QUERY))
    if not sheet.names:
        raise Refused(
            _("No row that %(source)s kept aside has as many fields as its header.") % {"source": batch.source},
            code="export.no-header",
            hint=_("Look for a wrong delimiter, and repair the file itself."),
        )
    mapping = required_mapping_of(workspace, batch)
    text = io.StringIO()
    text.write("\r\n" * (mapping.header_row - 1))
    writer = csv.writer(text, delimiter=mapping.delimiter, quotechar=mapping.quote or '"', lineterminator="\r\n")
    writer.writerow([*KEPT_ASIDE, *map(quoted, sheet.names)])
    for row in sheet.rows:
        cells = [f"{row.column or _('row')}: {row.reason}", *(row.cells.get(name, "") for name in sheet.names)]
        writer.writerow([row.row, *map(quoted, cells)])
    return text.getvalue().encode(ENCODINGS[mapping.encoding].removesuffix("-sig"), errors="replace")
