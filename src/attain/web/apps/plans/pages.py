"""What pages of plans show: prose, findings, the difference of two texts, who gains and who loses, who is on a plan."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from attain.kernel.errors import NotFound
from attain.plans.difference import difference
from attain.plans.loader import Document
from attain.plans.prose import Bullets, Language, Paragraph, Rows, describe
from attain.plans.prose.changes import change_rows
from attain.web.apps.jobs.models import Job
from attain.web.apps.pay.calculating import run_named, stored
from attain.web.apps.pay.models import Run
from attain.web.apps.pay.statements import names_in
from attain.web.kit import formats
from attain.web.workspace import Workspace

from .curves import curves_of
from .effects import Changed
from .models import Draft, PlanVersion
from .selectors import document_of

KINDS = {Paragraph: "paragraph", Bullets: "bullets", Rows: "rows"}
MOVERS = 6
HALF = 56
"""The length of the longest bar of a change, to one side."""


def spoken_in(asked: str) -> Language:
    return "de" if asked == "de" or (asked != "en" and formats.language() == "de") else "en"


def title_of(document: Document) -> str:
    return formats.titled(document.plan.title, document.plan.plan.replace("-", " ").capitalize())


def sections_of(document: Document, spoken: Language) -> list[dict[str, Any]]:
    return [
        {"heading": section.heading, "level": section.level,
         "blocks": [{"kind": KINDS[type(block)], "block": block} for block in section.blocks]}
        for section in describe(document.plan, spoken).sections
    ]  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A difference in plain words."""

    place: str
    before: str
    after: str
    moves_money: bool


def changes_between(old: Document, new: Document) -> list[Said]:
    """What moves money stands first; tests that differ are left out, because they pay nobody."""
    changes = [one for one in difference(old.plan, new.plan) if one.path[0] != "tests"]
    rows = change_rows(changes, old.plan, new.plan, formats.language()).rows
    said = [
        Said(str(row[0]), str(row[1]), str(row[2]), change.moves_money)
        for change, row in zip(changes, rows, strict=True)
    ]
    return sorted(said, key=lambda one: not one.moves_money)


def text_changes(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that differ between two texts, with two around them: sign and line."""
    found = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
    return [("…", "") if line.startswith("@@") else (line[:1], line[1:]) for line in found]


def drawn(document: Document, base: PlanVersion | None, *, eager: bool = False) -> dict[str, Any]:
    """The pay curves of a text beside those of its base, and the components for which there is none. `eager` are those
    of a text that no address has."""
    published = None if base is None else document_of(base).plan
    curves, undrawn = curves_of(document.plan, published, formats.language())
    figures = [(curve, curve.figure(base.plan_version if base else "", eager=eager)) for curve in curves]
    return {"curves": figures, "undrawn": undrawn, "against": base}


@dataclass(frozen=True)
class Mover:
    changed: Changed
    x: float
    bar: float


@dataclass(frozen=True)
class Effect:
    """Who gains and who loses, in the currency of most of the payees first."""

    against: str
    starts_on: date
    ends_on: date
    payees: tuple[Changed, ...]
    text: str

    @property
    def movers(self) -> list[Mover]:
        return list(self.bars(self.payees[:MOVERS]))

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    @property
    def totals(self) -> list[tuple[str, int, int, Fraction | None]]:
        """Currency, change, what was earned before, and the change as a share of it."""
        changes: Counter[str] = Counter()
        before: Counter[str] = Counter()
        for one in self.payees:
            changes[one.currency] += one.change
            before[one.currency] += one.before
        order = [code for code, _ in Counter(one.currency for one in self.payees).most_common()]
        return [
            (code, changes[code], before[code], Fraction(changes[code], before[code]) if before[code] > 0 else None)
            for code in order
        ]

    @property
    def gain(self) -> int:
        return sum(one.change > 0 for one in self.payees)

    @property
    def lose(self) -> int:
        return sum(one.change < 0 for one in self.payees)

    @property
    def unchanged(self) -> int:
        return len(self.payees) - self.gain - self.lose

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """Where the three parts of a bar of 100 begin and end."""
        all_ = max(1, len(self.payees))
        gain, lose = 100 * self.gain / all_, 100 * self.lose / all_
        return round(gain, 2), round(100 - gain - lose, 2), round(100 - lose, 2), round(lose, 2)

    def bars(self, payees: tuple[Changed, ...]) -> Iterator[Mover]:
        """All bars of one currency have one scale: less to the left, more to the right."""
        most: Counter[str] = Counter()
        for one in self.payees:
            most[one.currency] = max(most[one.currency], abs(one.change))
        for one in payees:
            bar = round(HALF * abs(one.change) / (most[one.currency] or 1), 1)
            yield Mover(one, HALF - bar if one.change < 0 else HALF, bar)


def last_effect(draft: Draft) -> tuple[Job | None, Effect | None]:
    """The job that was asked for last, and what the last one that was done found."""
    jobs = Job.objects.filter(kind="effect", arguments__draft=draft.pk).order_by("-pk")
    done = jobs.filter(state=Job.State.DONE).first()
    return jobs.first(), (effect_in(done) if done is not None else None)


def effect_in(job: Job) -> Effect:
    found = job.result
    days = [date.fromisoformat(found[name]) for name in ("starts_on", "ends_on")]
    return Effect(found["against"], days[0], days[1], tuple(Changed(**one) for one in found["payees"]), found["text"])


@dataclass(frozen=True)
class OnPlan:
    payee: str
    name: str
    is_person: bool
    """A vacant seat is none."""
    lines: int
    amount: int
    currency: str


def people_on(workspace: Workspace, version: PlanVersion) -> tuple[Run | None, list[OnPlan]]:
    """Whom the last run booked lines by this version, by name."""
    try:
        run = run_named(None)
    except NotFound:
        return None, []
    lines = stored(workspace, run).table("lines", ["plan", "version", "payee", "amount", "currency"])
    sums = lines.group_by(["plan", "version", "payee", "currency"]).aggregate([("amount", "sum"), ([], "count_all")])
    names = names_in(workspace, run.pk)
    found = []
    for row in sums.to_pylist():
        if (row["plan"], row["version"]) == (version.plan, version.plan_version):
            name, amount = names.get(row["payee"], row["payee"]), int(row["amount_sum"] or 0)
            found.append(OnPlan(row["payee"], name, row["payee"] in names, row["count_all"], amount, row["currency"]))
    return run, sorted(found, key=lambda one: (one.name.casefold(), one.payee))
