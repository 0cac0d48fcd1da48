"""The reference of the plan language stays complete and true: what a document may hold is in it, and its examples pay.

A key, choice, function or code counts as documented when it stands in the page as code: in a fence or in backticks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

import attain.checker.book
import attain.engine.answers
import attain.engine.untouched
from attain.checker.recipients import Unheard
from attain.checker.recompute import recompute
from attain.engine import calculate
from attain.facts.schema import load_fact_types
from attain.facts.strict_yaml import parse_yaml
from attain.kernel.periods import GREGORIAN
from attain.plans import model
from attain.plans.fields import PlanPart
from attain.plans.loader import load_plan
from attain.plans.parser import FUNCTIONS
from attain.plans.plan_tests import Calculate, run_tests

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plan-language.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FENCES = re.compile(r"^```\w*\n.*?^```$", re.MULTILINE | re.DOTALL)
LONGEST_LINE = 120
DEALS = """\
fact: deals
key: id
date: close_date
columns: {id: text, close_date: date, amount: {type: money, currency: EUR}, owner: payee}
"""
PAYMENTS = """\
fact: payments
key: id
date: paid_on
columns: {id: text, paid_on: date, deal: text, amount: {type: money, currency: EUR}}
relations: {deal: deals}
"""


@cache
def written() -> frozenset[str]:
    """Every word that stands in the page as code."""
    spans = re.findall(r"`([^`\n]+)`", FENCES.sub("", PAGE))
    return frozenset(re.findall(r"\w+", " ".join([*spans, *FENCES.findall(PAGE)])))


def parts(part: type[PlanPart] = PlanPart) -> Iterator[type[PlanPart]]:
    for below in part.__subclasses__():
        yield below
        yield from parts(below)


def keys() -> Iterator[tuple[str, str]]:
    for part in parts():
        for name, field in part.model_fields.items():
            yield part.__name__, field.alias or name


def choices(annotation: Any) -> Iterator[str]:
    """The words among which a field lets one choose, however deep they stand in its type."""
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from (choice.value for choice in annotation)
    else:
        for inner in get_args(annotation):
            if not (isinstance(inner, type) and issubclass(inner, PlanPart)):
                yield from choices(inner)


def codes_of_the_checker() -> set[str]:
    """What is handed to `exception(code, …)` and to `_refuse(event, on, code, …)`."""
    place = {"exception": 0, "_refuse": 2}
    found = set()
    for path in Path(attain.checker.book.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in place:
                code = node.args[place[node.func.attr]]
                found |= {code.value} if isinstance(code, ast.Constant) else set()
    return {str(code) for code in found}


def codes_of_the_engine() -> set[str]:
    """What its queries write into the column `code`."""
    modules = (attain.engine.answers, attain.engine.untouched)
    text = "\n".join(Path(module.__file__).read_text(encoding="utf-8") for module in modules)
    found = re.findall(r"((?:CASE(?:(?! AS code|CASE).)*?END)|'\w+') AS code", text, re.DOTALL)
    return {code for part in found for code in re.findall(r"(?:THEN |ELSE |^)'(\w+)'", part)}


def test_every_key_of_a_document_is_described() -> None:
    assert len(list(keys())) > 150
    assert not [f"{part}.{key}" for part, key in keys() if key not in written()]


def test_every_choice_is_described() -> None:
    said = {
        (part.__name__, name, choice)
        for part in parts()
        for name, field in part.model_fields.items()
        for choice in choices(field.annotation)
    }
    assert {("Policies", "split", "cents"), ("RoundingPolicy", "mode", "half_even")} <= said
    assert not [entry for entry in sorted(said) if entry[2] not in written()]


def test_every_policy_stands_in_the_table_of_policies_with_its_choices() -> None:
    table = PAGE.partition("\n## Policies\n")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))
    assert set(rows) == set(model.Policies.model_fields)
    for name, field in model.Policies.model_fields.items():
        assert not [choice for choice in choices(field.annotation) if choice not in rows[name]]


def test_every_function_stands_in_the_table_of_functions() -> None:
    table = PAGE.partition("\n### Functions\n")[2].partition("\n### ")[0]
    assert set(re.findall(r"`(\w+)\(", table)) == {*FUNCTIONS, "if"}


def test_every_code_and_reason_of_what_is_not_paid_is_described() -> None:
    section = PAGE.partition("\n## What is listed instead of paid\n")[2].partition("\n## ")[0]
    described = set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
    assert codes_of_the_checker() == codes_of_the_engine() >= {"held", "date_missing"}
    assert described == codes_of_the_checker() | set(Unheard.REASONS) - {"credited"}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0][:40])
def test_every_block_is_strict_yaml(block: str) -> None:
    parse_yaml(block, "docs/plan-language.md")


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    headings = [
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", FENCES.sub("", PAGE), re.MULTILINE)
    ]
    assert not [link for link in re.findall(r"\]\(#([^)]+)\)", PAGE) if link not in headings]


def test_sentences_fit_into_a_line() -> None:
    prose = [line for line in FENCES.sub("", PAGE).splitlines() if not line.startswith("|")]
    assert not [line for line in prose if len(line) > LONGEST_LINE]


# Worked examples


def worked() -> tuple[str, list[str]]:
    """The beginning that all examples share, and the examples."""
    part = PAGE.partition("\n## Worked examples\n")[2]
    frame, *examples = re.findall(r"^```yaml\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)
    return frame, examples


def outcome(document: str, calculated: Calculate, folder: Path) -> str:
    for name, text in (("deals", DEALS), ("payments", PAYMENTS)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    plan = load_plan(document, "docs/plan-language.md")
    results = run_tests([plan], load_fact_types(folder), {GREGORIAN.name: GREGORIAN}, calculated)
    assert results
    return "\n".join(str(result) for result in results if not result.passed)


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
@pytest.mark.parametrize("number", range(len(worked()[1])))
def test_a_worked_example_pays_what_it_says(number: int, calculated: Calculate, tmp_path: Path) -> None:
    frame, examples = worked()
    assert len(examples) == 4
    assert not outcome(frame + examples[number], calculated, tmp_path)


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
def test_the_table_of_quota_changes_is_true(calculated: Calculate, tmp_path: Path) -> None:
    """A.12: 120,000 in March, 60,000 in September; 100,000 and from July 150,000; 5 % up to the quota, then 10 %."""
    rows = re.findall(r"^\| `(on_event|prorated|reset)` \| ([\d.]+) \| ([\d.]+) \|", PAGE, re.MULTILINE)
    assert len(rows) == 3
    frame, examples = worked()
    (example,) = [example for example in examples if "raised" in example]
    for policy, march, september in rows:
        document = frame.replace("quota_change: on_event", f"quota_change: {policy}") + example.replace(
            "{id: H1, close_date: 2026-03-10, amount: 60000}", "{id: H1, close_date: 2026-03-10, amount: 120000}"
        )
        expected = f"expect:\n      with_the_quota_of_the_day: {{H1: {march}, H2: {september}}}\n"
        assert not outcome(document.partition("expect:")[0] + expected, calculated, tmp_path), policy


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
def test_the_plan_that_changes_pays_what_it_says(calculated: Calculate, tmp_path: Path) -> None:
    """A.14: sums, a window's limit, an entitlement and a component's name go on from one version to the next."""
    part = PAGE.partition("\n## A plan that changes\n")[2].partition("\n## ")[0]
    first, second = re.findall(r"^```yaml\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)
    head, policies = first.partition("policies:")[::2]
    common = re.sub(r"^(version|effective|measures|components):.*\n(?:  .*\n)*", "", head, flags=re.MULTILINE)
    documents = [load_plan(first, "first"), load_plan(f"{common}policies:{policies}{second}", "second")]
    for name, text in (("deals", DEALS), ("payments", PAYMENTS)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    results = run_tests(documents, load_fact_types(tmp_path), {GREGORIAN.name: GREGORIAN}, calculated)
    assert [str(result) for result in results if not result.passed] == [] and len(results) == 1
