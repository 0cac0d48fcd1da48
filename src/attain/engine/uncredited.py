"""What was sold and credits nobody: given to nobody by the plans that ask, or never asked, as no plan is in force.

Writes `uncredited`, key (event_type, event).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from attain.engine.compilation import Compilation
from attain.engine.stages.credit import credits
from attain.engine.stages.shape import create
from attain.plans.expressions import Name
from attain.plans.model import CreditSet, Plan


@dataclass(frozen=True)
class Reader:
    """A credit set of one version of a plan: what reads a fact type."""

    compilation: Compilation
    place: int
    name: str

    @property
    def plan(self) -> Plan:
        return self.compilation.versions[self.place]

    @property
    def rule(self) -> CreditSet:
        return self.plan.credits[self.name]

    def table(self, what: str) -> str:
        return self.compilation.name(self.place, what, self.name)

    def scale(self, what: str) -> object:
        return self.compilation.known[f"{what} scale {self.place} {self.name}"]

    @property
    def date(self) -> object:
        """The formula of the date."""
        return self.rule.date or Name((self.compilation.fact(self.rule.from_).schema.date,))


def write_uncredited(compilations: Sequence[Compilation], fact: str | None = None) -> None:
    """Of every fact type that a credit set reads, or of one."""
    readers = [
        Reader(item, place, name)
        for item in compilations
        for place, plan in enumerate(item.versions)
        for name, rule in plan.credits.items()
        if fact in (None, rule.from_)
    ]
    parts = [_NOTHING]
    for kind in dict.fromkeys(reader.rule.from_ for reader in readers):
        mine = [reader for reader in readers if reader.rule.from_ == kind]
        parts += [*_asked(compilations, kind, mine), _unasked(kind, mine)]
    create(compilations[0], "uncredited", " UNION ALL ".join(parts), "events without credit")


_NOTHING = """
SELECT '' AS event_type, '' AS event, NULL::DATE AS date, 0::HUGEINT AS amount, 1::HUGEINT AS amount_over,
       '' AS currency, '' AS reason
WHERE FALSE
"""


def _asked(compilations: Sequence[Compilation], kind: str, readers: Sequence[Reader]) -> Iterator[str]:
    """Events that pass a credit set's `when` somewhere and give no credit anywhere. As a rule there are none: only then
    is it asked who was named."""
    passing, named = [], []
    for turn, reader in enumerate(readers):
        words = {
            "amount": next(iter(reader.rule.named_amounts)),
            "over": reader.scale("amount"),
            "own": reader.plan.currency,
            "events": reader.table("events"),
        }
        passing.append(_PASSING.format(turn=turn, **words))
        named.append(_NAMED.format(recipients=reader.table("recipients"), **words))
    credited = []
    for item in compilations:
        for name in item.credit_sets(kind):
            credited.append(f'SELECT "@event" AS event FROM "{credits(item, name).table}"')
    target = f"uncredited:{kind}"
    words = {"passing": " UNION ALL ".join(passing), "credited": " UNION ALL ".join(credited)}
    create(compilations[0], target, _OPEN.format(**words), f"{kind} that pass and credit nobody")
    if compilations[0].database.value(f'SELECT COUNT(*) FROM "{target}"'):
        yield _WITH_REASON.format(kind=kind, target=target, named=" UNION ALL ".join(named))


_OPEN = """
WITH passing AS ({passing}),
lost AS (
    SELECT DISTINCT event FROM passing a WHERE NOT EXISTS (SELECT 1 FROM ({credited}) c WHERE c.event = a.event)
)
SELECT p.event, MIN(turn) AS turn, MIN_BY(date, turn) AS date, MIN_BY(amount, turn) AS amount,
       MIN_BY(amount_over, turn) AS amount_over, MIN_BY(currency, turn) AS currency
FROM passing p JOIN lost ON lost.event = p.event
GROUP BY p.event
"""
_WITH_REASON = """
SELECT '{kind}' AS event_type, p.event, p.date, p.amount, p.amount_over, p.currency,
       CASE WHEN r.named IS NULL THEN 'no recipient named' WHEN r.found = 0 THEN 'unknown payee' ELSE
           'nobody on a plan' END AS reason
FROM "{target}" p
LEFT JOIN (
    SELECT event, COUNT(*) AS named, COUNT(payee) AS found FROM ({named}) b
    WHERE event IN (SELECT event FROM "{target}") GROUP BY event
) r ON r.event = p.event
"""
_PASSING = """
SELECT "@event" AS event, "@date" AS date, "@amount:{amount}" AS amount,
       {over}::HUGEINT AS amount_over, '{own}' AS currency, {turn} AS turn
FROM "{events}" WHERE "@amount:{amount}" IS NOT NULL AND "@date" IS NOT NULL
"""
_NAMED = """
SELECT "@event" AS event, "@payee" AS payee FROM "{recipients}"
WHERE "@event" IN (SELECT "@event" FROM "{events}" WHERE "@amount:{amount}" IS NOT NULL AND "@date" IS NOT NULL)
"""


def _unasked(kind: str, readers: Sequence[Reader]) -> str:
    """Events for which no version that reads the type is in force, each by the date that it would use. They are shown
    as the first of them reads them, in their own currency."""
    first, *others = readers
    bounds = []
    for reader in readers:
        effective = reader.plan.effective
        inside = f"\"@date\" >= DATE '{effective.start}'"
        if effective.end is not None:
            inside += f" AND \"@date\" < DATE '{effective.end}'"
        bounds.append(f'("@date" IS NULL OR ({inside}))')
    unasked = f'SELECT * FROM "{first.table("all")}" WHERE NOT {bounds[0]}'
    for reader, asked in zip(others, bounds[1:], strict=True):
        unasked += f' AND "@event" NOT IN (SELECT "@event" FROM "{reader.table("all")}" WHERE {asked})'
    fact = first.compilation.fact(kind).schema
    date = 'a."@date"' if len({reader.date for reader in readers}) == 1 else f'f."{fact.date}"'
    return f"""
    SELECT '{kind}' AS event_type, a."@event" AS event, {date} AS date, CAST(a."@stated" AS HUGEINT) AS amount,
           {first.scale("stated")}::HUGEINT AS amount_over, a."@currency" AS currency, 'no plan in force' AS reason
    FROM ({unasked}) a JOIN "f:{kind}" f ON f."{fact.key}" = a."@event"
    WHERE {date} < DATE '{first.compilation.end}'
    """
