"""A file that nobody described yet becomes a mapping, by hand, before anything of it counts."""

from __future__ import annotations

import html
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from attain.web.workspace import Workspace
from tests.web import company
from tests.web.conftest import Site
from tests.web.test_other_pages import last_batch, last_job, left_in_uploads
from tests.web.test_pay_pages import words

CRM = """\
Nr;Datum;Betrag;Rep;Notiz
D3;04.03.2026;2.100,00;Anna B.;
D4;31.03.2026;10.500,50;ron;neu
D5;32.03.2026;1,00;ron;
"""


def begun(site: Site, content: bytes, name: str, **more: str) -> str:
    """The address to which an upload leads."""
    file = io.BytesIO(content)
    file.name = name
    answer = site.as_("admin").post("/imports/mappings/begin/", {"file": file, **more})
    assert answer.status_code == 302, words(answer)
    return str(answer["Location"])


def fields_of(page: Any) -> dict[str, str]:
    """What the form would send as it stands."""
    text = page.content.decode().partition('<form id="sketch"')[2].partition("</form>")[0]
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text)
    found = {name: html.unescape(value) for name, value in inputs}
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)">(.*?)</select>', text, re.S):
        chosen = re.search(r"<option([^>]*) selected>([^<]*)", options) or re.search(r"<option([^>]*)>([^<]*)", options)
        assert chosen
        value = re.search(r'value="([^"]*)"', chosen[1])
        found[name] = html.unescape(value[1] if value else chosen[2])
    for name, value in re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)', text):
        found[name] = html.unescape(value)
    if 'name="extra" value="ignore" checked' not in text:
        found.pop("extra", None)
    return found


def test_a_foreign_file_is_proposed_corrected_saved_and_imported(fresh: Site) -> None:
    """M.4: the first rows are shown as they are read; what is saved is the document that the command line reads."""
    admin = fresh.as_("admin")
    page = admin.get(begun(fresh, CRM.encode("cp1252"), "crm export.csv") + "&into=deals")
    fields = fields_of(page)
    assert {name: fields[name] for name in ("delimiter", "decimal_mark", "group_mark", "date_format", "called")} == {
        "delimiter": ";", "decimal_mark": ",", "group_mark": ".", "date_format": "dd.mm.yyyy", "called": "crm-export",
    }  # fmt: skip
    assert (fields["from-close_date"], fields["from-amount"], fields["from-owner"]) == (
        "c:Datum", "c:Betrag", "c:Rep",
    )  # fmt: skip
    fields |= {"from-id": "c:Nr", "from-owner": "c:Rep", "map-owner": "Anna B. = rita", "from-currency": "=",
               "constant-currency": "EUR"}  # fmt: skip
    seen = words(admin.post("/imports/mappings/preview/", fields))
    assert "10500.50" in seen and "rita" in seen and "There is no such day." in seen
    done = admin.post("/imports/mappings/save/", {**fields, "then": "import"})
    fresh.work()
    assert "Done" in words(admin.get(done["Location"]))
    assert (last_job().failure, last_batch().source, last_batch().rows, last_batch().quarantined) == (
        "", "crm export.csv", 2, 1,
    )  # fmt: skip
    assert left_in_uploads(fresh) == []
    saved = Workspace.open(fresh.workspace.path).mapping("crm-export")
    assert (saved.into, saved.delimiter, saved.extra) == ("deals", ";", "ignore")
    assert [event.actor for event in fresh.log() if event.action == "mapping.saved"] == [company.email("admin")]
    assert "crm-export" in words(admin.get("/imports/mappings/"))


def test_what_a_file_fills_is_guessed_from_its_columns(fresh: Site) -> None:
    people = "person,name,title,manager,hired_on\nzoe,Zoe,Account Executive,mia,2026-01-01\n"
    page = fresh.as_("admin").get(begun(fresh, people.encode(), "staff.csv"))
    assert fields_of(page)["into"] == "people"
    page = fresh.as_("admin").get(begun(fresh, b"ID,Close Date,Amount,Owner\nA,2026-01-01,1.00,ron\n", "x.csv"))
    fields = fields_of(page)
    assert (fields["into"], fields["from-id"], fields["from-close_date"]) == ("deals", "c:ID", "c:Close Date")


def test_another_delimiter_proposes_the_columns_anew(fresh: Site) -> None:
    admin = fresh.as_("admin")
    fields = fields_of(admin.get(begun(fresh, CRM.encode(), "crm.csv") + "&into=deals"))
    answer = admin.post("/imports/mappings/preview/?whole=1", {**fields, "delimiter": ","})
    assert fields_of(answer)["from-close_date"] == ""
    answer = admin.post("/imports/mappings/preview/?whole=1", {**fields_of(answer), "delimiter": ";"})
    assert fields_of(answer)["from-close_date"] == "c:Datum"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"date_format": "dd.mm"}, "dd.mm"),
        ({"header_row": "0"}, "header_row"),
        ({"from-id": ""}, "Still needed: id"),
        ({"decimal_mark": ",", "group_mark": ","}, "group_mark"),
        ({"into": "nothing"}, "nothing"),
        ({"extra": ""}, "Nothing is said about the columns"),
    ],
)
def test_what_cannot_be_read_says_why_while_one_types(fresh: Site, change: dict[str, str], said: str) -> None:
    admin = fresh.as_("admin")
    fields = fields_of(admin.get(begun(fresh, CRM.encode(), "crm.csv") + "&into=deals"))
    fields |= {"from-id": "c:Nr", "from-owner": "c:Rep"} | change
    answer = admin.post("/imports/mappings/preview/", fields)
    assert answer.status_code == 200
    assert said in words(answer)


def test_the_name_of_a_mapping_is_taken_once(fresh: Site) -> None:
    """What somebody else saved under this name is not overwritten, and they are named."""
    admin = fresh.as_("admin")
    fields = fields_of(admin.get(begun(fresh, CRM.encode(), "crm.csv") + "&into=deals"))
    fields |= {"from-id": "c:Nr", "from-owner": "c:Rep", "called": "sales", "then": "save"}
    assert admin.post("/imports/mappings/save/", fields).status_code == 302
    again = admin.post("/imports/mappings/save/", {**fields, "from-owner": "", "constant-owner": ""})
    assert again.status_code == 409
    assert "There is a mapping sales already" in words(again).replace("`", "")
    assert company.email("admin") in words(again)
    for bad in ("../evil", "A B", "", "x" * 80):
        assert admin.post("/imports/mappings/save/", {**fields, "called": bad}).status_code == 409
    assert sorted(file.name for file in (fresh.workspace.path / "mappings").iterdir()) == ["crm.yaml", "sales.yaml"]


def test_a_mapping_is_edited_as_text_and_the_second_editor_is_told(fresh: Site) -> None:
    admin = fresh.as_("admin")
    file = fresh.workspace.path / "mappings" / "crm.yaml"
    text = "# from sales operations\ninto: deals\ncolumns: {id: Nr, close_date: Datum, amount: Betrag, owner: Rep}\n"
    file.write_text(text, encoding="utf-8")
    page = admin.get("/imports/mappings/of/crm/")
    assert "By hand" in words(admin.get("/imports/mappings/")) and "# from sales operations" in page.content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page.content.decode())
    assert seen
    mine = {"seen": seen[1], "text": text.replace("Rep", "Seller")}
    assert admin.post("/imports/mappings/of/crm/save/", mine).status_code == 302
    assert "Seller" in file.read_text(encoding="utf-8") and "# from sales" in file.read_text(encoding="utf-8")
    theirs = admin.post("/imports/mappings/of/crm/save/", {**mine, "text": text.replace("Rep", "Owner")})
    assert theirs.status_code == 409
    assert "was changed meanwhile" in words(theirs) and "Owner" in words(theirs) and "Seller" in words(theirs)
    wrong = admin.post("/imports/mappings/of/crm/save/", {**mine, "text": "into: nowhere\n"})
    assert wrong.status_code == 409 and "nowhere" in words(wrong)
    assert "Seller" in file.read_text(encoding="utf-8")


QUERY = "into: deals\nformat: sql\ndatabase: crm.db\nquery: SELECT id, amount FROM deals\n"


@pytest.mark.parametrize(
    ("before", "after", "is_saved"),
    [
        ("into: deals\n", QUERY, False),
        ("into: gone\n", QUERY, False),
        (QUERY, QUERY.replace("crm.db", "data/attain.sqlite3"), False),
        (QUERY, QUERY.replace("id,", "password AS id,"), False),
        (QUERY, QUERY + "columns: {owner: seller}\n", True),
        (QUERY, "into: deals\n", True),
    ],
)
def test_what_is_asked_of_a_database_is_not_written_on_a_page(
    fresh: Site, before: str, after: str, is_saved: bool
) -> None:
    """An operator's import would read it, whatever it names: only who writes into the folder says it."""
    file = fresh.workspace.path / "mappings" / "crm.yaml"
    file.write_text(before, encoding="utf-8")
    page = fresh.as_("admin").get("/imports/mappings/of/crm/").content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    answer = fresh.as_("admin").post("/imports/mappings/of/crm/save/", {"text": after, "seen": seen[1]})
    assert answer.status_code == (302 if is_saved else 409)
    assert is_saved or "What is asked of a database is not written here." in words(answer)
    assert file.read_text(encoding="utf-8") == (after if is_saved else before)


def test_a_mapping_is_tried_with_a_file_before_it_is_saved(fresh: Site) -> None:
    admin = fresh.as_("admin")
    columns = "{id: Nr, close_date: Datum, amount: Betrag, owner: Rep}"
    text = f"into: deals\ndelimiter: ';'\nextra: ignore\ncolumns: {columns}\n"
    (fresh.workspace.path / "mappings" / "crm.yaml").write_text(text, encoding="utf-8")
    place = begun(fresh, CRM.encode(), "crm.csv", mapping="crm")
    assert urlsplit(place).path == "/imports/mappings/of/crm/"
    assert "32.03.2026" in words(admin.get(place))
    upload = parse_qs(urlsplit(place).query)["upload"][0]
    forms = 'decimal_mark: ","\ngroup_mark: "."\ndate_format: dd.mm.yyyy\n'
    seen = words(admin.post("/imports/mappings/preview/", {"text": text + forms, "upload": upload}))
    assert "2026-03-31" in seen and "There is no such day." in seen


def test_a_mapping_that_cannot_be_read_is_listed_and_mended(fresh: Site) -> None:
    """One broken document keeps nobody from importing by the others."""
    (fresh.workspace.path / "mappings" / "old.yaml").write_text("into: gone\n", encoding="utf-8")
    admin = fresh.as_("admin")
    assert "Cannot be read" in words(admin.get("/imports/mappings/"))
    assert admin.get("/imports/").status_code == 200
    assert "gone" in words(admin.get("/imports/mappings/of/old/"))
    assert admin.get("/imports/mappings/of/none/").status_code == 404


def test_an_upload_that_is_gone_is_told(fresh: Site) -> None:
    admin = fresh.as_("admin")
    for upload in ("../../attain.toml", "00000000-0000.csv"):
        assert admin.get(f"/imports/mappings/new/?upload={upload}&name=x.csv").status_code == 409
    assert fresh.as_("auditor").get("/imports/mappings/new/?upload=x").status_code == 404
    assert fresh.as_("auditor").get("/imports/mappings/").status_code == 200
