"""A statement on paper: the strip, every line and the sums of the page, on as many sheets as they take."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attain.documents.printing import pdf_of
from attain.documents.statement import credits_of
from attain.kernel.errors import Refused
from attain.web import kit
from attain.web.apps.access.policy import Right, needs

from . import statement_views as page
from .models import Run
from .statements import name_of, names_in, opened, periods_shown, plans_by_version, statement_seen_by
from .words import STATES

FONTS = Path(kit.__file__).parent / "static" / "attain" / "fonts"


@require_GET
@needs(Right.SEE_PAY)
def print_file(request: HttpRequest, payee: str, period: str) -> HttpResponse:
    """The statement as a PDF, in the reader's language."""
    response = HttpResponse(pdf_of(html_of(request, payee, period), FONTS), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="statement.pdf"'
    return response


def html_of(request: HttpRequest, payee: str, period: str) -> str:
    workspace, viewer = request.workspace, request.viewer
    shown, found = statement_seen_by(workspace, viewer, periods_shown(workspace, viewer), payee, period)
    if page.is_long(found):
        raise Refused(
            _("This statement has %(count)s lines; on paper it may have %(most)s.")
            % {"count": found.line_count, "most": page.MOST_PRINTED},
            code="pay.too-long", hint=_("Take the Excel file."),
        )  # fmt: skip
    plans, lines = plans_by_version(), found.lines()
    sources = [line.source for line in lines if line.source]
    credited = credits_of(opened(workspace, shown.run), found.payee, sources)
    rows = [page.with_credit(page.row_of(line, plans), credited, plans) for line in lines]
    return render_to_string("pay/statement_print.html", {
        "workspace": workspace,
        "period": period,
        "payee": payee,
        "name": name_of(names_in(workspace, shown.run), payee),
        "shown": shown,
        "state": STATES[shown.state],
        "plans": [page.plan_title(plans, plan) for plan in found.plans],
        "strips": [(total, page.cells_of(total)) for total in found.totals],
        "groups": page.groups_of(found, rows, plans, whole=True),
        "totals": found.totals,
        "run": Run.objects.get(pk=shown.run),
        "language": request.LANGUAGE_CODE,
    })  # fmt: skip
