"""The application in German: nothing is left in English, and what is compiled is what is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.template.loader import render_to_string
from django.utils import translation

from attain.web import settings
from tests.records.company import open_company
from tools import translations
from tools.translations import Words, as_mo, as_po, brought_together, messages, problems, read


def words(**strings: str | tuple[str, ...]) -> Words:
    """A catalogue of messages with their translations, for faults that are planted."""
    made = Words(locale="de", fuzzy=False)
    for id_, string in strings.items():
        made.add(id_.replace("_", " "), string)
    return made


@pytest.fixture(scope="module", autouse=True)
def german(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Before anything else: reading templates gives Django bare settings where it has none."""
    settings.configure(open_company(tmp_path_factory.mktemp("german") / "nordwind"))


def test_every_message_of_the_application_has_its_german() -> None:
    """Extracted anew: nothing is missing, unused, empty or fuzzy, placeholders agree, and it is compiled."""
    assert list(problems(messages(), read())) == []


def test_writing_the_catalogue_again_changes_nothing() -> None:
    assert as_po(brought_together(messages(), read())) == translations.FILE.read_bytes()
    text = translations.FILE.read_text(encoding="utf-8")
    assert "#:" not in text and "Date" not in text.partition("\n\n")[0]


def test_what_a_check_has_to_find_is_found(tmp_path: Path) -> None:
    file = tmp_path / "django.po"
    asked, known = words(Run=""), words(Runs="Läufe")
    assert list(problems(asked, known, file)) == ["missing: “Run”", "unused: “Runs”", "not compiled: django.mo"]
    file.with_suffix(".mo").write_bytes(as_mo(words(Run="")))
    assert list(problems(asked, words(Run=""), file)) == ["empty: “Run”"]
    guessed = words(Run="Lauf")
    guessed["Run"].flags.add("fuzzy")
    assert "fuzzy: “Run”" in list(problems(asked, guessed, file))


def test_a_translation_with_other_placeholders_is_found(tmp_path: Path) -> None:
    file = tmp_path / "django.po"
    known = Words(locale="de", fuzzy=False)
    known.add(("%(n)s line", "%(n)s lines"), ("eine Zeile", "%(m)s Zeilen"))
    file.with_suffix(".mo").write_bytes(as_mo(known))
    assert list(problems(known, known, file)) == ["other placeholders: “%(n)s line”"]


def test_what_is_known_stays_and_what_is_unused_goes() -> None:
    together = brought_together(words(Run="", Plan=""), words(Run="Lauf", Line="Zeile"))
    assert {one.id: one.string for one in together if one.id} == {"Run": "Lauf", "Plan": ""}


def test_templates_and_modules_are_read_with_context_plural_and_attributes(tmp_path: Path) -> None:
    """Cotton's attributes hold plain tags; `as` keeps a word for later."""
    (tmp_path / "page.html").write_text(
        """{% load i18n %}<c-head title="{% trans 'Runs' %}"></c-head>{% trans "Earned" as earned %}
        {% trans "Release" context "stage" %}
        {% blocktrans count n=lines with shown=lines %}{{ shown }} line{% plural %}{{ shown }} lines{% endblocktrans %}
        {% blocktrans asvar said %}Hello {{ name }}{% endblocktrans %}"""
    )
    (tmp_path / "words.py").write_text(
        "_('Draw')\ngettext_lazy('Cap')\npgettext('short', 'Pay')\nngettext('a', 'b', 2)"
    )
    found: Catalog = messages(tmp_path)
    assert {(one.context, one.id) for one in found if one.id} == {
        (None, "Runs"), (None, "Earned"), ("stage", "Release"), (None, ("%(shown)s line", "%(shown)s lines")),
        (None, "Hello %(name)s"), (None, "Draw"), (None, "Cap"), ("short", "Pay"), (None, ("a", "b")),
    }  # fmt: skip


@pytest.mark.usefixtures("german")
def test_words_of_pay_and_states_are_those_of_the_trade() -> None:
    from attain.web.apps.access.policy import Right
    from attain.web.apps.access.words import RIGHTS_SAID, ROLES
    from attain.web.apps.pay.approving import Stage
    from attain.web.apps.pay.words import PARTS, STAGES
    from attain.web.shell import NAVIGATION

    assert set(STAGES) == {stage.value for stage in Stage}
    assert set(RIGHTS_SAID) == set(Right)
    with translation.override("de"):
        assert [str(PARTS[part]) for part in ("earned", "corrections", "clawbacks", "draw_recovered")] == [
            "Verdient", "Korrekturen", "Rückforderung", "Vorschussverrechnung",
        ]  # fmt: skip
        assert (str(STAGES["released"]), str(STAGES["closed"])) == ("Freigegeben", "Abgeschlossen")
        assert str(ROLES["compensation-admin"]) == "Vergütungsteam"
        places = [str(place.title) for group in NAVIGATION for place in group.places]
        assert places[:3] == ["Start", "Abrechnungen", "Läufe"]


@pytest.mark.usefixtures("german")
def test_pages_speak_german() -> None:
    """A sentence, an empty list, an attribute of a component, and a job on its way, as a reader of German gets them."""
    from attain.web.apps.jobs.models import Job

    job = Job(kind="calculate", state=Job.State.RUNNING, step="calculating 4 plans", steps_done=1, steps=4, pk=1)
    with translation.override("de"):
        assert "Hier ist nichts" in render_to_string("kit/not_found_words.html")
        assert "Nichts gefunden" in render_to_string("access/_found.html", {"found": []})
        running = render_to_string("jobs/_job.html", {"job": job})
    assert "Wird berechnet" in running and "1 von 4 Schritten erledigt" in running and "Fortschritt" in running


@pytest.mark.usefixtures("german")
def test_a_statement_says_how_many_lines_it_has_in_german() -> None:
    from django.template import engines

    source = engines["django"].from_string(
        "{% blocktrans count n=n with shown=n|count %}{{ shown }} line{% plural %}{{ shown }} lines{% endblocktrans %}"
    )
    with translation.override("de"):
        assert [source.render({"n": n}) for n in (1, 1024)] == ["1 Zeile", "1.024 Zeilen"]


@pytest.mark.usefixtures("german")
def test_a_page_in_english_stays_in_english() -> None:
    with translation.override("en"):
        assert "There is nothing here" in render_to_string("kit/not_found_words.html")


@pytest.mark.usefixtures("german")
def test_reasons_that_pages_translate_are_sentences_of_the_engine() -> None:
    """A sentence that the engine changes would silently be shown in English."""
    from attain.web.apps.pay.words import REASONS

    engine = translations.WEB.parent / "engine"
    said = "\n".join(path.read_text(encoding="utf-8") for path in engine.glob("*.py"))
    assert [reason for reason in REASONS if f"'{reason}'" not in said] == []
    with translation.override("de"):
        assert not [reason for reason, words in REASONS.items() if str(words) == reason]


@pytest.mark.usefixtures("german")
def test_the_first_day_of_a_role_is_written_as_a_browser_reads_it() -> None:
    """A date field of a browser takes 2026-11-18 and nothing else, in every language."""
    from attain.web.apps.access.forms import GrantForm

    with translation.override("de"):
        assert 'value="2026-11-18"' in str(GrantForm(initial={"valid_from": date(2026, 11, 18)})["valid_from"])
