"""HR files: looked at first, with what changes for whom or what is wrong; then taken, put away or compared again."""

from __future__ import annotations

import io
from html import unescape
from typing import Any

import pytest

from tests.web import company
from tests.web.conftest import Site
from tests.web.test_org_pages import GIVEN, RITA, rows, save, state
from tests.web.test_pay_pages import words


def upload(
    site: Site, content: bytes, name: str = "people.csv", *, how: str = "into:people", who: str = "admin"
) -> Any:
    """The page of the file, after the worker has looked at it."""
    file = io.BytesIO(content)
    file.name = name
    answer = site.as_(who).post("/organisation/file/", {"file": file, "how": how})
    site.work()
    return answer


HR = """\
person,name,title,manager,hired_on,left_on,valid_from,valid_to
ron,Ron Rabe-Roth,Account Executive,mia,2024-02-01,,,
sven,Sven Star,Account Executive,nora,2024-02-01,,,
hans,Hans Hirsch,Account Executive,max,2026-05-01,,,
"""


def test_a_file_is_looked_at_and_then_taken(fresh: Site) -> None:
    """M.3: new, changed, unchanged, and what changes for whom; nothing counts before it is confirmed."""
    from attain.web.apps.imports.models import Batch

    batches, before = Batch.objects.count(), state()
    page = upload(fresh, HR.encode())["Location"]
    said = words(fresh.as_("admin").get(page))
    assert "People 1 1 1" in said and "Positions 1 0 2" in said
    assert "Ron Rabe → Ron Rabe-Roth" in said and "hans" in said
    assert (Batch.objects.count(), state()) == (batches, before)
    job = fresh.as_("admin").post(page)["Location"]
    fresh.work()
    assert "Done" in words(fresh.as_("admin").get(job))
    batch = Batch.objects.latest("sequence")
    assert (batch.source, batch.imported_by, batch.rows) == ("people.csv", company.email("admin"), 3)
    assert rows("Position", position="hans")[0].manager == "max"
    assert fresh.as_("admin").post(page).status_code == 409, "It was taken already."
    again = upload(fresh, HR.encode(), "again.csv")["Location"]
    assert "recorded already" in words(fresh.as_("admin").get(again))
    assert "Hans Hirsch" in words(fresh.as_("admin").get("/people/hans/"))


@pytest.mark.parametrize(
    ("how", "content", "told"),
    [
        ("into:people", "person,name,title,manager,hired_on\nkim,Kim Kranich,Clerk,mia,2026-02-31\n",
         ["1", "Employed from", "2026-02-31"]),
        ("into:people", "person,name,title,manager,hired_on\nkim,Kim Kranich,Clerk,miaa,2026-02-01\n",
         ["Reports to", "miaa", "Did you mean mia?"]),
        ("into:positions", "position,title,territory,unit,manager,valid_from,valid_to\ndana,Boss,,,ron,2026-05-01,\n",
         ["Reports to", "circle"]),
        ("into:positions", "position,title,territory,unit,manager,valid_from,valid_to\n"
         "w,T,,,mia,2026-05-01,2026-07-01\nw,T,,,max,2026-06-01,\n", ["2", "w"]),
        ("into:quotas", "quota,subject,amount,currency,per,valid_from\nnew_business,ron,-5,EUR,yaer,2026-07-01\n",
         ["Did you mean year?", "below zero"]),
        ("into:assignments", "person,position,valid_from\nron,mia,2026-05-01\n", ["mia"]),
        ("into:people", "persn,name\nx,X\n", ["person"]),
        ("into:people", "", []),
    ],
)  # fmt: skip
def test_a_file_with_faults_says_row_and_column_and_is_uploaded_again(
    fresh: Site, how: str, content: str, told: list[str]
) -> None:
    """M.3: all of it or nothing; what is wrong can be corrected in the file."""
    before = state()
    answer = upload(fresh, content.encode(), "hr.csv", how=how)
    page = unescape(words(fresh.as_("admin").get(answer["Location"])))
    assert "Nothing was taken" in page
    for word in told:
        assert word in page
    assert fresh.as_("admin").post(answer["Location"]).status_code == 409
    assert state() == before
    assert list((fresh.workspace.data / "uploads").glob("*")) == []


def test_a_file_is_compared_again_where_the_records_have_changed_since(fresh: Site) -> None:
    page = upload(fresh, HR.encode())["Location"]
    save(fresh, RITA, GIVEN["seat"])
    assert "have changed since" in words(fresh.as_("admin").get(page))
    again = fresh.as_("admin").post(page)["Location"]
    fresh.work()
    assert again.startswith("/organisation/file/") and again != page
    assert rows("Position", position="hans") == []
    fresh.as_("admin").post(again)
    fresh.work()
    assert rows("Position", position="hans") != []


def test_a_file_is_put_away(fresh: Site) -> None:
    before = state()
    page = upload(fresh, HR.encode())["Location"]
    assert fresh.as_("admin").post(page, {"discard": "1"}).status_code == 302
    assert list((fresh.workspace.data / "uploads").glob("*")) == []
    assert state() == before
    assert fresh.as_("admin").post(page).status_code == 409


@pytest.mark.parametrize(("name", "how"), [("x.exe", "into:people"), ("x.csv", "into:deals"), ("x.csv", "mapping:no")])
def test_what_is_no_file_of_the_organisation_is_refused_with_the_form(fresh: Site, name: str, how: str) -> None:
    answer = upload(fresh, b"person\nx\n", name, how=how)
    assert answer.status_code == 422
    assert "look at this again" in words(answer)


def test_a_file_is_nobody_elses_to_see(fresh: Site) -> None:
    """F1: a file holds names and quotas."""
    page = upload(fresh, HR.encode())["Location"]
    for who in ("finance", "rep", "auditor", "administrator"):
        assert fresh.as_(who).get(page).status_code == fresh.as_(who).post(page).status_code == 404


QUOTA = b'quota,subject,amount,currency,per,valid_from\nnew_business,rita,"120.000",EUR,year,2026-01-01\n'


def test_a_file_is_compared_again_where_its_mapping_has_changed_since(fresh: Site) -> None:
    """M.3: 120.000 was looked at as a hundred and twenty thousand, and is not taken as a hundred and twenty."""
    mapping = fresh.workspace.path / "mappings" / "hr.yaml"
    mapping.write_text("into: quotas\ndecimal_mark: ','\ngroup_mark: '.'\n")
    page = upload(fresh, QUOTA, "quotas.csv", how="mapping:hr")["Location"]
    assert "→ 120000.0000" in words(fresh.as_("admin").get(page))
    taking = fresh.as_("admin").post(page)["Location"]
    mapping.write_text("into: quotas\n")
    fresh.work()
    assert "The records or the mapping were changed" in words(fresh.as_("admin").get(taking))
    assert [str(one.amount) for one in rows("Quota", subject="rita")] == ["100000.0000"]
    assert "the mapping have changed since" in words(fresh.as_("admin").get(page))
    again = fresh.as_("admin").post(page)["Location"]
    fresh.work()
    assert again.startswith("/organisation/file/") and again != page
    mapping.unlink()
    assert "the mapping have changed since" in words(fresh.as_("admin").get(again))


def test_records_that_change_while_a_file_is_read_are_not_written_over(
    fresh: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N.5: between the last look at the versions and the transaction there is the reading of the file."""
    from attain.kernel.errors import Refused
    from attain.web.apps.imports.services import import_file
    from attain.web.apps.org.services import table_versions

    looked = table_versions(["quotas", "people", "positions", "assignments", "teams"])
    save(fresh, RITA, GIVEN["seat"])
    with pytest.raises(Refused, match="nothing was taken"):
        import_file(fresh.workspace, QUOTA, actor="setup", into="quotas", versions=looked)
