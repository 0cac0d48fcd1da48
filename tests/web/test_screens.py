"""Pages in a real browser: nothing on the console, nothing that scrolls sideways, nothing that keeps people out (axe).

One browser, one server in this process. Whoever sees most sees every page at two widths, in two themes and two
languages; the others see theirs in one language. Axe needs to put its script into the page, which the
policy of content forbids to everybody: it runs in a context without that policy, the console is read in one with it.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web import company
from tests.web.conftest import Site

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SIZES = {1440: {"width": 1440, "height": 1000}, 390: {"width": 390, "height": 844}}
EVERY_PAGE = (
    "/", "/statements/", "/statements/sven/2026-01/", "/runs/", "/runs/run-000001/", "/runs/run-000002/", "/imports/",
    "BATCH", "/imports/mappings/", "/imports/mappings/of/crm/", "/imports/watched/",
    "/people/", "/people/rita/", "/people/rita/change/seat/", "/people/rita/change/quota/",
    "/organisation/hire/", "/organisation/file/", "/organisation/positions/", "/organisation/position/east-2/",
    "/organisation/tree/", "/organisation/territory/", "/organisation/territory/members/?group=East",
    "/plans/", "/plans/account-executive/2026-1/", "/audit/?verify=1",
    "/accounts/", "/accounts/1/", "/me/", "/me/password/", "/me/second-factor/", "/me/programs/",
    "/me/programs/reference/", "/jobs/", "/jobs/1/", "/no/such/page/",
)  # fmt: skip
OF_OTHERS = {
    "rep": ("/", "/statements/", "/statements/ron/2026-01/", "/me/"),
    "manager": ("/", "/statements/", "/statements/rita/2026-01/"),
    "finance": ("/", "/runs/run-000002/", "/imports/"),
    "executive": ("/", "/totals/", "/statements/"),
    "administrator": ("/", "/accounts/"),
    "nobody": ("/",),
}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """A browser's requests are no news."""


class Browser:
    """Chromium, looking at the company on a port of its own."""

    def __init__(self, chromium: Any, site: Site, origin: str) -> None:
        self.chromium, self.site, self.origin = chromium, site, origin

    @contextmanager
    def page(self, who: str | None, *, language: str = "en", for_axe: bool = False) -> Iterator[Any]:
        """An open page of somebody; `said` gathers what stands on its console, and what went wrong."""
        context = self.chromium.new_context(
            viewport=SIZES[1440],
            color_scheme="light",
            locale="de-DE" if language == "de" else "en-GB",
            bypass_csp=for_axe,
            reduced_motion="reduce",
        )
        if who is not None:
            self._speak(who, language)
            session = self.site.as_(who).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": self.origin}])
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.said.append(f"error: {error}"))
        yield page
        context.close()

    def _speak(self, who: str, language: str) -> None:
        from attain.web.apps.access.models import Account

        Account.objects.filter(email=company.email(who)).update(language=language)

    def go(self, page: Any, address: str) -> None:
        page.goto(self.origin + address.replace("BATCH", self.batch), wait_until="load")

    @property
    def batch(self) -> str:
        """One that kept rows aside."""
        from attain.web.apps.imports.models import Batch

        return f"/imports/{Batch.objects.get(quarantined__gt=0).pk}/"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread; Django is not in it
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browser(chromium: Any, fresh: Site) -> Iterator[Browser]:
    from django.core.wsgi import get_wsgi_application

    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield Browser(chromium, fresh, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


def wide(page: Any) -> list[str]:
    """What stands out to the right, if the page scrolls sideways."""
    return list(
        page.evaluate("""() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
        .slice(0, 4).map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`)""")
    )


def barriers(page: Any, only: list[str] | None = None) -> list[str]:
    """What axe, which is in the page, finds: the rule, and where."""
    options = {"resultTypes": ["violations"], **({"runOnly": only} if only else {})}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:120]} {_why(node)}"
            for one in found for node in one["nodes"][:3]]  # fmt: skip


def _why(node: Any) -> str:
    return str(next((check["message"] for kind in ("any", "all", "none") for check in node[kind]), ""))


def look(browser: Browser, who: str | None, addresses: Sequence[str], language: str) -> list[str]:
    """Every fault of these pages at each width, with the policy of content; by axe in each theme without it."""
    wrong = []
    with browser.page(who, language=language) as page:
        for address in addresses:
            browser.go(page, address)
            wrong += [f"{address}: {said}" for said in page.said if not _is_expected(said, address)]
            page.said.clear()
            for width in SIZES:
                page.set_viewport_size(SIZES[width])
                wrong += [f"{address} at {width}: sideways: {what}" for what in wide(page)]
    with browser.page(who, language=language, for_axe=True) as page:
        for address in addresses:
            browser.go(page, address)
            page.evaluate(Axe().axe_script)
            for width, theme in product(SIZES, ("light", "dark") if language == "en" else ("light",)):
                page.set_viewport_size(SIZES[width])
                page.emulate_media(color_scheme=theme)
                # Of a page in the dark only the colours are others, and in German only the words.
                only = ["color-contrast"] if theme == "dark" else None
                wrong += [f"{address} at {width} {theme}: {found}" for found in barriers(page, only)]
    return [f"{who} {language} {one}" for one in wrong]


def _is_expected(said: str, address: str) -> bool:
    """A page that does not exist is a line on the console; so is advice about a form with passwords alone."""
    return (address == "/no/such/page/" and "404" in said) or said.startswith("verbose: [DOM]")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("part", range(4))
def test_every_page_opens_without_a_fault(browser: Browser, part: int, language: str) -> None:
    """As whoever sees most: every page, every width, every theme, every language."""
    assert look(browser, "all-seeing", EVERY_PAGE[part::4], language) == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("who", OF_OTHERS)
def test_every_role_finds_its_pages_without_a_fault(browser: Browser, who: str, language: str) -> None:
    assert look(browser, who, OF_OTHERS[who], language) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_signing_in_has_no_fault(browser: Browser, language: str) -> None:
    assert look(browser, None, ("/sign-in/",), language) == []


def test_a_statement_is_read_by_keyboard(browser: Browser) -> None:
    """A row is reached by Tab and opened by Enter; Escape closes the drawer and gives the focus back to the row."""
    with browser.page("stranger") as page:
        browser.go(page, "/statements/sven/2026-01/")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('tr.row a.open')"):
                break
        row = page.evaluate("document.activeElement.getAttribute('hx-get')")
        page.keyboard.press("Enter")
        page.wait_for_selector("aside.drawer")
        page.wait_for_selector("aside.drawer:focus")
        assert page.evaluate("document.querySelector('tr[aria-selected] a').getAttribute('hx-get')") == row
        page.keyboard.press("Escape")
        page.wait_for_selector("aside.drawer", state="detached")
        assert page.evaluate("document.activeElement.getAttribute('hx-get')") == row
        assert page.said == []


def test_a_statement_is_read_on_a_small_phone(browser: Browser) -> None:
    """K.2: at 360 nothing scrolls sideways or leaves its box, neither the lines nor the derivation of one."""
    with browser.page("stranger", language="de") as page:
        page.set_viewport_size({"width": 360, "height": 740})
        for address in ("/statements/sven/2026-01/", "/statements/", "/"):
            browser.go(page, address)
            assert wide(page) == []
        browser.go(page, "/statements/sven/2026-01/")
        page.click("tr.row a.open")
        page.wait_for_selector("aside.drawer")
        assert wide(page) == []
        assert page.said == []


def test_a_list_is_used_by_keyboard(browser: Browser) -> None:
    """ "/" searches, Enter finds without loading the page anew, arrows go through rows, Escape closes a menu."""
    with browser.page("admin") as page:
        browser.go(page, "/statements/?period=2026-01")
        page.evaluate("window.stays = true")
        page.keyboard.press("/")
        page.keyboard.type("r")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=r*")
        page.wait_for_selector(".chips")
        page.click("th a:has-text('Payable')")
        page.wait_for_selector("th[aria-sort=descending]")
        assert page.evaluate("window.stays")
        page.focus("tbody a.open")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.matches('tbody tr:nth-child(2) a.open')")
        page.click(".menu summary:has-text('Columns')")
        page.keyboard.press("Escape")
        assert page.evaluate("!document.querySelector('.menu[open]')")
        page.select_option("#period", "2026-02")
        page.wait_for_url("**period=2026-02*")
        assert "q=r" in page.url and "sort=-payable" in page.url
        assert page.said == []


def test_a_chart_gives_way_to_its_table_and_back(browser: Browser) -> None:
    """E2: without script of ours; a drawing that was not there is fetched, and breaks no policy."""
    with browser.page("admin") as page:
        browser.go(page, "/runs/run-000001/")
        page.wait_for_selector(".drawing svg")
        page.focus(".chart [value=chart]")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(".chart .values table", state="visible")
        assert not page.is_visible(".drawing")
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector(".drawing svg", state="visible")
        assert page.said == []


def test_a_person_is_found_by_the_palette(browser: Browser) -> None:
    with browser.page("manager") as page:
        browser.go(page, "/")
        page.keyboard.press("Control+k")
        page.wait_for_selector("dialog#palette[open]")
        page.keyboard.type("rita")
        page.wait_for_selector("#found a:has-text('Rita Reh')")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/statements/?q=rita")
        assert "Rita Reh" in page.inner_text("main")
        page.keyboard.press("Control+k")
        page.wait_for_selector("dialog#palette[open]")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog#palette[open]", state="detached")
        assert page.said == []


def test_a_dialog_opens_and_gives_way(browser: Browser) -> None:
    """Calculating a period: the dialog takes the focus, Escape closes it, and sending it leads to its job."""
    with browser.page("admin") as page:
        browser.go(page, "/runs/")
        page.click("[data-opens=start]")
        assert page.evaluate("document.activeElement.closest('dialog').id") == "start"
        page.keyboard.press("Escape")
        assert not page.evaluate("document.getElementById('start').open")
        page.click("[data-opens=start]")
        page.fill("#start-period", "2026-03")
        page.keyboard.press("Enter")
        page.wait_for_url("**/jobs/*/")
        assert "Waiting for the worker" in page.inner_text("main")
        assert page.said == []


def test_a_name_runs_nothing(browser: Browser) -> None:
    """H3: on the pages where the name with HTML in it stands."""
    with browser.page("other-manager") as page:
        for address in ("/", "/statements/", "/statements/ole/2026-01/", "/search/?q=otter"):
            browser.go(page, address)
            assert page.said == []
            assert "<img src=x" in page.inner_text("body")
