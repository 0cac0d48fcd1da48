"""A statement on paper says what the page says, to the cent, and reads nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from attain.documents import printing
from attain.kernel.errors import SetupError
from attain.web import kit
from tests.web.conftest import Site
from tests.web.test_pay_pages import words

FONTS = Path(kit.__file__).parent / "static" / "attain" / "fonts"
MONEY = re.compile(r"[−+]?€[\d,]+\.\d\d")


def text_of(document: Any) -> str:
    """What stands on the sheets, read off the boxes that are written into the file."""
    return " ".join(box.text for page in document.pages for box in page._page_box.descendants() if hasattr(box, "text"))


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The documents that are laid out while a test looks at pages."""
    seen: list[Any] = []
    lay_out = printing.laid_out

    def keep(html: str, fonts: Any) -> Any:
        seen.append(lay_out(html, fonts))
        return seen[-1]

    monkeypatch.setattr(printing, "laid_out", keep)
    return seen


@pytest.mark.pdf
@pytest.mark.parametrize("payee", ["ron", "sven", "ole"])
def test_a_statement_on_paper_has_the_amounts_of_the_page(site: Site, payee: str, printed: list[Any]) -> None:
    """K.13: the same numbers as on the screen, and sums that are right to the cent."""
    admin = site.as_("admin")
    answer = admin.get(f"/statements/{payee}/2026-01/file.pdf")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    text = text_of(printed[0])
    page = words(admin.get(f"/statements/{payee}/2026-01/"))
    lines = [int(one) for one in re.findall(r'<td class="number strong amount"><data value="(-?\d+)"', admin.get(
        f"/statements/{payee}/2026-01/").content.decode())]  # fmt: skip
    on_paper = MONEY.findall(text)
    assert {one.lstrip("+−") for one in on_paper} >= {f"€{abs(one) / 100:,.2f}" for one in lines}
    payable = re.findall(r"Payable (€[\d,.]+)", text)
    assert len(payable) == 2 and len(set(payable)) == 1 and payable[0] in page
    assert int(payable[0].lstrip("€").replace(",", "").replace(".", "")) == sum(lines)
    assert "run-000001" in text and "inputs" in text and "1 / 1" in text


@pytest.mark.pdf
def test_a_long_statement_takes_several_sheets_each_with_its_number() -> None:
    rows = "".join(f"<tr><td>{number}</td><td class='number'>€{number}.00</td></tr>" for number in range(200))
    document = printing.laid_out(f"<h1>Statement</h1><p class='of'>Şahin Wałęsa</p><table>{rows}</table>", FONTS)
    assert len(document.pages) > 3
    text = text_of(document)
    assert all(f"{number} / {len(document.pages)}" in text for number in range(1, len(document.pages) + 1))
    assert document.pages[0].width == pytest.approx(210 / 25.4 * 96, abs=1)


@pytest.mark.pdf
def test_a_statement_is_printed_in_the_language_of_its_reader(fresh: Site, printed: list[Any]) -> None:
    fresh.as_("rep").post("/me/", {"language": "de", "theme": "auto"})
    fresh.as_("rep").get("/statements/ron/2026-01/file.pdf")
    text = text_of(printed[0])
    assert "Auszahlung" in text and re.search(r"\d,\d\d\s€", text)


@pytest.mark.pdf
def test_a_statement_of_somebody_else_is_not_printed(site: Site) -> None:
    """F1: as if it were not there."""
    assert site.as_("rep").get("/statements/sven/2026-01/file.pdf").status_code == 404
    assert site.as_("rep").get("/statements/ron/2026-02/file.pdf").status_code == 404


@pytest.mark.pdf
def test_a_document_reads_nothing_from_elsewhere(caplog: pytest.LogCaptureFixture) -> None:
    html = "<p>a<img src='file:///etc/passwd'><img src='http://evil.example/x.png'></p>"
    printing.pdf_of(html, FONTS)
    assert "file:///etc/passwd" in caplog.text and "reads nothing from" in caplog.text


def test_a_statement_that_is_too_long_for_paper_says_that_the_workbook_holds_all(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PDF is laid out while somebody waits, one at a time."""
    from attain.web.apps.pay import statement_views

    assert statement_views.MOST_PRINTED <= 500
    admin = site.as_("admin")
    monkeypatch.setattr(printing, "find_spec", lambda name: name)
    assert "file.pdf" in admin.get("/statements/ron/2026-01/").content.decode()
    monkeypatch.setattr(statement_views, "MOST_PRINTED", 0)
    page = admin.get("/statements/ron/2026-01/")
    assert "the Excel file holds all of them" in words(page) and "file.pdf" not in page.content.decode()
    answer = admin.get("/statements/ron/2026-01/file.pdf")
    assert answer.status_code in (409, 422) and "Take the Excel file" in words(answer)


def test_without_the_extra_the_page_says_what_to_install(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "find_spec", lambda name: None)
    page = site.as_("admin").get("/statements/ron/2026-01/")
    assert "attain[pdf]" in words(page) and "file.pdf" not in page.content.decode()


def test_without_the_extra_the_address_says_what_to_install(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise SetupError("What makes PDF files is not installed.", code="setup.pdf", hint="Install it.")

    monkeypatch.setattr(printing, "_weasyprint", missing)
    answer = site.as_("admin").get("/statements/ron/2026-01/file.pdf")
    assert answer.status_code in (409, 422, 500, 503) and "not installed" in words(answer)
