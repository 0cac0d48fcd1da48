"""Imports, the log, people, plans, accounts, home and one's own settings, as their readers use them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from tests.web import company
from tests.web.conftest import Site
from tests.web.test_pay_pages import words

DEALS_OF_MARCH = "id,close_date,amount,owner\nM1,2026-03-02,100.00,ron\nM2,2026-03-40,200.00,ron\n"


def upload(site: Site, content: bytes, name: str, *, how: str = "into:deals", who: str = "admin") -> Any:
    """The answer to sending a file, whose job is done then."""
    file = io.BytesIO(content)
    file.name = name
    answer = site.as_(who).post("/imports/upload/", {"file": file, "how": how})
    site.work()
    return answer


def last_batch() -> Any:
    from attain.web.apps.imports.models import Batch

    return Batch.objects.latest("sequence")


def last_job() -> Any:
    from attain.web.apps.jobs.models import Job

    return Job.objects.latest("pk")


def left_in_uploads(site: Site) -> list[Path]:
    return list((site.workspace.data / "uploads").glob("*"))


def test_a_file_is_uploaded_its_bad_rows_repaired_and_uploaded_again(fresh: Site) -> None:
    admin = fresh.as_("admin")
    page = upload(fresh, DEALS_OF_MARCH.encode(), "march.csv")["Location"]
    assert last_job().state == "done"
    assert "Done" in words(admin.get(page))
    batch = last_batch()
    assert f'href="/imports/{batch.pk}/"' in admin.get(page).content.decode()
    assert (batch.source, batch.rows, batch.quarantined, batch.imported_by) == (
        "march.csv", 1, 1, company.email("admin"),
    )  # fmt: skip
    said = admin.get(f"/imports/{batch.pk}/").content.decode()
    assert "2026-03-40" in said and "close_date" in said
    repair = admin.get(f"/imports/{batch.pk}/aside.csv").content.decode()
    assert "2026-03-40" in repair
    upload(fresh, repair.replace("2026-03-40", "2026-03-31").encode(), "repaired.csv")
    assert (last_batch().rows, last_batch().quarantined) == (1, 0)
    assert left_in_uploads(fresh) == []


def test_a_batch_is_undone_with_a_reason_once(fresh: Site) -> None:
    upload(fresh, DEALS_OF_MARCH.encode(), "march.csv")
    address = f"/imports/{last_batch().pk}/undo/"
    admin = fresh.as_("admin")
    assert admin.post(address, {"reason": " "}).status_code == 409
    assert last_batch().state == "current"
    assert admin.post(address, {"reason": "Wrong month"}).status_code == 302
    assert last_batch().state == "undone"
    assert (fresh.log()[-1].actor, fresh.log()[-1].reason) == (company.email("admin"), "Wrong month")
    again = admin.post(address, {"reason": "Again"})
    assert again.status_code == 409
    assert "Undone" in words(admin.get(f"/imports/{last_batch().pk}/"))


def test_a_batch_that_a_closed_period_used_stays(fresh: Site) -> None:
    from attain.web.apps.imports.models import Batch

    used = Batch.objects.filter(into="deals").order_by("sequence")[0]
    refused = fresh.as_("admin").post(f"/imports/{used.pk}/undo/", {"reason": "Try"})
    assert refused.status_code == 409
    assert "2026-01" in words(refused)


@pytest.mark.parametrize("name", ["deals.exe", "deals", "deals.csv.html", "deals.zip", ".csv/"])
def test_what_is_no_table_is_refused_before_it_is_kept(fresh: Site, name: str) -> None:
    from attain.web.apps.jobs.models import Job

    before = Job.objects.count()
    assert upload(fresh, b"MZ", name).status_code in (302, 409)
    assert Job.objects.count() == before
    assert left_in_uploads(fresh) == []


def test_a_file_that_is_too_large_is_refused(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from attain.web.apps.imports import uploads

    monkeypatch.setattr(uploads, "LARGEST", 2**20)
    refused = upload(fresh, b"id\n" * 2**19, "large.csv")
    assert refused.status_code == 409
    assert "1 MiB" in words(refused)
    assert left_in_uploads(fresh) == []


@pytest.mark.parametrize(
    "name", ["../../../attain.toml.csv", "/etc/passwd.csv", "..\\..\\x.csv", "a\x00b.csv", "x" * 300 + ".csv"]
)
def test_the_name_of_a_file_is_never_a_path(fresh: Site, name: str) -> None:
    """G: what an upload calls itself is told, never used."""
    before = {path for path in fresh.workspace.path.rglob("*") if "data" not in path.parts}
    upload(fresh, DEALS_OF_MARCH.encode(), name)
    assert {path for path in fresh.workspace.path.rglob("*") if "data" not in path.parts} == before
    assert left_in_uploads(fresh) == []


def bomb() -> bytes:
    """A workbook of a few kilobytes that would unpack to a gigabyte."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(300):
                sheet.write(b" " * 2**20)
    return content.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_a_workbook_and_a_parquet_file_are_read_by_their_own_column_names(
    fresh: Site, tmp_path: Path, kind: str
) -> None:
    if kind == "xlsx":
        with xlsxwriter.Workbook(tmp_path / "m.xlsx") as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([["id", "close_date", "amount", "owner"], ["M1", "2026-03-02", 100, "ron"]]):
                sheet.write_row(number, 0, row)
    else:
        row = {"id": "M1", "close_date": date(2026, 3, 2), "amount": Decimal("100.00"), "owner": "ron"}
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / "m.parquet")
    upload(fresh, (tmp_path / f"m.{kind}").read_bytes(), f"march.{kind}")
    assert last_job().failure == ""
    assert (last_batch().source, last_batch().rows, last_batch().quarantined) == (f"march.{kind}", 1, 0)


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"PK\x03\x04 no archive", "x.xlsx"), (b"PAR1 no table", "x.parquet"), (b"\x00\xff\xfe", "x.csv"), (b"", "x.csv")],
)
def test_a_file_that_cannot_be_read_is_told_on_the_page_of_its_job(fresh: Site, content: bytes, name: str) -> None:
    before = last_batch().pk
    page = upload(fresh, content, name)["Location"]
    assert last_job().state == "failed"
    assert last_batch().pk == before
    assert last_job().failure.split("`")[0][:20] in words(fresh.as_("admin").get(page)).replace("&#x27;", "'")
    assert left_in_uploads(fresh) == []


def test_a_bomb_is_put_out_before_it_goes_off(fresh: Site) -> None:
    content = bomb()
    assert len(content) < 2**20
    page = upload(fresh, content, "bomb.xlsx")["Location"]
    assert last_job().state == "failed"
    assert "fault of ours" not in last_job().failure
    assert words(fresh.as_("admin").get(page)).count("bomb.xlsx")
    assert left_in_uploads(fresh) == []


@pytest.mark.parametrize("how", ["", "into:", "into:holds", "mapping:../x", "path:x", "into:accounts"])
def test_a_file_fills_only_what_files_may_fill(fresh: Site, how: str) -> None:
    before = last_batch().pk
    assert upload(fresh, DEALS_OF_MARCH.encode(), "x.csv", how=how).status_code in (302, 409)
    assert last_batch().pk == before
    assert left_in_uploads(fresh) == []


def test_the_log_is_searched_and_proven(fresh: Site) -> None:
    auditor = fresh.as_("auditor")
    page = words(auditor.get("/audit/?q=pay.released"))
    assert "pay.released" in page
    assert "access.account-made" not in page
    assert "pay.closed" in words(auditor.get("/audit/", {"q": f"{company.email('finance')} closed"}))
    both = [auditor.get(address).content.decode() for address in ("/audit/?verify=1", "/audit/")]
    assert both[0] != both[1]
    assert "pay.released" not in words(auditor.get("/audit/", {"q": "%' OR 1=1 --"}))


def test_a_log_that_was_altered_is_found_out(fresh: Site) -> None:
    """I2: also by somebody with the database."""
    from django.db import connection

    proven = words(fresh.as_("auditor").get("/audit/?verify=1"))
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_event_update")
        cursor.execute("UPDATE audit_event SET reason = 'another one' WHERE sequence = 3")
    assert words(fresh.as_("auditor").get("/audit/?verify=1")) != proven


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_logs_file_is_a_formula(fresh: Site, start: str) -> None:
    """H1: what a spreadsheet would run leaves as text."""
    from attain.web.apps.audit.services import acting

    with acting(fresh.workspace, f"{start}HYPERLINK(1)", "try") as act:
        act.record(f"{start}1+1", "thing", f"{start}cmd", after={"x": 1}, reason=f"{start}SUM(A1)")
    answer = fresh.as_("auditor").get("/audit/events.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))
    assert len(rows) == len(fresh.log()) + 1
    assert [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []
    assert f"'{start}SUM(A1)" in rows[1]
    found = fresh.as_("auditor").get("/audit/events.csv?q=pay.closed")
    assert b"".join(found.streaming_content).count(b"pay.closed") == 1


def test_people_are_shown_as_of_a_day(site: Site) -> None:
    admin = site.as_("admin")
    assert "Max Molch" in words(admin.get("/people/rita/")) or "max" in words(admin.get("/people/rita/"))
    before, after = (
        re.search(r"Rita Reh.*?</tr>", admin.get(f"/people/?on={day}").content.decode(), re.DOTALL)
        for day in ("2026-02-28", "2026-03-01")
    )
    assert before is not None and after is not None
    assert "max" in before[0] and "mia" not in before[0]
    assert "mia" in after[0] and "max" not in after[0]
    assert "east-2" in words(admin.get("/people/"))
    assert "Ron Rabe" not in words(admin.get("/people/?q=rita")).partition("Rita Reh")[2]
    for day in ("", "yesterday", "2026-02-31", "0001-01-01", "9999-12-31"):
        assert admin.get("/people/", {"on": day}).status_code == 200


def test_a_plan_is_read_as_text_and_in_words_of_either_language(site: Site) -> None:
    admin = site.as_("admin")
    page = words(admin.get("/plans/account-executive/2026-1/"))
    assert "5%" in page and "participants" in page
    english, german = (words(admin.get(f"/plans/account-executive/2026-1/?language={one}")) for one in ("en", "de"))
    assert english != german
    assert "Account executive" in words(admin.get("/plans/"))


def test_home_shows_each_role_what_it_needs(site: Site) -> None:
    shown = {who: words(site.as_(who).get("/")) for who in company.ACCOUNTS}
    assert "Last statement" in shown["rep"] and "Your team" not in shown["rep"]
    assert "Your team" in shown["manager"]
    assert "Last runs" in shown["finance"] and "Last events" not in shown["finance"]
    assert "Last events" in shown["auditor"]
    assert "Nothing waits for you" in shown["nobody"]
    assert "Last runs" not in shown["administrator"]


def grant(site: Site, who: str, role: str, **changed: str) -> Any:
    address = f"/accounts/{site.account(who).pk}/grant/"
    given = {"role": role, "valid_from": company.BUSINESS_DATE, "reason": "New duties", **changed}
    answer = site.as_("administrator").post(address, given)
    waiting = site.account(who).grants.filter(waits=True).last()
    if answer.status_code == 302 and waiting is not None:  # everybody's pay is opened by two
        site.as_("all-seeing").post(f"/accounts/{waiting.account_id}/confirm/{waiting.pk}/")
    return answer


def end(site: Site, who: str, role: str) -> Any:
    account = site.account(who)
    held = account.grants.filter(role=role).latest("pk")
    return site.as_("administrator").post(f"/accounts/{account.pk}/end/{held.pk}/")


def test_a_role_is_granted_ended_and_granted_again(fresh: Site) -> None:
    """Also on one day: what was granted by mistake is taken back at once."""
    nobody = fresh.as_("nobody")
    assert nobody.get("/runs/").status_code == 404
    assert grant(fresh, "nobody", "finance").status_code == 302
    assert (fresh.log()[-2].action, fresh.log()[-2].reason) == ("access.role-granted", "New duties")
    assert (fresh.log()[-1].action, fresh.log()[-1].actor) == ("access.role-confirmed", company.email("all-seeing"))
    assert nobody.get("/runs/").status_code == 200
    assert grant(fresh, "nobody", "finance").status_code == 409
    assert end(fresh, "nobody", "finance").status_code == 302
    assert fresh.log()[-1].action == "access.role-ended"
    assert nobody.get("/runs/").status_code == 404
    assert grant(fresh, "nobody", "finance").status_code == 302
    assert nobody.get("/runs/").status_code == 200


def test_a_role_is_granted_anew_from_a_day_on_which_it_was_granted_before(fresh: Site) -> None:
    assert grant(fresh, "nobody", "finance", valid_from="2026-01-01").status_code == 302
    assert end(fresh, "nobody", "finance").status_code == 302
    told = grant(fresh, "nobody", "finance", valid_from="2026-01-01")
    assert told.status_code == 409
    assert "1 Jan" in words(told) or "2026-01-01" in words(told)


def test_a_role_is_ended_once(fresh: Site) -> None:
    """Two administrators at once: the second is told."""
    grant(fresh, "nobody", "finance", valid_from="2026-01-01")
    assert end(fresh, "nobody", "finance").status_code == 302
    assert end(fresh, "nobody", "finance").status_code == 409


@pytest.mark.parametrize(
    "changed", [{"role": "emperor"}, {"reason": ""}, {"valid_from": "soon"}, {"reason": "x" * 401}, {"role": ""}]
)
def test_a_role_that_is_asked_for_wrongly_is_not_granted(fresh: Site, changed: dict[str, str]) -> None:
    before = len(fresh.log())
    answer = grant(fresh, "nobody", changed.pop("role", "finance"), **changed)
    assert answer.status_code == 422
    assert len(fresh.log()) == before


def test_what_is_no_field_of_a_form_is_passed_over(fresh: Site) -> None:
    """F5: nobody becomes somebody else by sending more than was asked for."""
    rep = fresh.as_("rep")
    more = {
        "language": "de",
        "theme": "dark",
        "person": "sven",
        "email": "x@y.example",
        "is_active": "",
        "version": "9",
    }
    assert rep.post("/me/", more).status_code == 302
    account = fresh.account("rep")
    assert (account.language, account.theme, account.person, account.version) == ("de", "dark", "ron", 1)


def see_as(site: Site, who: str, other: str, reason: str = "A question of hers") -> Any:
    return site.as_(who).post("/me/see-as/", {"email": company.email(other), "reason": reason})


def test_an_admin_sees_as_a_rep_and_changes_nothing(fresh: Site) -> None:
    """F7: with a reason, in the log, with a banner, without a write, and back."""
    admin = fresh.as_("admin")
    assert see_as(fresh, "admin", "rep").status_code == 302
    event = fresh.log()[-1]
    assert (event.actor, event.action, event.object_id, event.reason) == (
        company.email("admin"), "access.seen-as", company.email("rep"), "A question of hers",
    )  # fmt: skip
    assert "You see pages as Ron Rabe" in words(admin.get("/"))
    assert admin.get("/statements/ron/2026-01/").status_code == 200
    for address in ("/statements/sven/2026-01/", "/statements/ron/2026-02/", "/runs/", "/people/"):
        assert admin.get(address).status_code == 404
    before = len(fresh.log())
    assert admin.post("/runs/start/", {"period": "2026-03"}).status_code == 404
    assert see_as(fresh, "admin", "stranger").status_code == 404
    assert len(fresh.log()) == before
    assert admin.post("/me/see-as/end/").status_code == 302
    assert fresh.log()[-1].action == "access.seen-as-ended"
    assert admin.get("/runs/").status_code == 200


@pytest.mark.parametrize(("other", "reason", "status"), [
    ("rep", " ", 409), ("auditor", "Why not", 409), ("administrator", "Why not", 409), ("unknown", "Why not", 404),
])  # fmt: skip
def test_nobody_sees_more_by_seeing_as_somebody_else(fresh: Site, other: str, reason: str, status: int) -> None:
    before = len(fresh.log())
    assert see_as(fresh, "admin", other, reason).status_code == status
    assert len(fresh.log()) == before
    assert fresh.as_("admin").get("/audit/").status_code == 404


def test_rights_that_the_other_gets_meanwhile_are_not_seen(fresh: Site) -> None:
    see_as(fresh, "admin", "rep")
    grant(fresh, "rep", "auditor")
    assert fresh.as_("admin").get("/audit/").status_code == 404


def test_language_and_theme_are_ones_own(fresh: Site) -> None:
    rep = fresh.as_("rep")
    assert rep.post("/me/", {"language": "fr", "theme": "dark"}).status_code == 422
    assert rep.post("/me/", {"language": "de", "theme": "dark"}).status_code == 302
    page = rep.get("/")
    assert page["Content-Language"] == "de"
    assert 'lang="de" data-theme="dark"' in page.content.decode()
    assert fresh.as_("stranger").get("/")["Content-Language"] == "en"
    assert fresh.log()[-1].action == "access.settings-changed"
    german = fresh.as_(None).get("/sign-in/", headers={"accept-language": "de-AT,de;q=0.9"})
    assert german["Content-Language"] == "de"


def test_nobody_grants_a_role_to_themselves(fresh: Site) -> None:
    before = len(fresh.log())
    told = grant(fresh, "administrator", "finance")
    assert told.status_code == 409 and "Nobody grants a role to themselves." in told.content.decode()
    assert len(fresh.log()) == before


def test_a_part_of_a_page_asked_for_after_signing_out_sends_the_browser_to_sign_in(site: Site) -> None:
    answer = site.as_(None).get("/statements/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/sign-in/"


def test_whoever_has_not_signed_in_brings_no_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.files.uploadhandler import TemporaryFileUploadHandler

    taken: list[bytes] = []
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", lambda self, raw, start: taken.append(raw))
    site.as_(None, enforce_csrf_checks=True).post("/sign-in/", {"file": SimpleUploadedFile("deals.csv", b"id\n1\n")})
    assert taken == []


def test_a_job_whose_worker_is_told_to_stop_is_told_as_ended(fresh: Site) -> None:
    from attain.web.apps.jobs import services
    from attain.web.apps.jobs.models import Job

    def stopped(*_: object) -> dict[str, Any]:
        raise SystemExit(1)

    services._KINDS["stopped"] = (stopped, 1)
    try:
        asked = services.start_job(fresh.workspace, "stopped", {}, actor="grace")
        with pytest.raises(SystemExit):
            services.do(fresh.workspace, asked)
    finally:
        del services._KINDS["stopped"]
    assert Job.objects.get(pk=asked.pk).state == Job.State.FAILED
