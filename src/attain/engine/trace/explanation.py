"""An explanation is data: steps, each with its sum in numbers, the exact result, its clause and its source row.

Nothing in it is in a language. `text` writes it in English or German; `faults` works every sum out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from attain.engine.trace.arithmetic import Figure, Formula, Scalar
from attain.kernel.errors import Where
from attain.plans.expressions import Expr
from attain.plans.model import Plan
from attain.plans.prose.formats import Language


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the plan, with the title that a language shows instead of it."""

    text: str
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """An expression of the plan, to be said in words."""

    expression: Expr
    plan: Plan
    condition: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A word that each language has its own form of: the name of a sentence of the catalogue."""

    key: str


Word: TypeAlias = Figure | Name | Said | Term | str


@dataclass(frozen=True, slots=True)
class Source:
    """A row of a fact type or of a table of decisions."""

    table: str
    key: str
    batch: str | None = None
    row: int | None = None

    def as_dict(self) -> dict[str, Any]:
        found = {"table": self.table, "key": self.key, "batch": self.batch, "row": self.row}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation. `kind` names its sentence in the catalogues; `words` fill the sentence."""

    kind: str
    words: Mapping[str, Word] = field(default_factory=dict)
    formula: Formula | None = None
    result: Figure | None = None
    where: Where | None = None
    source: Source | None = None
    inside: tuple[Step, ...] = ()

    @property
    def exact(self) -> Scalar:
        return None if self.result is None else self.result.value

    def all(self) -> Iterator[Step]:
        """This step and all below it."""
        yield self
        for step in self.inside:
            yield from step.all()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a line, or a payment, has its amount, which is read from the result table."""

    plan: Plan
    title: Step
    amount: Figure
    steps: tuple[Step, ...]
    result: Step
    """The step whose result is the amount."""

    def all_steps(self) -> Iterator[Step]:
        yield self.title
        for step in self.steps:
            yield from step.all()

    def faults(self) -> Iterator[str]:
        """Every sum that does not give what the calculation has."""
        for step in self.all_steps():
            if step.formula is not None and step.result is not None and step.formula.worth() != step.result.value:
                yield f"{step.kind}: {step.formula.worth()} instead of {step.result.value}"
        if self.result.exact != self.amount.value:
            yield f"the last step: {self.result.exact} instead of {self.amount.value}"
        if not any(step is self.result for step in self.all_steps()):
            yield "the last step is not among the steps"

    def proves(self) -> bool:
        """Whether the derivation, worked out again, gives the amount to the cent."""
        return not list(self.faults())

    def text(self, language: Language = "en") -> str:
        from attain.engine.trace.wording import Voice

        voice = Voice(self.plan, language)
        lines = [voice.line(self.title)]
        for number, step in enumerate(self.steps, start=1):
            lines += ["", *voice.lines(step, f"{number}. ")]
        return "\n".join(lines) + "\n"

    def as_dict(self) -> dict[str, Any]:
        from attain.engine.trace.wording import Voice

        voices = {language: Voice(self.plan, language) for language in _LANGUAGES}
        return {
            "plan": self.plan.plan,
            "version": self.plan.version,
            "title": {language: voice.label(self.title) for language, voice in voices.items()},
            "amount": {"exact": plain(self.amount.value), **_shown(self.amount, voices)},
            "proves": self.proves(),
            "steps": [_as_dict(step, voices) for step in self.steps],
        }


_LANGUAGES: tuple[Language, Language] = ("en", "de")


def plain(value: Scalar) -> str | bool | None:
    """A value as text that loses nothing: a fraction in lowest terms, a date as written in documents."""
    if value is None or isinstance(value, bool | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(Fraction(value))


def _shown(figure: Figure, voices: Mapping[Language, Any]) -> dict[str, Any]:
    return {"shown": {language: voice.figure(figure) for language, voice in voices.items()}}


def _as_dict(step: Step, voices: Mapping[Language, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": step.kind,
        "label": {language: voice.label(step) for language, voice in voices.items()},
    }
    if step.formula is not None:
        formula = step.formula
        found["formula"] = {language: voice.formula(formula) for language, voice in voices.items()}
    if step.result is not None:
        found["exact"] = plain(step.result.value)
        found |= _shown(step.result, voices)
    if step.where is not None and step.where.is_known:
        found["where"] = step.where.as_dict()
    if step.source is not None:
        found["source"] = step.source.as_dict()
    if step.inside:
        found["steps"] = [_as_dict(inner, voices) for inner in step.inside]
    return found
