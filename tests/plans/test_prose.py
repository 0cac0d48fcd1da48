"""A plan in words: three plans read in full in both languages, and nothing that moves money left unsaid. Capability
Q.9."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from pydantic import BaseModel

from attain.plans import model
from attain.plans.loader import load_plan
from attain.plans.model import Plan
from attain.plans.parser import parse
from attain.plans.prose import describe, english, english_fields, german, german_fields
from attain.plans.prose.formats import Language
from attain.plans.prose.speaker import Speaker
from tests.plans.described_plans import SCORED, SELLER, TEAM, rich

DESCRIBED = Path(__file__).parent / "described"
PLANS = {"seller": SELLER, "scored": SCORED, "team": TEAM}
LANGUAGES: tuple[Language, Language] = ("en", "de")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_reads_as_it_was_approved(name: str, language: Language) -> None:
    """Q.9: the expected pages were read aloud; a change of wording is a change of these files."""
    plan = load_plan(PLANS[name], file=f"{name}.yaml").plan
    expected = (DESCRIBED / f"{name}.{language}.md").read_text(encoding="utf-8")
    assert describe(plan, language).markdown() == expected


def test_both_catalogues_say_the_same_things() -> None:
    assert english.SENTENCES.keys() == german.SENTENCES.keys()
    assert english_fields.FIELDS.keys() == german_fields.FIELDS.keys()


def test_a_sentence_takes_the_same_words_in_both_languages() -> None:
    def taken(sentence: str) -> set[str | None]:
        return {part[1] for part in Formatter().parse(sentence) if part[1]}

    unequal = [key for key, sentence in english.SENTENCES.items() if taken(sentence) != taken(german.SENTENCES[key])]
    assert unequal == []


def test_every_key_of_a_document_has_a_name_for_readers() -> None:
    keys = {field.alias or name for part in _parts() for name, field in part.model_fields.items()}
    assert keys - english_fields.FIELDS.keys() == set()


def _parts() -> list[type[BaseModel]]:
    """Every part of a document that can move money: all but the tests and the whole of a fragment."""
    found = [item for item in vars(model).values() if isinstance(item, type) and issubclass(item, model.PlanPart)]
    return [part for part in found if part.__name__ not in ("PlanPart", "PlanTest", "Step", "Fragment", "Sections")]


# Completeness: whatever is changed in a rich plan changes its description.

OTHERWISE: dict[str, str | None] = {
    "plan": "richer", "period": "quarter", "for": "team", "against": "to_date", "among": "team", "leavers": "lost",
    "ties": "each", "retroactive": "yes", "position": "before", "border": "lower", "match": "unique",
    "mode": "half_even",
    "scope": "running", "split": "exact", "quota_change": "reset", "follows": "position", "negative_pay": "collect",
    "late_facts": "restatement", "excess": "carried", "crossing": "whole", "attainment": "kept", "every": "week",
    "currency": "USD", "count": "margins", "table": "factors", "each": "margins",
    "prorate": None, "relief": None, "once_per": None, "version_change": None,
}  # fmt: skip
BY_TEXT: dict[str, str] = {
    "rest": "30%", "hold": "zero", "top_up": "on_top", "flat": "extend", "year": "half", "month": "half",
    "quarter": "half",
    "payee month": "payee quarter", "payee quarter": "payee month", "manager": "team_head",
    "relationship.specialist": "relationship.engineer", "house@1": "house@2", "money": "number", "number": "money",
    "margins.margin": "margins.net", "sold": "margins",
}  # fmt: skip
NEVER_CHANGED = {"pays"}
"""How a component pays chooses its other keys; each way stands in the rich plan as a component of its own."""


def _leaves(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(part, str):
        yield path, part
    else:
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _leaves(value, (*path, key))


def _other(path: tuple[Any, ...], text: str) -> str | None:
    key = next(part for part in reversed(path) if isinstance(part, str))
    if path[:1] == ("inputs",) and key == "missing":
        return "50%"
    if key in OTHERWISE and not (key == "match" and path[0] == "settlement"):
        return OTHERWISE[key]
    if text in BY_TEXT:
        return BY_TEXT[text]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text.replace("2026", "2025" if key == "from" else "2027")
    if re.search(r"\d", text):
        return re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), text, count=1)
    return re.sub(r"'?$", lambda end: f"_x{end[0]}", text, count=1)


def _changed(path: tuple[Any, ...], text: str) -> dict[str, Any]:
    document = deepcopy(rich())
    place = document
    for part in path[:-1]:
        place = place[part]
    other = _other(path, text)
    if other is None:
        del place[path[-1]]
    else:
        assert other != text, path
        place[path[-1]] = other
    return document


LEAVES = [leaf for leaf in _leaves(rich()) if leaf[0][-1] not in NEVER_CHANGED or leaf[0][0] == "settlement"]


@pytest.mark.parametrize(("path", "text"), [pytest.param(*leaf, id=".".join(map(str, leaf[0]))) for leaf in LEAVES])
def test_whatever_changes_in_a_plan_changes_its_description(path: tuple[Any, ...], text: str) -> None:
    """Q.9: a description that stays the same while pay changes would be a false promise."""
    before, after = Plan.model_validate(rich()), Plan.model_validate(_changed(path, text))
    for language in LANGUAGES:
        assert describe(before, language).text() != describe(after, language).text(), language


def test_the_rich_plan_states_every_key_that_moves_money() -> None:
    stated: dict[str, set[str]] = {}
    pending: list[Any] = [Plan.model_validate(rich())]
    while pending:
        part = pending.pop()
        if isinstance(part, BaseModel):
            stated.setdefault(type(part).__name__, set()).update(part.model_fields_set)
            pending.extend(getattr(part, name) for name in type(part).model_fields)
        elif isinstance(part, dict):
            pending.extend(part.values())
        elif isinstance(part, tuple):
            pending.extend(part)
    silent = {"title", "was", "tests", "clause"}
    for kind in _parts():
        missing = set(kind.model_fields) - stated.get(kind.__name__, set()) - silent
        assert missing == set(), kind.__name__


@pytest.mark.parametrize(
    ("formula", "in_english", "in_german"),
    [
        ("15% of quota", "15% of “quota”", "15\N{NO-BREAK SPACE}% von „quota“"),
        (
            "least(2% of booked.attainment, 5000)",
            "the smaller of (2% of the attainment of “booked”) and 5,000",
            "die kleinere Zahl aus (2\N{NO-BREAK SPACE}% von der Zielerreichung von „booked“) und 5.000",
        ),
        ("(a + b) * c", "(“a” plus “b”) times “c”", "(„a“ plus „b“) mal „c“"),
        ("a - (b - c)", "“a” minus (“b” minus “c”)", "„a“ minus („b“ minus „c“)"),
        ("a + b * c", "“a” plus (“b” times “c”)", "„a“ plus („b“ mal „c“)"),
        ("a / b / c", "“a” divided by “b” divided by “c”", "„a“ geteilt durch „b“ geteilt durch „c“"),
        ("coalesce(a, 0)", "“a” (if missing: 0)", "„a“ (falls nicht vorhanden: 0)"),
        (
            "if(new_logo, 10%, 5%)",
            "10% if “new logo” is yes; otherwise 5%",
            "10\N{NO-BREAK SPACE}%, wenn zutrifft: „new logo“ ist ja; sonst 5\N{NO-BREAK SPACE}%",
        ),
        (
            "x is null or y in ('a', 'b')",
            "“x” is missing, or “y” is “a” or “b”",
            "„x“ fehlt, oder „y“ ist „a“ oder „b“",
        ),
        (
            "(a or b) and not c",
            "(“a” is yes, or “b” is yes), and “c” is no",
            "(„a“ ist ja, oder „b“ ist ja), und „c“ ist nein",
        ),
        ("add_days(close_date, 30)", "the day 30 days after “close date”", "das Datum 30 Tage nach „close date“"),
        ("date '2026-01-31'", "31 January 2026", "31.01.2026"),
        ("-1234.5", "-1,234.5", "-1.234,5"),
    ],
)
def test_formulas_have_words(formula: str, in_english: str, in_german: str) -> None:
    """A.16."""
    plan = load_plan(SELLER, file="seller.yaml").plan
    assert Speaker(plan, "en").words(parse(formula)) == in_english
    assert Speaker(plan, "de").words(parse(formula)) == in_german


def test_every_function_has_words() -> None:
    calls = {
        "days_between(a, b)", "months_between(a, b)", "months_touched(a, b)", "add_days(a, 1)", "add_months(a, "
        "1)", "year(a)",
        "month(a)", "quarter(a)", "day(a)", "lower(a)", "starts_with(a, 'x')", "lookup(t, a)", "lookup(t.c, "
        "a)", "whole(t, a)",
        "marginal(t, a, b)", "curve(t, "
        "a)", "previous(a)", "sum(a)", "count()", "min(a)", "max(a)", "abs(a)", "round(a, 2)",
        "greatest(a, b)", "greatest(a, b, c)", "least(a, b, c)", "coalesce(a, b, c)", "coalesce(a)",
    }  # fmt: skip
    plan = load_plan(SELLER, file="seller.yaml").plan
    for language in LANGUAGES:
        words = [Speaker(plan, language).words(parse(call)) for call in calls]
        assert len(set(words)) == len(calls)
        assert not any("{" in said or "(a" in said for said in words)


def test_an_example_follows_its_rate() -> None:
    """Q.9: change a rate and the worked example changes with it, to the cent."""
    plan = load_plan(SELLER.replace("rate: 9%", "rate: 12.5%"), file="seller.yaml").plan
    assert "12.5% of €20,000.00 = €2,500.00; together €7,500.00." in describe(plan, "en").markdown()


def test_money_keeps_the_places_that_it_has() -> None:
    plan = load_plan(SELLER, file="seller.yaml").plan
    assert Speaker(plan, "de").money(Fraction("0.125")) == "0,125\N{NO-BREAK SPACE}€"
    assert Speaker(plan, "en").money(Fraction(1, 3)) == "1/3\N{NO-BREAK SPACE}EUR"


def test_text_of_a_plan_is_no_markup() -> None:
    plan = load_plan(SELLER.replace("'Nova'", "'<b>*Nova*'"), file="seller.yaml").plan
    assert "“\\<b>\\*Nova\\*”" in describe(plan, "en").markdown()
