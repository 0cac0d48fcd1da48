"""The difference of two versions for readers: a table of before and after, and a sentence for each change."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel

from attain.plans.difference import Change
from attain.plans.expressions import Expr
from attain.plans.mistakes import Path
from attain.plans.model import Plan
from attain.plans.prose import formats
from attain.plans.prose.formats import Language
from attain.plans.prose.formulas import Kind
from attain.plans.prose.speaker import Speaker
from attain.plans.prose.structure import Rows
from attain.plans.scalars import Delay, Over, Per

_NAMED = ("components", "credits", "measures", "values", "tables", "parameters", "inputs", "triggers")
_MONEY = {"amount", "budget", "limit", "keeps", "per_unit", "prizes"}
_RATE = {"rate", "factor", "share"}


def change_rows(changes: list[Change], old: Plan, new: Plan, language: Language = "en") -> Rows:
    """One row a change: the place, before, after, and whether it can move money."""
    before, after = Speaker(old, language), Speaker(new, language)
    head = tuple(after.say(f"difference.{key}") for key in ("place", "before", "after", "money"))
    rows = tuple(
        (
            place(change.path, after),
            _said(before, change.path, change.before) or "–",
            _said(after, change.path, change.after) or "–",
            after.say("yes" if change.moves_money else "no"),
        )
        for change in changes
    )
    return Rows(head, rows)


def change_sentences(changes: list[Change], old: Plan, new: Plan, language: Language = "en") -> list[str]:
    """Each change as a sentence; one sentence that says so when there is none."""
    before, after = Speaker(old, language), Speaker(new, language)
    sentences = []
    for change in changes:
        was, now = _said(before, change.path, change.before), _said(after, change.path, change.after)
        words = {"place": place(change.path, after)}
        if change.kind == "changed":
            sentence = after.say("difference.changed", before=was, after=now, **words)
        elif change.kind == "added":
            sentence = after.say("difference.added", after=now, **words)
        else:
            sentence = after.say("difference.removed", before=was, **words)
        sentences.append(sentence[:1].upper() + sentence[1:])
    return sentences or [after.say("difference.none")]


def place(path: Path, speaker: Speaker) -> str:
    """`component “commission”, tier 3, rate`: lists count from one."""
    words: list[str] = []
    parts = list(path)
    while parts:
        part = parts.pop(0)
        following = parts[0] if parts else None
        if isinstance(part, int):
            words.append(str(part + 1))
        elif isinstance(following, int):
            words.append(f"{_field(part, speaker)} {int(parts.pop(0)) + 1}")
        elif part in _NAMED and following is not None:
            name = str(parts.pop(0))
            words.append(f"{_field(part, speaker)} {formats.quoted(name.replace('_', ' '), speaker.language)}")
        elif part == "to":
            words.append(_field("border_to", speaker))
        elif not (part in ("settlement", "policies") and following is not None):
            words.append(_field(part, speaker))
    return ", ".join(words)


def _field(part: str, speaker: Speaker) -> str:
    return speaker.fields.get(part, part.replace("_", " "))


def _said(speaker: Speaker, path: Path, value: Any) -> str:
    """A part of the document in a few words."""
    field = next((part for part in reversed(path) if isinstance(part, str)), "")
    match value:
        case None:
            return ""
        case Expr():
            return (
                speaker.condition(value)
                if field in ("when", "where", "gate", "while", "participants")
                else speaker.words(value, _kind(path, field))
            )
        case bool():
            return speaker.say("yes" if value else "no")
        case date():
            return formats.day(value, speaker.language)
        case Delay():
            return speaker.delay(value)
        case Over():
            return speaker.window(value)
        case Per():
            return speaker.grain(value)
        case BaseModel():
            return _part(speaker, path, value)
        case dict():
            return "; ".join(
                f"{_field(str(key), speaker)} {_said(speaker, (*path, str(key)), item)}" for key, item in value.items()
            )
        case tuple():
            return ", ".join(_said(speaker, (*path, place), item) for place, item in enumerate(value))
    return str(value).replace("_", " ")


def _kind(path: Path, field: str) -> Kind:
    if field in _RATE:
        return "rate"
    return "money" if field in _MONEY and path[0] != "values" else "plain"


def _part(speaker: Speaker, path: Path, part: BaseModel) -> str:
    """The keys that the part states, each with its value."""
    stated = []
    for name, field in type(part).model_fields.items():
        value, key = getattr(part, name), field.alias or name
        if value is None or value == field.get_default(call_default_factory=True) or value in ("", (), {}):
            continue
        word = _field("border_to" if key == "to" and isinstance(value, Expr) else key, speaker)
        stated.append(f"{word}: {_said(speaker, (*path, key), value)}")
    return "; ".join(stated)
