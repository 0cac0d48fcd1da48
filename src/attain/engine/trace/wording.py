"""Explanations in English and German: sentences of a catalogue, and sums as people write them.

A number without an end, such as 1/3, is shown with a sign for "about"; the exact fraction stays in the data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from attain.engine.trace import english, german
from attain.engine.trace.arithmetic import COMPARISONS, Applied, Figure, Formula, Operation, Rounded, Shared
from attain.engine.trace.explanation import Name, Said, Source, Step, Term, Word
from attain.kernel.rounding import Rounding, round_fraction
from attain.plans.model import Plan
from attain.plans.prose import formats
from attain.plans.prose.formats import Language
from attain.plans.prose.speaker import Speaker

CATALOGUES: dict[str, dict[str, str]] = {"en": english.SENTENCES, "de": german.SENTENCES}
_SIGNS = {"*": "×", "/": "÷", "-": "−", "+": "+", "<>": "≠", "<=": "≤", ">=": "≥", "=": "=", "<": "<", ">": ">"}
_BINDS = {"or": 1, "and": 2, **dict.fromkeys(COMPARISONS, 3), "+": 4, "-": 4, "*": 5, "/": 5}
_ABOUT_PLACES = {"money": 6, "number": 8, "rate": 8}
_LONGEST = 10
"""More places than this are not typed into a calculator: the number is shown as about."""


class Voice:
    """Writes steps in one language."""

    def __init__(self, plan: Plan, language: Language) -> None:
        self.plan = plan
        self.language = language
        self.sentences = CATALOGUES[language]
        self.speaker = Speaker(plan, language)

    def lines(self, step: Step, mark: str = "- ", depth: int = 0) -> Iterator[str]:
        yield "    " * depth + mark + self.line(step)
        for inner in step.inside:
            yield from self.lines(inner, "- ", depth + 1)

    def line(self, step: Step) -> str:
        """`Pay: €60,000.00 × 4% = €2,400.00  [plans/ae.yaml:22]`"""
        text = self.label(step)
        if step.result is not None:
            result = self.figure(step.result)
            formula = "" if step.formula is None else self.formula(step.formula)
            if formula not in ("", result):
                text += f": {formula} {self._equals(step, result)}"
            else:
                # A sentence that has a colon already goes on with an arrow.
                text += f" → {result}" if ": " in re.sub(r"\([^)]*\)", "", text) else f": {result}"
        place = self.place(step)
        return f"{text}  [{place}]" if place else text

    def _equals(self, step: Step, result: str) -> str:
        if result.startswith("≈"):
            return result
        truth = step.result is not None and step.result.unit == "truth"
        return f"→ {result}" if truth else f"= {result}"

    def label(self, step: Step) -> str:
        words = {key: self.word(value) for key, value in step.words.items()}
        return self.sentences[step.kind].format(**words)

    def place(self, step: Step) -> str:
        parts = []
        if step.where is not None and step.where.line is not None:
            parts.append(
                f"{step.where.file}:{step.where.line}"
                if step.where.file
                else f"{self.say('place.line')} {step.where.line}"
            )
        if step.source is not None:
            parts.append(self.source(step.source))
        return "; ".join(parts)

    def source(self, source: Source) -> str:
        text = f"{source.table} {source.key}".strip()
        if source.batch is not None:
            text += f", {self.say('place.batch')} {source.batch}"
        return text if source.row is None else f"{text}, {self.say('place.row')} {source.row}"

    def say(self, key: str) -> str:
        return self.sentences[key]

    # -- words --

    def word(self, word: Word) -> str:
        match word:
            case str():
                return word
            case Figure():
                return self.figure(word)
            case Name(text=text, titles=titles):
                title = (
                    titles.get(self.language) or titles.get("en") or next(iter(titles.values()), text.replace("_", " "))
                )
                return formats.quoted(title, self.language)
            case Said(expression=expression, plan=plan, condition=condition):
                speaker = self.speaker if plan is self.plan else Speaker(plan, self.language)
                return speaker.condition(expression) if condition else speaker.words(expression)
            case Term(key=key):
                return self.say(key)

    # -- numbers --

    def figure(self, figure: Figure) -> str:
        value = figure.value
        if value is None:
            return self.say("missing")
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, date):
            return formats.day(value, self.language)
        if isinstance(value, str):
            return formats.quoted(value, self.language)
        about = self._about(value, figure.unit)
        return self._number(value, figure) if about is None else f"≈ {self._number(about, figure)}"

    def _about(self, value: Fraction, unit: str) -> Fraction | None:
        """A near decimal, for a number that does not end soon."""
        if (value * 10**_LONGEST).denominator == 1:
            return None
        places = _ABOUT_PLACES.get(unit, 6)
        return Fraction(round_fraction(value, places, Rounding.HALF_UP), 10**places)

    def _number(self, value: Fraction, figure: Figure) -> str:
        if figure.unit == "money":
            return formats.money(value, figure.currency or self.plan.currency, self.language)
        return formats.percent(value, self.language) if figure.unit == "rate" else formats.number(value, self.language)

    # -- sums --

    def formula(self, formula: Formula, around: int = 0) -> str:
        match formula:
            case Figure(value=value):
                text = self.figure(formula)
                return f"({text})" if around >= 4 and isinstance(value, Fraction) and value < 0 else text
            case Operation():
                return self._operation(formula, around)
            case Rounded(part=part, places=places, mode=mode):
                return self.say("formula.rounded").format(
                    value=self.formula(part), places=places, mode=self.say(f"rounding.{mode}")
                )
            case Shared(part=part):
                return self.formula(part)
            case Applied(function=function, parts=parts):
                return self._applied(function, [self.formula(part) for part in parts])

    def _operation(self, formula: Operation, around: int) -> str:
        binds = _BINDS[formula.sign]
        sign = _SIGNS.get(formula.sign) or self.say(f"formula.{formula.sign}")
        left = self.figure(formula.left) if isinstance(formula.left, Figure) else self.formula(formula.left, binds)
        right = self.formula(formula.right, binds + (1 if formula.sign in ("-", "/") else 0))
        text = f"{left} {sign} {right}"
        return f"({text})" if binds < around else text

    def _applied(self, function: str, parts: list[str]) -> str:
        if function == "one_of":
            return self.say("formula.one_of").format(value=parts[0], options=", ".join(parts[1:]))
        if function in ("least", "greatest", "coalesce"):
            return self.say(f"formula.{function}").format(parts="; ".join(parts))
        return self.say(f"formula.{function}").format(*parts)
