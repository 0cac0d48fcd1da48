"""The cast of these tests: one fact type, its description, and a way to read a few lines of CSV."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attain.facts.importing import Import, read_source
from attain.facts.mapping import Mapping, parse_mapping
from attain.facts.schema import FactType, parse_fact_type

DEALS = """
fact: deals
key: id
date: close_date
columns:
  id: text
  close_date: date
  amount: {type: money, places: 2, currency: currency}
  currency: {type: text, default: EUR}
  units: {type: number, places: 0, required: no}
  discount: {type: rate, required: no}
  owner: payee
  cancelled: {type: yes_no, default: no}
  stage: {type: text, required: no, choices: [won, lost]}
  reverses: {type: text, required: no}
reverses: reverses
"""

Read = Callable[..., Import]


@pytest.fixture(scope="session")
def deals() -> FactType:
    return parse_fact_type(DEALS, "facts/deals.yaml")


@pytest.fixture(scope="session")
def read(deals: FactType) -> Read:
    """Reads text or bytes in this process; `mapping` is the text of a mapping document."""

    def read_deals(content: str | bytes, mapping: str = "into: deals") -> Import:
        chosen: Mapping = parse_mapping(mapping, {"deals": deals})
        source = content.encode() if isinstance(content, str) else content
        return read_source(source, deals, chosen, trusted=True)

    return read_deals
