"""Whatever is handed in as a plan: a clean document, or findings that say file, line and reason. Capability A.16."""

from __future__ import annotations

import os
import time

import pytest

from attain.kernel.errors import AttainError, Finding, Findings
from attain.plans.loader import load_plan
from attain.plans.scope import bind
from tests.plans.fuzz import mutated
from tests.plans.sound_plan import FACT_TYPES

SOAK_PLANS = int(os.environ.get("ATTAIN_SOAK_PLANS", "10000"))
SLOWEST = 1.0
"""Seconds of the processor for one document, whatever is in it."""


def judged(seed: int) -> bool:
    """Whether the document of this seed was refused; a refusal without place or reason fails here."""
    started = time.process_time()
    refused = False
    try:
        bind(load_plan(mutated(seed), "plans/any.yaml"), FACT_TYPES)
    except AttainError as problem:
        refused = True
        told = problem.findings if isinstance(problem, Findings) else ()
        for fault in told or (Finding("error", problem.code, problem.message, problem.where, problem.hint),):
            assert fault.where.file == "plans/any.yaml", (seed, fault)
            assert fault.where.line is not None, (seed, fault)
            assert len(fault.message) > 10 and "Traceback" not in fault.message, (seed, fault)
            assert "Input should" not in fault.message, (seed, fault)
    except Exception as crash:
        raise AssertionError(f"document {seed} ended in {type(crash).__name__}: {crash}") from crash
    assert time.process_time() - started < SLOWEST, f"document {seed} took too long"
    return refused


def test_three_hundred_damaged_documents_are_read_or_refused_with_reasons() -> None:
    refused = sum(judged(seed) for seed in range(300))
    assert 200 < refused < 300, "most are refused, and some changes leave a sound plan"


@pytest.mark.soak
def test_ten_thousand_damaged_documents_are_read_or_refused_with_reasons() -> None:
    assert sum(judged(seed) for seed in range(300, 300 + SOAK_PLANS)) > SOAK_PLANS / 2
