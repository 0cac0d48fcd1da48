"""From an order to cash: splits, cancellations, invoices, payments, returns, and what reaches the books late or wrong.

Every amount is a whole number of minor units, and parts always sum: the invoices of an order to its amount, the
payments of an invoice to no more than the invoice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import columns as as_
from .accounts import FAMILIES, PRODUCTS_A_FAMILY
from .deals import STILL_OPEN, Market
from .history import product_ids
from .orders import CHANNELS, ORDER_TYPES, Orders
from .parameters import CODES, SEGMENTS
from .streams import Flags, Floats, Ints

MOST_INSTALMENTS = 4
REASONS = ("damaged", "not needed", "wrong article", "does not fit", "ordered twice")
SHARES = (20, 25, 30, 40, 50)
Arrived = tuple[str, Ints, Ints, Flags, pa.Table]
"""A table, the order of each row, the month in which it arrives, whether it is late, and the rows."""


@dataclass(frozen=True)
class Billed:
    """What becomes of some orders."""

    market: Market
    orders: Orders
    instalments: Ints
    cancelled_on: Ints
    invoiced_on: Ints
    """A row an order, an entry an instalment; STILL_OPEN where there is none."""
    invoiced: Ints
    returned_on: Ints
    returned: Ints
    arrives: Ints
    """The month in which the order reaches the books."""
    late: Flags
    corrected: Ints
    """The month in which a wrong amount is put right; -1 of orders that were right at once."""
    wrong: Ints
    """The amount that was booked first."""


def billed(market: Market, orders: Orders) -> Billed:
    size, laws, index = market.size, market.laws, orders.index
    draw = size.stream
    count = _instalments(market, orders)
    cancels = draw("orders/cancelled").happens(index, laws.cancelled_share)
    cancelled_on = np.where(cancels, orders.day + draw("orders/regret").between(index, 1, 6), STILL_OPEN)
    place = np.arange(MOST_INSTALMENTS)
    there = (place < count[:, None]) & ~cancels[:, None]
    first = orders.day + draw("orders/invoice-lag").between(index, 7, 12)
    invoiced_on = np.where(there, first[:, None] + 91 * place, STILL_OPEN)
    parts = orders.amount[:, None] // count[:, None] + (place < (orders.amount % count)[:, None])
    invoiced = np.where(there, parts, 0)
    returns = draw("orders/returned").happens(index, laws.returned_share) & ~cancels
    returned_on = np.where(returns, first + draw("orders/return-lag").between(index, 3, 70), STILL_OPEN)
    quarters = np.array([1, 2, 4])[draw("orders/return-part").choice(index, (0.4, 0.2, 0.4))]
    returned = np.where(returns, invoiced[:, 0] * quarters // 4, 0)
    arrives, late, corrected = _arrival(market, orders)
    factor = np.where(draw("orders/wrong-way").happens(index, 0.5), 90, 108)
    wrong = np.where(corrected >= 0, orders.amount * factor // 100, orders.amount)
    return Billed(
        market,
        orders,
        count,
        cancelled_on,
        invoiced_on,
        invoiced,
        returned_on,
        returned,
        arrives,
        late,
        corrected,
        wrong,
    )


def _instalments(market: Market, orders: Orders) -> Ints:
    drawn = market.size.stream("orders/instalments").choice_by(orders.index, orders.segment, market.laws.instalments)
    return np.where(orders.deal >= 0, np.array([1, 2, 4])[drawn], 1)


def _arrival(market: Market, orders: Orders) -> tuple[Ints, Flags, Ints]:
    size, laws, index = market.size, market.laws, orders.index
    month = size.month_of(orders.day)
    delayed = size.stream("orders/late").happens(index, laws.order_late)
    behind = orders.day + size.stream("orders/late-days").between(index, 20, 75)
    arrives = np.where(delayed, np.minimum(size.month_of(behind), size.month_count), month)
    late = arrives > month
    wrong = size.stream("orders/wrong").happens(index, laws.order_corrected) & ~delayed
    found = np.clip(size.month_of(orders.day + size.stream("orders/found").between(index, 15, 70)), month + 1, None)
    corrected = np.where(wrong, np.minimum(found, size.month_count), -1)
    return arrives, late, corrected


def documents(done: Billed) -> list[Arrived]:
    """All tables that follow from some orders, each in the order of the orders: however many are made at once."""
    parts: dict[str, list[Arrived]] = {}
    for one in _parts(done):
        parts.setdefault(one[0], []).append(one)
    return [_joined(name, found) for name, found in parts.items()]


def _joined(name: str, parts: list[Arrived]) -> Arrived:
    chosen = np.concatenate([one[1] for one in parts])
    order = np.argsort(chosen, kind="stable")
    arrives = np.concatenate([one[2] for one in parts])[order]
    late = np.concatenate([one[3] for one in parts])[order]
    rows = pa.concat_tables([one[4] for one in parts]).combine_chunks().take(pa.array(order))
    return name, chosen[order], arrives, late, rows


def _parts(done: Billed) -> Iterator[Arrived]:
    yield from _order_rows(done)
    yield _reversal_rows(done)
    yield _split_rows(done)
    yield _return_rows(done)
    yield from _invoice_rows(done)


def order_ids(orders: Orders, chosen: Ints) -> pa.Array:
    """OD-… of a deal, OR-… of a repeat order."""
    deal = orders.deal[chosen] >= 0
    number = as_.ids("", orders.index[chosen] // 2)
    return pc.binary_join_element_wise(as_.words(("OR-", "OD-"), deal.astype(np.int64)), number, "")


def _order_rows(done: Billed) -> Iterator[Arrived]:
    orders = done.orders
    every = np.arange(len(orders))
    yield "orders", every, done.arrives, done.late, _as_orders(done, every, orders.day, done.wrong)
    again = np.flatnonzero(done.corrected >= 0)
    yield (
        "orders", again, done.corrected[again], np.full(len(again), True),
        _as_orders(done, again, orders.day[again], orders.amount[again]),
    )  # fmt: skip


def _as_orders(done: Billed, chosen: Ints, day: Ints, amount: Ints, *, reverses: bool = False) -> pa.Table:
    orders, market = done.orders, done.market
    originals = order_ids(orders, chosen)
    seat, deal = orders.seat[chosen], orders.deal[chosen]
    cost = orders.cost[chosen]
    if reverses:
        cost = -(cost * -amount // np.maximum(orders.amount[chosen], 1))
    return as_.table(
        {
            "id": pc.binary_join_element_wise("R", originals, "") if reverses else originals,
            "order_date": as_.days(day),
            "account": as_.ids("A-", orders.account[chosen]),
            "opportunity": as_.ids("D-", np.maximum(deal, 0), missing=deal < 0),
            "owner": as_.payees(market.staff.holder(seat, orders.day[chosen]), seat),
            "order_type": as_.words(ORDER_TYPES, orders.kind[chosen]),
            "channel": as_.words(CHANNELS, orders.channel[chosen]),
            "product": product_ids(orders.product[chosen]),
            "family": as_.words(FAMILIES, orders.product[chosen] // PRODUCTS_A_FAMILY),
            "segment": as_.words(SEGMENTS, orders.segment[chosen]),
            "quantity": as_.exact(orders.quantity[chosen], 0),
            "discount": as_.exact(orders.discount[chosen] * 1000, 6),
            "amount": as_.exact(amount),
            "cost": as_.exact(cost),
            "currency": as_.words(CODES, orders.currency[chosen]),
            "instalments": as_.exact(done.instalments[chosen], 0),
            "reverses": originals if reverses else pa.nulls(len(chosen), pa.string()),
        }
    )


def _behind(done: Billed, chosen: Ints, day: Ints) -> tuple[Ints, Flags]:
    """When a document arrives: never before its order."""
    month = done.market.size.month_of(day)
    arrives = np.maximum(month, done.arrives[chosen])
    return arrives, done.late[chosen] & (month <= done.arrives[chosen])


def _known(done: Billed, day: Ints) -> Flags:
    return np.asarray(day < done.market.size.end_day, np.bool_)


def _taken_back(done: Billed) -> tuple[Ints, Ints, Ints, Flags]:
    """Orders that are cancelled or returned: place, day, amount, and whether it is a return."""
    is_return = done.returned_on < STILL_OPEN
    day = np.where(is_return, done.returned_on, done.cancelled_on)
    amount = np.where(is_return, done.returned, done.orders.amount)
    chosen = np.flatnonzero(_known(done, day) & (amount > 0))
    return chosen, day[chosen], amount[chosen], is_return[chosen]


def _reversal_rows(done: Billed) -> Arrived:
    chosen, day, amount, _ = _taken_back(done)
    return "orders", chosen, *_behind(done, chosen, day), _as_orders(done, chosen, day, -amount, reverses=True)


def _return_rows(done: Billed) -> Arrived:
    chosen, day, amount, is_return = _taken_back(done)
    index = done.orders.index[chosen]
    reason = done.market.size.stream("returns/reason").choice(index, (0.15, 0.35, 0.15, 0.25, 0.1))
    rows = as_.table(
        {
            "id": pc.binary_join_element_wise("B-", order_ids(done.orders, chosen), ""),
            "order_id": order_ids(done.orders, chosen),
            "returned_on": as_.days(day),
            "kind": as_.words(("cancellation", "return"), is_return.astype(np.int64)),
            "reason": as_.words(REASONS, reason),
            "amount": as_.exact(amount),
            "currency": as_.words(CODES, done.orders.currency[chosen]),
        }
    )
    return "returns", chosen, *_behind(done, chosen, day), rows


def _split_rows(done: Billed) -> Arrived:
    """A colleague's part in a deal: somebody of a nearby territory who is there on that day."""
    market, orders = done.market, done.orders
    seats, draw = market.seats, market.size.stream
    shared = (orders.deal >= 0) & draw("splits/shared").happens(orders.index, market.laws.split_share)
    chosen = np.flatnonzero(shared)
    index, day = orders.index[chosen], orders.day[chosen]
    reps = len(seats) - seats.first_rep
    near = draw("splits/near").between(index, 1, min(6, reps - 1))
    other = seats.first_rep + (orders.seat[chosen] - seats.first_rep + near) % reps
    person, owner = market.staff.holder(other, day), market.staff.holder(orders.seat[chosen], day)
    fits = (person >= 0) & (owner >= 0) & (person != owner)
    chosen, day, index, other, person = chosen[fits], day[fits], index[fits], other[fits], person[fits]
    share = np.array(SHARES)[draw("splits/share").choice(index, (0.2, 0.2, 0.2, 0.15, 0.25))]
    rows = as_.table(
        {
            "id": as_.ids("X-", index // 2),
            "order_id": order_ids(orders, chosen),
            "split_on": as_.days(day),
            "payee": as_.payees(person, other),
            "share": as_.exact(share * 10_000, 6),
        }
    )
    return "splits", chosen, done.arrives[chosen], done.late[chosen], rows


def _invoice_rows(done: Billed) -> Iterator[Arrived]:
    orders, laws, size = done.orders, done.market.laws, done.market.size
    terms = np.array(laws.terms_days)[orders.segment]
    for place in range(MOST_INSTALMENTS):
        day, amount = done.invoiced_on[:, place], done.invoiced[:, place]
        chosen = np.flatnonzero(_known(done, day) & (amount > 0))
        if len(chosen) or place == 0:
            number = orders.index[chosen] * 8 + place
            due = day[chosen] + terms[chosen]
            yield _as_invoices(done, chosen, number, day[chosen], due, amount[chosen], credit=False)
            yield from _payment_rows(done, chosen, number, due, amount[chosen])
    back = np.flatnonzero(_known(done, done.returned_on) & (done.returned > 0))
    number, day = orders.index[back] * 8 + MOST_INSTALMENTS, done.returned_on[back]
    yield _as_invoices(done, back, number, day, day, -done.returned[back], credit=True)
    refunded = day + size.stream("payments/refund").between(number, 5, 20)
    known = _known(done, refunded)
    yield _as_payments(
        done,
        back[known],
        number[known],
        np.zeros(int(known.sum()), np.int64),
        refunded[known],
        -done.returned[back][known],
    )


def _as_invoices(
    done: Billed, chosen: Ints, number: Ints, day: Ints, due: Ints, amount: Ints, *, credit: bool
) -> Arrived:
    rows = as_.table(
        {
            "id": as_.ids("I-", number, 11),
            "order_id": order_ids(done.orders, chosen),
            "invoiced_on": as_.days(day),
            "due_on": as_.days(due),
            "kind": as_.repeated("credit note" if credit else "invoice", len(chosen)),
            "amount": as_.exact(amount),
            "currency": as_.words(CODES, done.orders.currency[chosen]),
        }
    )
    return "invoices", chosen, *_behind(done, chosen, day), rows


def _payment_rows(done: Billed, chosen: Ints, number: Ints, due: Ints, amount: Ints) -> Iterator[Arrived]:
    orders, laws, market = done.orders, done.market.laws, done.market
    draw = market.size.stream
    account = orders.account[chosen]
    is_late = draw("payments/late").uniform(number) < market.accounts.late_payer(account, laws)
    delay = laws.late_median * np.exp(0.8 * draw("payments/delay").normal(number))
    behind = np.minimum(np.ceil(delay), 180).astype(np.int64)
    early = draw("payments/early").between(number, 0, 6)
    day = due + np.where(is_late, behind, -early)
    paid = ~draw("payments/unpaid").happens(number, laws.unpaid_share)
    halved = draw("payments/halved").happens(number, laws.in_two_parts) & (amount > 100)
    first = np.where(halved, amount * 60 // 100, amount)
    known = paid & _known(done, day)
    zero = np.zeros(len(chosen), np.int64)
    yield _as_payments(done, chosen[known], number[known], zero[known], day[known], first[known])
    rest_day = day + draw("payments/rest").between(number, 10, 40)
    rest = paid & halved & _known(done, rest_day)
    yield _as_payments(done, chosen[rest], number[rest], zero[rest] + 1, rest_day[rest], (amount - first)[rest])


def _as_payments(done: Billed, chosen: Ints, number: Ints, part: Ints, day: Ints, amount: Ints) -> Arrived:
    rows = as_.table(
        {
            "id": as_.ids("Z-", number * 2 + part, 11),
            "invoice": as_.ids("I-", number, 11),
            "order_id": order_ids(done.orders, chosen),
            "paid_on": as_.days(day),
            "kind": as_.words(("refund", "receipt"), (amount > 0).astype(np.int64)),
            "amount": as_.exact(amount),
            "currency": as_.words(CODES, done.orders.currency[chosen]),
        }
    )
    return "payments", chosen, *_behind(done, chosen, day), rows


def expected_rows(market: Market, orders: Orders) -> Floats:
    """How many rows of money each order makes, on average over some of them: orders, invoices, payments, returns."""
    counted = sum(rows.num_rows for name, *_, rows in documents(billed(market, orders)) if name != "splits")
    return np.array([counted / max(len(orders), 1)])
