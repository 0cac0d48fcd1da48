"""Names and types of a whole plan: what every expression reads, and whether it can be computed.

How the parts share the work: `references` has the words (places, references, types), `names` says what one name stands
for at one place, `inference` which type an expression has, `structure` and `walk` go through the document. Here they
are put together: `bind` raises all that is wrong together, `looked_through` hands it back.
"""

from __future__ import annotations

from collections.abc import Mapping

from attain.facts.schema import FactType
from attain.kernel.errors import Finding, Findings, Where
from attain.kernel.periods import GREGORIAN, Calendar
from attain.plans.inference import Inference
from attain.plans.loader import Document
from attain.plans.mistakes import Path, in_words
from attain.plans.model import Plan
from attain.plans.names import Names
from attain.plans.structure import Structure
from attain.plans.walk import Walk

Calendars = Calendar | Mapping[str, Calendar]


def bind(plan: Plan | Document, fact_types: Mapping[str, FactType], calendar: Calendars = GREGORIAN) -> Inference:
    """The plan with all names resolved and types found; everything that is wrong is raised at once, as Findings."""
    bound, findings = looked_through(plan, fact_types, calendar)
    if findings:
        raise Findings(findings)
    return bound


def looked_through(
    plan: Plan | Document, fact_types: Mapping[str, FactType], calendar: Calendars = GREGORIAN
) -> tuple[Inference, list[Finding]]:
    """What `bind` does, without raising: for those who show findings beside other things."""
    content = plan.plan if isinstance(plan, Document) else plan

    def locate(path: Path) -> Where:
        return plan.where(*path) if isinstance(plan, Document) else Where(field=in_words(path) or None)

    chosen = _chosen(calendar, content.calendar)
    inference = Inference(Names(content, fact_types, chosen or GREGORIAN), locate)
    if chosen is None:
        inference.tell("plan.calendar", f"There is no calendar `{content.calendar}`.", None, ("calendar",))
    Structure(inference).check()
    Walk(inference).check()
    return inference, sorted(inference.findings, key=lambda finding: finding.where.line or 0)


def _chosen(calendar: Calendars, name: str | None) -> Calendar | None:
    if isinstance(calendar, Calendar):
        return calendar if name in (None, calendar.name) else None
    return calendar.get(name) if name is not None else next(iter(calendar.values()), GREGORIAN)
