"""A plan in words: what a seller reads, made from the document and from nothing else.

Every key that moves money is said, in English or German; the sentences are in `english` and `german`, and no sentence
is made anywhere else. Rate tables are shown as tables, with an example that is computed from the table.
"""

from __future__ import annotations

from attain.plans.model import Plan
from attain.plans.prose import components, frame, settlement
from attain.plans.prose.formats import Language
from attain.plans.prose.speaker import Speaker
from attain.plans.prose.structure import Block, Bullets, Paragraph, Prose, Rows, Section


def describe(plan: Plan, language: Language = "en") -> Prose:
    """The whole plan in words. Fragments must have been merged in, as `attain.plans.loader` does."""
    speaker = Speaker(plan, language)
    title = speaker.say("title", title=speaker.title(plan.title, plan.plan.replace("-", " ")), version=plan.version)
    sections = (*frame.chapters(speaker), *components.chapters(speaker), *settlement.chapters(speaker))
    return Prose(title, language, sections)


__all__ = ["Block", "Bullets", "Language", "Paragraph", "Prose", "Rows", "Section", "describe"]
