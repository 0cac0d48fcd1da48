"""One who speaks a language about one plan: catalogue sentences, names, numbers and formulas in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from attain.plans.constants import Constants
from attain.plans.expressions import Expr, Name
from attain.plans.model import Plan
from attain.plans.prose import english, english_fields, formats, german, german_fields
from attain.plans.prose.formats import Language
from attain.plans.prose.formulas import Kind, condition_in_words, in_words
from attain.plans.scalars import Delay, Over, Per

CATALOGUES: dict[str, dict[str, str]] = {"en": english.SENTENCES, "de": german.SENTENCES}


class Speaker:
    def __init__(self, plan: Plan, language: Language) -> None:
        self.plan = plan
        self.language = language
        self.sentences = CATALOGUES[language]
        self.fields = english_fields.FIELDS if language == "en" else german_fields.FIELDS
        self.constants = Constants.of(plan)

    def say(self, key: str, **words: str) -> str:
        return self.sentences[key].format(**words)

    def has(self, key: str) -> bool:
        return key in self.sentences

    def name(self, text: str) -> str:
        """A name of the plan or a column, in quotes: `new_business` is “new business”."""
        component = self.plan.components.get(text)
        if component is not None and component.title:
            return formats.quoted(self.title(component.title, text), self.language)
        return formats.quoted(text.replace("_", " "), self.language)

    def title(self, words: dict[str, str], otherwise: str) -> str:
        return words.get(self.language) or words.get("en") or next(iter(words.values()), otherwise.replace("_", " "))

    def money(self, value: Fraction) -> str:
        return formats.money(value, self.plan.currency, self.language)

    def percent(self, value: Fraction) -> str:
        return formats.percent(value, self.language)

    def number(self, value: Fraction, kind: Kind = "number") -> str:
        if kind == "money":
            return self.money(value)
        return self.percent(value) if kind == "rate" else formats.number(value, self.language)

    def listed(self, items: Sequence[str], *, either: bool = False) -> str:
        return formats.listed(items, self.language, either=either)

    whole = Fraction(1)

    def condition(self, test: Expr) -> str:
        return condition_in_words(test, self)

    def words(self, formula: Expr, kind: Kind = "plain") -> str:
        return in_words(formula, self, kind)

    def window(self, over: Over | None) -> str:
        """`in the year`; without a window the pay period."""
        if over is None:
            return self.say(f"window.{self.plan.period}")
        if over.kind == "rolling":
            return self.say("window.rolling", months=str(over.months))
        if over.kind == "column":
            return self.say("window.column", column=self.name(over.column or ""))
        return self.say(f"window.{over.kind}")

    def grain(self, per: Per) -> str:
        return self.say(f"grain.{per.subject}", kind=self.say(f"kind.{per.kind}"))

    def delay(self, delay: Delay, *, after: bool = False) -> str:
        """`6 months`; `after` is the form behind "after", which differs in German."""
        key = "delay_after" if after else "delay"
        return self.say(f"{key}.{delay.unit}.{'one' if delay.count == 1 else 'many'}", count=str(delay.count))

    def after_of(self, words: str) -> str:
        return english.after_of(words) if self.language == "en" else german.after_of(words)

    def of(self, formula: Expr, kind: Kind = "plain") -> str:
        """The formula in words, as it stands behind "of"."""
        return self.after_of(self.words(formula, kind))

    def kind_of(self, expression: Expr, credit_set: str | None = None) -> Kind:
        """Whether the value is read as a percentage, as money or as a plain number, as far as the document tells."""
        found = self.constants.resolved(expression)
        if not isinstance(found, Name):
            return "plain"
        measure = self.plan.measures.get(found.parts[0])
        if measure is not None:
            if len(found.parts) > 1 and found.parts[1].startswith("attainment"):
                return "rate"
            return "number" if measure.count else "money"
        if found.parts[0] == "credit" and found.parts[-1] == "amount":
            return "money"
        source = self.plan.credits.get(credit_set or "")
        if source is not None and found in source.named_amounts.values():
            return "money"
        return "plain"
