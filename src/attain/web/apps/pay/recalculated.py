"""A plan of a run calculated once more, from exactly what the run read: for values that a run does not keep.

Whoever asks why one line is what it is asks about the next one soon. So the last calculations are kept, each for one
user at a time; they stay right for ever, because a run never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import pyarrow as pa

from attain.engine import Calculation, calculate
from attain.engine.groups import is_separable
from attain.engine.narrowing import for_payees
from attain.engine.sql import text
from attain.kernel.errors import NotFound
from attain.kernel.intervals import Interval
from attain.plans.loader import Document
from attain.web.workspace import Workspace

from .calculating import stored
from .models import Run
from .selectors import frozen_of

MOST_KEPT = 6
MOST_FACTS = 200_000
"""A plan that shares among payees is calculated for all of them; of more facts than these it would hold too much."""
EVERYBODY = ""
"""Stands for the payee in what was calculated for all of them."""
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Recalculated:
    plans: tuple[Document, ...]
    calculation: Calculation
    payee: str
    """Whom it is about; or everybody, where the plan shares among payees."""
    is_small: bool


_kept: OrderedDict[Key, Recalculated] = OrderedDict()
_guard = Lock()


@contextmanager
def recalculated(workspace: Workspace, run: Run, plan: str, payee: str) -> Iterator[Recalculated]:
    """The plan as the run calculated it, with all that can be asked about this payee.

    It is made of the events that the run credited to them, where the plan shares nothing among payees.
    """
    with _guard:
        found = (_kept.pop((run.manifest_hash, plan, whom), None) for whom in (payee, EVERYBODY))
        mine = next(filter(None, found), None)
    mine = mine or _calculated(workspace, run, plan, payee)
    try:
        yield mine
    except BaseException:
        mine.calculation.close()
        raise
    _keep((run.manifest_hash, plan, mine.payee), mine)


def _keep(key: Key, mine: Recalculated) -> None:
    with _guard:
        too_many = [_kept.pop(key)] if key in _kept else []  # somebody asked the same at the same time
        if mine.is_small:
            _kept[key] = mine
        else:
            too_many.append(mine)
        while len(_kept) > MOST_KEPT:
            too_many.append(_kept.popitem(last=False)[1])
    for one in too_many:
        one.calculation.close()


def _calculated(workspace: Workspace, run: Run, plan: str, payee: str) -> Recalculated:
    frozen = frozen_of(workspace, run.pk)
    documents = tuple(document for document in frozen.plans if document.plan.plan == plan)
    if not documents:
        raise NotFound(f"{run} did not use the plan {plan}.", code="plans.unknown")
    plans, span = [document.plan for document in documents], Interval(run.starts_on, run.ends_on)
    if not is_separable(plans):
        is_small = sum(map(len, frozen.snapshot.facts.values())) <= MOST_FACTS
        return Recalculated(frozen.plans, calculate(plans, frozen.snapshot, span), EVERYBODY, is_small)
    only = f"payee = {text(payee)}"
    narrowed = for_payees(frozen.snapshot, plans, [payee], _events(workspace, run, documents, payee))
    return Recalculated(frozen.plans, calculate(plans, narrowed, span, only=only), payee, True)


def _events(workspace: Workspace, run: Run, documents: Sequence[Document], payee: str) -> dict[str, pa.Array]:
    """What the run credited to them by this plan, by fact type."""
    events: dict[str, list[str]] = {rule.from_: [] for each in documents for rule in each.plan.credits.values()}
    plan = documents[0].plan.plan
    for row in stored(workspace, run).table("credits", ("event_type", "event"), payee=payee, plan=plan).to_pylist():
        events[row["event_type"]].append(row["event"])
    return {fact: pa.array(keys, pa.string()) for fact, keys in events.items()}
