"""The fast judgement of whole columns and the slow one of single texts agree on every text."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.facts.columns import converted
from attain.facts.schema import Column
from attain.facts.values import Form, Value, ValueRefused, typed

COLUMNS = [
    Column("a", "money", 2, currency="EUR"),
    Column("a", "money", 0, currency="JPY"),
    Column("a", "number", 6, minimum=Decimal(-5), maximum=Decimal(5)),
    Column("a", "number", 12, precision=24),
    Column("a", "rate", 6),
    Column("a", "integer"),
    Column("a", "date"),
    Column("a", "yes_no"),
    Column("a", "text"),
    Column("a", "payee"),
    Column("a", "currency"),
    Column("a", "text", choices=("won", "lost")),
]
FORMS = [
    Form(),
    Form(",", ".", "dd.mm.yyyy", spare_zeros=True, true_words=frozenset({"ja"}), false_words=frozenset({"nein"})),
    Form(".", "'", "mm/dd/yyyy"),
    Form(",", " ", "yyyymmdd"),
]
NUMBERS = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "-", "+", "--", " "]),
    st.sampled_from(
        ["0", "7", "007", "1234", "1.234", "1,234", "1'234", "1 234", "99999999999999", "999999999999999", "9" * 25, ""]
    ),
    st.sampled_from(["", ".", ",", ".5", ",5", ".50", ".500", ",1234567", ".000001", "e5"]),
    st.sampled_from(["", "0", "00"]),
    st.sampled_from(["", "%", " %", " ", "\n", "x"]),
)
DATES = st.builds(
    "{:04}{}{:02}{}{:02}".format,
    st.integers(1895, 2205),
    st.sampled_from("-./"),
    st.integers(0, 13),
    st.sampled_from("-./"),
    st.integers(0, 32),
)
WORDS = st.sampled_from(["yes", "no", "ja", "nein", "EUR", "eur", "won", "lost", "NaN", "inf", "１２", "²", "x" * 4001])
SHORT_DATES = st.sampled_from(["02.03.2026", "31.02.2026", "03/02/2026", "20260302", "29.02.2024", "2026-03-02"])
TEXTS = st.one_of(NUMBERS, DATES, WORDS, SHORT_DATES, st.text(max_size=6), st.none())


def judged(text: str | None, column: Column, form: Form) -> Value | str:
    if text is None:
        return None
    try:
        return typed(text, column, form)
    except ValueRefused as fault:
        return fault.code


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.type}-{column.places}")
@given(texts=st.lists(TEXTS, max_size=12))
def test_a_column_is_judged_as_its_texts_are(column: Column, form: Form, texts: list[str | None]) -> None:
    texts = [text for text in texts if text != ""]  # readers hand on what is empty as NULL
    result = converted(pa.array(texts, pa.large_string()), column, form)
    assert result.values.type == column.arrow_type
    found = [
        result.refused[place].code if place in result.refused else value
        for place, value in enumerate(result.values.to_pylist())
    ]
    assert found == [judged(text, column, form) for text in texts]
    assert [str(value) for value in found] == [str(judged(text, column, form)) for text in texts]


@given(st.decimals(-(10**13), 10**13, places=2))
def test_every_amount_survives_its_own_spelling(amount: Decimal) -> None:
    for form, text in ((FORMS[0], f"{amount:.2f}"), (FORMS[1], f"{amount:,.2f}".translate(str.maketrans(",.", ".,")))):
        assert typed(text, COLUMNS[0], form) == amount
        assert converted(pa.array([text], pa.large_string()), COLUMNS[0], form).values.to_pylist() == [amount]
