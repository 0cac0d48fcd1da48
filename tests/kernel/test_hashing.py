"""Fingerprints that leave nothing to the printer."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.hashing import canonical_json, hash_of, sha256_bytes, sha256_file

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(value=st.dictionaries(TEXT, PLAIN, max_size=6))
def test_the_order_of_keys_does_not_change_a_fingerprint(value: dict[str, Any]) -> None:
    assert hash_of(dict(reversed(value.items()))) == hash_of(value)


@given(one=PLAIN, other=PLAIN)
def test_one_spelling_for_one_value(one: Any, other: Any) -> None:
    # repr keeps apart what Python calls equal and JSON does not: True and 1.
    same = canonical_json(one) == canonical_json(other)
    assert same == (repr(_sorted(one)) == repr(_sorted(other)))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("wrong", [1.0, float("nan"), Decimal("1.0"), date(2026, 1, 1), b"x", {1}])
def test_what_has_no_single_spelling_is_refused_with_its_place(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"value\.tiers\[1\]\.rate"):
        hash_of({"tiers": [{"rate": "4%"}, {"rate": wrong}]})
    with pytest.raises(TypeError, match="key 1"):
        hash_of({"tiers": {1: "x"}})


def test_the_fingerprint_of_a_value_is_pinned_for_ever() -> None:
    spelled = b'{"a":["\xc3\xbc",-1,null],"b":true}'
    assert canonical_json({"b": True, "a": ("ü", -1, None)}) == spelled
    assert hash_of({"b": True, "a": ["ü", -1, None]}) == hashlib.sha256(spelled).hexdigest()


def test_a_file_has_the_fingerprint_of_its_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "facts").write_bytes(content)
    assert sha256_file(tmp_path / "facts") == sha256_bytes(content) == hashlib.sha256(content).hexdigest()
