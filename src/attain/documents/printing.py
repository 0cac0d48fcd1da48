"""A page of words and numbers as a PDF: laid out here, without a browser, and without a look outside.

WeasyPrint comes with the extra `pdf`. It reads the style sheet beside this module and the typefaces that it is given;
every other address in a document is refused.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from attain.kernel.errors import SetupError

FONTS = ("inter-latin.woff2", "inter-latin-ext.woff2", "jetbrains-mono-latin.woff2")
SCHEME = "attain-font:"
_lock = Lock()
INSTALL = "pip install 'attain[pdf]'"


def is_installed() -> bool:
    """Whether the extra is there; whether the system has its libraries is found out when something is printed."""
    return find_spec("weasyprint") is not None


def pdf_of(html: str, fonts: Path) -> bytes:
    content: bytes = laid_out(html, fonts).write_pdf()
    return content


def laid_out(html: str, fonts: Path) -> Any:
    """The document with its pages, before it is written. One at a time: they share the typefaces."""
    with _lock:
        sheet, configuration, fetcher = _look(fonts)
        page = _weasyprint().HTML(string=html, url_fetcher=fetcher, base_url=SCHEME)
        return page.render(stylesheets=[sheet], font_config=configuration)


@cache
def _look(fonts: Path) -> tuple[Any, Any, Any]:
    """The style sheet with its typefaces, read once: that takes longer than a sheet of paper."""
    weasyprint, fetcher = _weasyprint(), _fetcher(fonts)
    style = files("attain.documents").joinpath("printing.css").read_text(encoding="utf-8")
    configuration = weasyprint.text.fonts.FontConfiguration()
    sheet = weasyprint.CSS(string=style, font_config=configuration, url_fetcher=fetcher)
    return sheet, configuration, fetcher


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.text.fonts
    except ModuleNotFoundError as error:
        raise SetupError(
            "What makes PDF files is not installed.", code="setup.pdf", hint=f"Install it: {INSTALL}."
        ) from error
    except OSError as error:  # the package is there, the system's library is not
        raise SetupError(
            "What makes PDF files needs the Pango library of the system.", code="setup.pdf",
            hint="Install Pango (Debian: libpango-1.0-0 and libpangoft2-1.0-0), then try again.",
        ) from error  # fmt: skip
    return weasyprint


def _fetcher(fonts: Path) -> Any:
    """Gives the typefaces, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Typefaces(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(SCHEME)
            if name not in FONTS:
                raise ValueError(f"A document for print reads nothing from {url}.")
            return URLFetcherResponse(url, (fonts / name).read_bytes(), {"Content-Type": "font/woff2"})

    return Typefaces()
