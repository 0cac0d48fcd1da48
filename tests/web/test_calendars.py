"""Statements of several calendars: each is told apart by the days that its calendar means."""

from __future__ import annotations

from typing import Any

from attain.engine.stored import StoredRun
from attain.plans.loader import load_plan
from attain.web.workspace import SETTINGS
from tests.cli.company import PLAN
from tests.web.conftest import Site, opened
from tests.web.test_pay_pages import Numbers, words

CALENDARS = """
[calendars.late]
fiscal_start_month = 2
[calendars.shops]
type = "retail"
month = 1
year_named_after = "start"
[calendars.stores]
type = "retail"
month = 2
year_named_after = "start"
"""


def with_calendars(site: Site, *names: str) -> Site:
    """The company with a plan paid by each of these calendars."""
    settings = site.workspace.path / SETTINGS
    settings.write_text(settings.read_text(encoding="utf-8") + CALENDARS, encoding="utf-8")
    workspace = opened(site.workspace.path)
    from attain.web.apps.plans.services import publish_plan

    for name in names:
        text = PLAN.replace("plan: account-executive", f"plan: {name}\ncalendar: {name}")
        document = load_plan(text.replace("from: 2026-01-01", "from: 2026-02-01"), f"{name}.yaml")
        publish_plan(workspace, document, actor="setup")
    return Site(workspace)


def calculated(site: Site, period: str) -> Any:
    from attain.web.apps.pay.models import Run

    site.as_("admin").post("/runs/start/", {"period": period})
    site.work()
    return Run.objects.order_by("-number").first()


def released(site: Site, period: str) -> None:
    run = calculated(site, period)
    for who in ("admin", "finance"):
        site.as_(who).post(f"/runs/{run.pk}/approve/", {"seen": run.manifest_hash, "remark": ""})
    assert site.as_("finance").post(f"/runs/{run.pk}/release/").status_code == 302


def test_periods_of_one_name_in_two_calendars_are_two_statements(fresh: Site) -> None:
    """Without its calendar, the one that is not released took the place of the other: pay shown too early, or lost."""
    site = with_calendars(fresh, "shops", "stores")
    released(site, "2026-02")
    february = site.as_("rep").get("/statements/ron/shops:2026-P01/")
    calculated(site, "2026-03")
    assert words(site.as_("rep").get("/statements/ron/shops:2026-P01/")) == words(february)
    assert site.as_("rep").get("/statements/ron/stores:2026-P01/").status_code == 404
    assert site.as_("admin").get("/statements/ron/stores:2026-P01/").status_code == 200
    seen = words(site.as_("rep").get("/statements/"))
    assert "2026-P01 (shops)" in seen
    assert "2026-P01 (stores)" not in seen


def test_two_calendars_that_mean_the_same_days_are_one_statement(fresh: Site) -> None:
    """A month of a year that begins in February is that month: its payee gets one statement."""
    site = with_calendars(fresh, "late")
    released(site, "2026-02")
    page = site.as_("rep").get("/statements/ron/2026-02/").content.decode()
    lines = StoredRun(site.workspace.runs / site.run(3).pk).table("lines", payee="ron", pay_period="2026-02")
    assert set(lines["plan"].to_pylist()) == {"account-executive", "late"}
    assert sorted(Numbers(page).of("tr row")) == sorted(lines["amount"].to_pylist())
    assert site.as_("rep").get("/statements/ron/late:2026-02/").status_code == 404
