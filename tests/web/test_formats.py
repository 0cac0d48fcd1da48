"""Numbers, money and days as pages show them, in both languages. Spaces that must not break are written as ~ here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.utils import translation

from attain.web import settings
from attain.web.kit import formats
from tests.records.company import open_company


@pytest.fixture(autouse=True, scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.configure(open_company(tmp_path_factory.mktemp("formats") / "nordwind"))


@pytest.fixture(params=["en", "de"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


def seen(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", "~")


@pytest.mark.parametrize(("minor", "currency", "english", "german"), [
    (1_066_780, "EUR", "€10,667.80", "10.667,80~€"),
    (-5, "EUR", "−€0.05", "−0,05~€"),
    (0, "EUR", "€0.00", "0,00~€"),
    (1_066_780, "JPY", "JP¥1,066,780", "1.066.780~¥"),
    (None, "EUR", "–", "–"),
])  # fmt: skip
def test_booked_money_has_the_places_of_its_currency(
    spoken: str, minor: int | None, currency: str, english: str, german: str
) -> None:
    """A minus is U+2212 and stands before everything else; nothing is not zero."""
    assert seen(formats.money(minor, currency)) == {"en": english, "de": german}[spoken]


def test_a_change_always_has_its_sign(spoken: str) -> None:
    shown = [seen(formats.money(minor, "EUR", signed=True)) for minor in (63_506, -63_506, 0)]
    expected = {"en": ["+€635.06", "−€635.06", "€0.00"], "de": ["+635,06~€", "−635,06~€", "0,00~€"]}
    assert shown == expected[spoken]


@pytest.mark.parametrize(("minor", "english", "german"), [
    (0, "0", "0"),
    (50_000, "€500", "500~€"),
    (200_000, "€2K", "2~Tsd.~€"),
    (45_360_000, "€453.6K", "453,6~Tsd.~€"),
    (-45_360_000, "−€453.6K", "−453,6~Tsd.~€"),
    (826_123_456, "€8.26M", "8,26~Mio.~€"),
    (350_000_000, "€3.5M", "3,5~Mio.~€"),
    (99_999_900, "€1M", "1~Mio.~€"),
])  # fmt: skip
def test_money_on_an_axis_is_short(spoken: str, minor: int, english: str, german: str) -> None:
    """What rounds up to the next size is shown in it: never 1,000.0K."""
    assert seen(formats.short_money(minor, "EUR")) == {"en": english, "de": german}[spoken]


def test_a_share_has_one_place_and_is_rounded_half_up(spoken: str) -> None:
    shares = [Fraction(945, 1000), Fraction(1, 3), Fraction(-1, 3), Fraction(1, 2000), Fraction(-1, 10_000), None]
    expected = {
        "en": ["94.5%", "33.3%", "−33.3%", "0.1%", "0%", "–"],
        "de": ["94,5~%", "33,3~%", "−33,3~%", "0,1~%", "0~%", "–"],
    }
    assert [seen(formats.percent(share)) for share in shares] == expected[spoken]


def test_a_day_has_no_leading_zero_and_does_not_break(spoken: str) -> None:
    """English months have three letters, all of them; German ones stay whole where they are short."""
    days = [date(2026, 11, 18), date(2026, 9, 3), date(2026, 3, 1), date(2026, 5, 31)]
    expected = {
        "en": ["18~Nov~2026", "3~Sep~2026", "1~Mar~2026", "31~May~2026"],
        "de": ["18.~Nov.~2026", "3.~Sept.~2026", "1.~März~2026", "31.~Mai~2026"],
    }
    assert [seen(formats.day(day)) for day in days] == expected[spoken]
    assert seen(formats.day_of_year(days[0])) == {"en": "18~Nov", "de": "18.~Nov."}[spoken]
    assert (formats.day(None), formats.day_of_year(None)) == ("–", "")


def test_a_moment_is_told_in_the_zone_of_the_company(spoken: str) -> None:
    at = datetime(2026, 11, 18, 23, 5, tzinfo=UTC)
    assert (
        seen(formats.moment(at, "Europe/Berlin")) == {"en": "19~Nov~2026, 00:05", "de": "19.~Nov.~2026, 00:05"}[spoken]
    )


def test_periods_are_called_by_their_names(spoken: str) -> None:
    shown = [formats.period(id_) for id_ in ("2026-03", "2026-Q4", "2026", "FY2026-P03")]
    assert shown == [{"en": "March 2026", "de": "März 2026"}[spoken], "Q4 2026", "2026", "FY2026-P03"]
    kinds = [formats.kind_of_period(kind) for kind in ("month", "half", "season")]
    assert kinds == {"en": ["month", "half a year", "season"], "de": ["Monat", "Halbjahr", "season"]}[spoken]


def test_counts_and_other_numbers_have_the_marks_of_the_language(spoken: str) -> None:
    assert formats.count(-12_345) == {"en": "−12,345", "de": "−12.345"}[spoken]
    assert formats.number(1234.56, 1) == {"en": "1,234.6", "de": "1.234,6"}[spoken]
    assert formats.quoted("so") == {"en": "“so”", "de": "„so“"}[spoken]
