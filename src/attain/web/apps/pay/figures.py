"""Charts of pay: what one gets period by period, and what everybody gets beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attain.charts.values import Bars, Dots, Point
from attain.documents.statement import Payment
from attain.web.kit import formats
from attain.web.kit.charts import Figure, money_ticks

from .statements import Shown, name_of

FAR = 3
"""A payee who gets more than so many times the middle of all is pointed out, so that somebody looks."""
FEW = 3
PERIODS = 12


def pay_by_period(history: Iterable[tuple[Shown, Payment]]) -> Figure | None:
    """The newest first go in; those in the currency of the newest are drawn, from the oldest on."""
    found = list(history)
    if not found:
        return None
    code = found[0][1].currency
    paid = [(shown, one.payable) for shown, one in reversed(found) if one.currency == code]
    return by_period("pay", _("Pay by period, in %(currency)s") % {"currency": code}, paid, paid[-1][0], code)


def by_period(name: str, title: str, paid: Sequence[tuple[Shown, int]], this: Shown, code: str) -> Figure:
    """The oldest first."""
    points = tuple(
        Point(formats.short_period(shown.key), amount, formats.short_money(amount, code), formats.money(amount, code))
        for shown, amount in paid
    )
    now = next((amount for shown, amount in paid if shown.key == this.key), None)
    best, most = max(paid, key=lambda one: one[1])
    summary = _("%(amount)s payable in %(period)s; most in %(best)s: %(highest)s.") % {
        "amount": formats.money(now, code), "period": formats.period(this.key),
        "best": formats.period(best.key), "highest": formats.money(most, code),
    }  # fmt: skip
    values = Bars(points, formats.short_period(this.key), money_ticks([amount for _, amount in paid], code))
    rows = tuple((formats.period(shown.key), amount) for shown, amount in paid)
    return Figure(name, title, summary, values, code, (_("Pay period"), _("Payable")), rows)


def payable_per_payee(amounts: Mapping[tuple[str, str], int], names: Mapping[str, str]) -> Figure | None:
    """In the currency of most payees, without vacant seats; None where there are too few to show a shape."""
    codes = Counter(code for _, code in amounts)
    if not codes:
        return None
    code = codes.most_common(1)[0][0]
    found = {payee: one for (payee, of), one in amounts.items() if of == code and not payee.startswith("vacant:")}
    if len(found) < FEW:
        return None
    middle = int(median(found.values()))
    points = tuple(
        Point(payee, amount, f"{name_of(names, payee)} {formats.money(amount, code)}", formats.money(amount, code))
        for payee, amount in sorted(found.items(), key=lambda one: (one[1], one[0]))
    )
    far = frozenset(one.label for one in points if one.value > FAR * middle > 0)
    said = {"shown": formats.count(len(points)), "middle": formats.money(middle, code)}
    note = ngettext("%(shown)s payee, middle %(middle)s", "%(shown)s payees, middle %(middle)s", len(points)) % said
    least, most = points[0].exact, points[-1].exact
    summary = _("%(note)s; from %(least)s to %(most)s.") % {"note": note, "least": least, "most": most}
    values = Dots(points, far, middle, _("Middle"), money_ticks([one.value for one in points], code))
    rows = tuple((name_of(names, one.label), one.value) for one in reversed(points))
    title = _("Payable per payee, in %(currency)s") % {"currency": code}
    return Figure("payees", title, summary, values, code, (_("Payee"), _("Payable")), rows, note=note)


def flagged_of(figure: Figure | None) -> Sequence[Point]:
    """Those far above the middle, the farthest last."""
    if figure is None or not isinstance(figure.values, Dots):
        return ()
    return [one for one in figure.values.points if one.label in figure.values.flagged]
