"""The laws of the company: every number that decides how people sell, with what it means.

This is the truth that a model may try to find again; it is written to `truth/parameters.json`. Lists go by segment
(SMB, Mid-market, Enterprise), by kind of activity or by country, in the order of the names below.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from .streams import Floats, Ints

SEGMENTS = ("SMB", "Mid-market", "Enterprise")
ACTIVITIES = ("call", "email", "meeting", "webinar")
STAGES = ("Qualify", "Develop", "Propose", "Negotiate")
SOURCES = ("inbound", "outbound", "partner", "event", "existing customer")
COUNTRIES = ("DE", "AT", "CH", "GB", "IE", "US")
CURRENCIES = ("EUR", "EUR", "CHF", "GBP", "EUR", "USD")
CODES = ("EUR", "CHF", "GBP", "USD")

Numbers = tuple[float, ...]
Matrix = tuple[Numbers, ...]


def law(meaning: str, value: Any) -> Any:
    return field(default=value, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Parameters:
    country_share: Numbers = law("share of sales teams by country", (0.34, 0.08, 0.08, 0.20, 0.06, 0.24))
    segment_share: Numbers = law("share of sales teams by segment", (0.50, 0.32, 0.18))
    turnover: float = law("exits a year and seat, exponential: memoryless", 0.19)
    transfer_share: float = law("share of vacancies filled from within, where somebody suitable is there", 0.3)
    vacancy_days: tuple[int, int] = law("days until a seat is filled again, uniform", (14, 75))
    growth_share: float = law("share of rep seats that open only during the simulated time", 0.12)
    reorganised_share: float = law("share of rep seats that get another manager each 1 January", 0.08)
    leave_share: float = law("share of people with a leave in a year", 0.05)
    skill_deviation: float = law("deviation of skill, normal, mean 0; a unit of skill is a unit of log-odds", 0.45)
    potential_deviation: float = law("deviation of the logarithm of a territory's potential, mean of potential 1", 0.35)
    ramp_days: Numbers = law("days until a new hire sells like others, by segment", (120.0, 180.0, 270.0))
    ramp_start: float = law(
        "share of the quota on the first day of somebody new; linear up to 1 at the end of the ramp", 0.25
    )
    ramp_penalty: float = law("log-odds lost on the first day, falling linearly to 0 at the end of the ramp", 0.8)
    opportunities_per_rep: Numbers = law("opportunities a year and rep seat, by segment", (80.0, 52.0, 32.0))
    source_share: Numbers = law("share of opportunities by source", (0.28, 0.30, 0.14, 0.08, 0.20))
    source_effect: Numbers = law("log-odds by source", (0.25, -0.35, 0.15, -0.05, 0.85))
    segment_effect: Numbers = law("log-odds by segment: the base rate of winning", (-2.05, -2.45, -2.95))
    competitor_share: float = law("share of opportunities with a competitor", 0.45)
    competitor_effect: float = law("log-odds when a competitor is there", -0.55)
    activity_mean: Matrix = law(
        "mean number of activities of a deal, Poisson, rows segments, columns kinds; times diligence",
        ((2.2, 3.0, 0.7, 0.3), (3.0, 4.2, 1.5, 0.4), (4.0, 6.0, 3.0, 0.6)),
    )
    activity_effect: Numbers = law(
        "causal effect of each kind: log-odds for each doubling of 1 + number; e-mails do nothing",
        (0.22, 0.0, 0.62, 0.35),
    )
    diligence_deviation: float = law("deviation of the logarithm of a person's diligence", 0.25)
    diligence_skill: float = law("correlation of diligence and skill: it confounds a naive estimate", 0.3)
    amount_median: Numbers = law(
        "median list value of a deal in EUR, lognormal, by segment", (14000.0, 42000.0, 150000.0)
    )
    amount_deviation: Numbers = law("deviation of the logarithm of the list value", (0.65, 0.60, 0.65))
    discount_most: Numbers = law(
        "most discount, by segment; the discount is most × u^1.6, in half per cents", (0.15, 0.25, 0.35)
    )
    discount_effect: float = law("log-odds for each 10 points of discount", 0.12)
    cycle_median: Numbers = law("median days from creation to decision, lognormal, by segment", (32.0, 68.0, 130.0))
    cycle_deviation: float = law("deviation of the logarithm of the cycle", 0.45)
    lost_faster: float = law("a lost deal takes this share of its cycle", 0.85)
    never_closed: float = law("share of opportunities that nobody ever decides", 0.05)
    stage_weight: Numbers = law(
        "mean share of the cycle in each stage; exponential, then scaled to 1", (0.25, 0.35, 0.25, 0.15)
    )
    lost_in_stage: Numbers = law("in which stage a lost deal ends", (0.42, 0.30, 0.18, 0.10))
    slip_share: Matrix = law(
        "share of deals with 0, 1, 2, 3 slips of the close date: won, lost",
        ((0.55, 0.27, 0.13, 0.05), (0.38, 0.30, 0.20, 0.12)),
    )
    slip_days: tuple[int, int] = law("days of one slip, uniform", (14, 50))
    quarter_end: Numbers = law(
        "share of won deals, due up to 40 days before a quarter's end, that are signed in its last 8 days",
        (0.20, 0.35, 0.50),
    )
    month_weight: Numbers = law(
        "seasonality: weight of each month for new opportunities and repeat orders",
        (0.88, 0.95, 1.14, 0.97, 0.96, 1.10, 0.90, 0.78, 1.10, 1.05, 1.08, 1.09),
    )
    weekend_weight: float = law("weight of a Saturday or Sunday; 1 on other days", 0.04)
    growth_a_year: float = law("growth of new opportunities and repeat orders, exponential", 0.10)
    repeat_median: Numbers = law("median of a repeat order in EUR, lognormal, by segment", (320.0, 900.0, 2600.0))
    repeat_deviation: float = law("deviation of the logarithm of a repeat order", 0.8)
    repeat_per_account: float = law("most repeat orders a year and account: more orders make more accounts", 18.0)
    split_share: float = law("share of won deals that are shared with a colleague", 0.08)
    cancelled_share: float = law("share of orders that are cancelled before the first invoice", 0.012)
    returned_share: float = law("share of orders with a return of 25, 50 or 100 % of the first invoice", 0.025)
    instalments: Matrix = law(
        "share of deals billed in 1, 2 or 4 quarterly invoices, by segment",
        ((0.85, 0.10, 0.05), (0.60, 0.25, 0.15), (0.35, 0.25, 0.40)),
    )
    terms_days: tuple[int, ...] = law("terms of payment, by segment", (14, 30, 60))
    late_median: float = law("median days of a late payer behind the due date, lognormal, deviation 0.8", 11.0)
    late_share: float = law(
        "mean share of invoices paid late; each account has its own, uniform from 0 to twice this", 0.32
    )
    unpaid_share: float = law("share of invoices that are never paid", 0.012)
    in_two_parts: float = law("share of invoices paid in two parts, 60 % and the rest", 0.06)
    order_late: float = law("share of orders that reach the books 20 to 75 days late", 0.015)
    order_corrected: float = law("share of orders whose amount is first booked 10 % too low or 8 % too high", 0.010)
    rate_start: Numbers = law("EUR for one EUR, CHF, GBP, USD at the start (made up)", (1.0, 1.04, 1.17, 0.92))
    rate_deviation: float = law("deviation of a month's change of the logarithm of a rate of exchange", 0.012)
    quota_quarter: Numbers = law("share of a year's quota in each quarter", (0.23, 0.25, 0.23, 0.29))
    quota_stretch: float = law("quota over what is expected of the seat", 0.97)

    def ramp(self, tenure_days: Ints, segment: Ints) -> Floats:
        """Share of the ramp that lies behind somebody: 0 on the first day, 1 at its end."""
        return np.asarray(np.clip(tenure_days / np.array(self.ramp_days)[segment], 0.0, 1.0), np.float64)

    def documented(self) -> dict[str, dict[str, object]]:
        laws = fields(self)
        return {one.name: {"value": getattr(self, one.name), "meaning": one.metadata["meaning"]} for one in laws}


LAWS = Parameters()


def day_weights(first: int, end: int, laws: Parameters = LAWS) -> Floats:
    """How much happens on each day: growth × month × working day."""
    days = np.arange(first, end)
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (days + 3) % 7  # 1 January 1970 was a Thursday
    grown = np.exp(np.log1p(laws.growth_a_year) * (days - first) / 365.25)
    working = np.where(weekday >= 5, laws.weekend_weight, 1.0)
    return np.asarray(grown * working * np.array(laws.month_weight)[month], np.float64)


def signed_at_quarter_end(days: Ints, chance: Floats, likely: Floats) -> Ints:
    """The hockey stick: some of what is due in the last 40 days of a quarter is signed in the last 8 of them."""
    quarter = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) // 3
    ends = ((quarter + 1) * 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    left = ends - days
    near = (left <= 40) & (chance < likely)
    spread = np.floor(8.0 * (chance / likely) ** 1.5).astype(np.int64)  # mostly the very last days
    return np.where(near, np.maximum(days, ends - 1 - spread), days)
