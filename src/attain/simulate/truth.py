"""What nobody in a company can see, written beside what it sees: for judging forecasts, drivers and corrections."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from . import columns as as_
from .billing import Billed, order_ids
from .deals import STILL_OPEN, Deals, Market
from .orders import Repeats
from .parameters import ACTIVITIES, CODES, COUNTRIES, SEGMENTS, SOURCES, STAGES
from .quotas import expected_a_year
from .streams import rows

NAMES = {
    "segments": SEGMENTS,
    "kinds_of_activity": ACTIVITIES,
    "stages": STAGES,
    "sources": SOURCES,
    "countries": COUNTRIES,
    "currencies": CODES,
}


def laws_of(market: Market) -> bytes:
    size = market.size
    document = {
        "asked": {
            "payees": size.payees,
            "transactions": size.transactions,
            "seed": size.seed,
            "from": size.months[0],
            "to": size.months[size.month_count - 1],
            "crm": size.crm,
        },
        "names": NAMES,
        "win": "log-odds = segment + source + competitor + discount/10 points × discount_effect + skill"
        " - ramp_penalty × (1 - ramp) + sum over kinds of activity_effect × log2(1 + number)",
        "laws": market.laws.documented(),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def of_people(market: Market) -> pa.Table:
    staff = market.staff
    return as_.table(
        {
            "person": as_.ids("E", rows(0, len(staff.hired)), 6),
            "skill": pa.array(staff.skill),
            "diligence": pa.array(staff.diligence),
        }
    )


def of_territories(market: Market, repeats: Repeats) -> pa.Table:
    seats = market.seats
    return as_.table(
        {
            "position": as_.ids("P", seats.reps, 6),
            "potential": pa.array(seats.potential[seats.reps]),
            "segment": as_.words(SEGMENTS, seats.segment[seats.reps]),
            "expected_a_year": as_.exact(np.round(expected_a_year(market, repeats)).astype(np.int64) * 100),
        }
    )


def of_deals(market: Market, deals: Deals) -> pa.Table:
    held = deals.person >= 0
    tenure = np.where(held, deals.created - market.staff.hired[deals.person], 0)
    ramp = np.where(held, market.laws.ramp(np.maximum(tenure, 0), deals.segment), 0.0)
    columns = {
        "opportunity": as_.ids("D-", deals.number),
        "probability": pa.array(deals.probability),
        "outcome": as_.words(("never decided", "won", "lost"), deals.outcome),
        "decided_on": as_.days(np.minimum(deals.decided, 10**5), missing=deals.decided >= STILL_OPEN),
        "segment": as_.words(SEGMENTS, deals.segment),
        "source": as_.words(SOURCES, deals.source),
        "competitor": as_.yes_no(deals.competitor),
        "discount": as_.exact(deals.discount * 1000, 6),
        "skill": pa.array(np.where(held, market.staff.skill[deals.person], 0.0)),
        "ramp": pa.array(ramp),
    }
    columns |= {f"{kind}s": pa.array(deals.activities[:, place]) for place, kind in enumerate(ACTIVITIES)}
    return as_.table(columns)


def of_orders(done: Billed) -> pa.Table:
    """The orders that were late or wrong, and when that was put right."""
    months = pa.array(done.market.size.months)
    chosen = np.flatnonzero(done.late | (done.corrected >= 0))
    wrong = done.corrected[chosen] >= 0
    arrives = np.where(wrong, done.corrected[chosen], done.arrives[chosen])
    return as_.table(
        {
            "order": order_ids(done.orders, chosen),
            "fault": as_.words(("late", "wrong amount"), wrong.astype(np.int64)),
            "put_right_in": months.take(pa.array(arrives)),
            "booked_first": as_.exact(done.wrong[chosen]),
            "amount": as_.exact(done.orders.amount[chosen]),
        }
    )
