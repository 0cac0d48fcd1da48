"""What programs ask and send: forms that stay, money as text, parts of lists, requests that are done once."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web import company
from tests.web.conftest import Site

V1 = "/api/v1"
ROWS = [{"id": "NEW-1", "close_date": "2026-03-05", "amount": "1234.50", "owner": "ron"},
        {"id": "NEW-2", "close_date": "2026-03-06", "amount": "100.00", "owner": "rita"}]  # fmt: skip


def got(site: Site, who: str, address: str, **asked: Any) -> Any:
    answer = site.program(who, "get", f"{V1}/{address}", asked or None)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def sent(site: Site, who: str, address: str, body: Any = None, **headers: str) -> Any:
    return site.program(who, "post", f"{V1}/{address}", body if body is not None else {}, **headers)


def said(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert set(body) == {"type", "status", "code", "title", "where", "next"}
    assert body["type"] == f"urn:attain:problem:{body['code']}"
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


def all_of(site: Site, who: str, address: str, limit: int) -> list[Any]:
    items, cursor = [], ""
    while True:
        part = got(site, who, address, limit=limit, cursor=cursor)
        items += part["items"]
        if part["next"] is None:
            return items
        cursor = part["next"]


@pytest.mark.parametrize(
    "address", ["people", "positions", "periods", "statements", "payments", "runs", "imports", "audit",
                "plans"]
)  # fmt: skip
def test_a_list_in_parts_is_the_whole_list(site: Site, address: str) -> None:
    """M.5: bulk out loses nothing and repeats nothing."""
    whole = got(site, "all-seeing", address, limit=500)
    assert whole["next"] is None
    assert len(whole["items"]) > (1 if address != "plans" else 0)
    assert all_of(site, "all-seeing", address, 2) == whole["items"]


def test_a_list_goes_on_although_rows_come_meanwhile(fresh: Site) -> None:
    first = got(fresh, "auditor", "audit", limit=2)
    seen = [one["sequence"] for one in first["items"]]
    assert fresh.as_("admin").post("/me/", {"language": "de", "theme": "dark"}).status_code == 302
    following = got(fresh, "auditor", "audit", limit=2, cursor=first["next"])
    assert [one["sequence"] for one in following["items"]] == [seen[-1] - 1, seen[-1] - 2]


@pytest.mark.parametrize("cursor", ["x", "eyJ9", "bnVsbA", "WzEsMl0=", "é"])
@pytest.mark.parametrize("address", ["people", "payments", "audit", "statements/sven/2026-01"])
def test_a_cursor_that_is_none_is_refused(site: Site, address: str, cursor: str) -> None:
    answer = site.program("all-seeing", "get", f"{V1}/{address}", {"cursor": cursor})
    assert answer.status_code in (200, 409), answer.content
    if answer.status_code == 409:
        assert said(answer) == (409, "api.cursor")


def test_money_is_exact_text_and_the_parts_add_up(site: Site) -> None:
    found = got(site, "stranger", "statements/sven/2026-01")
    total = found["totals"][0]
    assert sum(Decimal(part["amount"]) for part in total["parts"]) == Decimal(total["payable"])
    lines = found["lines"]["items"]
    assert sum(Decimal(line["amount"]) for line in lines) == Decimal(total["payable"])
    assert {type(line["amount"]) for line in lines} == {str}
    page = site.as_("stranger").get("/statements/sven/2026-01/").content.decode()
    assert f"{Decimal(total['payable']):,}" in page, "The page says the same."


def test_lines_come_in_parts(site: Site) -> None:
    whole = got(site, "stranger", "statements/sven/2026-01")["lines"]
    first = got(site, "stranger", "statements/sven/2026-01", limit=1)["lines"]
    rest = got(site, "stranger", "statements/sven/2026-01", limit=100, cursor=first["next"])["lines"]
    assert [*first["items"], *rest["items"]] == whole["items"]
    assert rest["next"] is None


def test_a_line_is_explained(site: Site) -> None:
    line = got(site, "stranger", "statements/sven/2026-01", limit=1)["lines"]["items"][0]
    why = got(site, "stranger", "statements/sven/2026-01/why", line=line["line"])
    assert why["proves"] is True
    assert [step for step in why["steps"] if step["is_result"]]
    other = site.program("stranger", "get", f"{V1}/statements/sven/2026-01/why", {"line": "nonsense"})
    assert said(other) == (404, "pay.no-line")


def test_people_are_told_as_of_a_day(site: Site) -> None:
    assert got(site, "admin", "positions", as_of="2026-02-28", q="rita")["items"][0]["manager"] == "max"
    assert got(site, "admin", "positions", as_of="2026-03-01", q="rita")["items"][0]["manager"] == "mia"
    vacant = got(site, "admin", "positions", q="east-2")["items"][0]
    assert (vacant["position"], vacant["holder"]) == ("east-2", None)


def test_a_plan_comes_as_it_was_published(site: Site) -> None:
    version = got(site, "admin", "plans")["items"][0]
    found = got(site, "admin", f"plans/{version['plan']}/{version['version']}")
    assert found["document"].startswith("attain:") or "plan: account-executive" in found["document"]
    assert found["content_hash"] == version["content_hash"]


def test_what_was_kept_aside_comes_with_its_reason(site: Site) -> None:
    batch = next(one for one in got(site, "admin", "imports")["items"] if one["quarantined"])
    rows = got(site, "admin", f"imports/{batch['batch']}/aside")["items"]
    assert len(rows) == batch["quarantined"] == 2
    assert rows[0]["values"]["id"] == "=BAD-1"
    assert rows[0]["reason"]


def test_rows_are_pushed_and_taken_in_once(fresh: Site) -> None:
    """M.5, M.3: by the way of every import, so that the same rows again change nothing."""
    asked = sent(fresh, "admin", "facts/deals", {"rows": ROWS})
    assert asked.status_code == 202
    fresh.work()
    job = got(fresh, "admin", f"jobs/{json.loads(asked.content)['id']}")
    assert (job["state"], job["failure"]) == ("done", "")
    batch = got(fresh, "admin", f"imports/{job['result']['batch']}")
    assert (batch["into"], batch["rows"], batch["quarantined"]) == ("deals", 2, 0)
    assert batch["imported_by"] == company.email("admin")
    again = json.loads(sent(fresh, "admin", "facts/deals", {"rows": ROWS}).content)["id"]
    fresh.work()
    assert "nothing was changed" in got(fresh, "admin", f"jobs/{again}")["result"]["message"]


@pytest.mark.parametrize(
    "body",
    ['{"rows": [{"amount": 12.5}]}', '{"rows": []}', '{"rows": [{"a": {}}]}', "{", "[]", '{"rows": [[1]]}', "\x00", ""],
)
def test_rows_of_another_form_are_refused_whole(site: Site, body: str) -> None:
    """Money as a number with a point is not exact, and is told where it stands."""
    before = len(site.log())
    answer = site.program("admin", "post", f"{V1}/facts/deals", body)
    status, _ = said(answer)
    assert status in (400, 422)
    if "12.5" in body:
        assert json.loads(answer.content)["where"][0]["field"].startswith("body.asked.rows.0.amount")
    assert len(site.log()) == before


def test_more_than_fits_is_told_so(site: Site) -> None:
    rows = [{"id": f"D-{number}", "amount": "1.00"} for number in range(40_000)]
    assert said(sent(site, "admin", "facts/deals", {"rows": rows}))[0] == 413


def test_a_fact_type_that_nobody_knows_names_the_one_that_was_meant(site: Site) -> None:
    answer = sent(site, "admin", "facts/deal", {"rows": ROWS})
    assert said(answer) == (404, "imports.no-table")
    assert "deals" in json.loads(answer.content)["next"]


def test_a_file_is_taken_in(fresh: Site) -> None:
    file = SimpleUploadedFile("march.csv", b"id,close_date,amount,owner\nM-1,2026-03-09,700.00,ron\n")
    answer = _uploaded(fresh, "admin", into="deals", file=file)
    assert answer.status_code == 202
    fresh.work()
    job = got(fresh, "admin", f"jobs/{json.loads(answer.content)['id']}")
    assert job["result"]["message"].startswith("1 row of deals taken from march.csv")


@pytest.mark.parametrize("how", [{}, {"into": "deals", "mapping": "x"}, {"mapping": "none"}, {"into": "nothing"}])
def test_a_file_that_fills_nothing_is_refused(site: Site, how: dict[str, str]) -> None:
    answer = _uploaded(site, "admin", file=SimpleUploadedFile("x.csv", b"a\n"), **how)
    assert said(answer)[0] in (404, 409)


def test_a_file_without_the_right_is_not_even_kept(site: Site) -> None:
    answer = _uploaded(site, "rep", into="deals", file=SimpleUploadedFile("x.csv", b"a\n"))
    assert said(answer) == (404, "api.nothing")


def _uploaded(site: Site, who: str, **form: Any) -> Any:
    given = {"Authorization": f"Bearer {company.token_of(who)}"}
    return site.as_(None).post(f"{V1}/imports", form, headers=given)


def test_the_same_key_is_done_once(fresh: Site) -> None:
    """M.5: a program that did not hear the answer asks again."""
    first, again = (sent(fresh, "admin", "runs", {"period": "2026-02"}, **{"Idempotency-Key": "k-1"}) for _ in "12")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    asked = [event for event in fresh.log() if event.action == "job.asked"]
    assert len(asked) == 2, "One of the company, one of these two."
    other = sent(fresh, "admin", "runs", {"period": "2026-03"}, **{"Idempotency-Key": "k-1"})
    assert said(other) == (409, "api.key-used")
    assert sent(fresh, "all-seeing", "runs", {"period": "2026-03"}, **{"Idempotency-Key": "k-1"}).status_code == 202


def test_a_refused_request_may_come_again_with_its_key(fresh: Site) -> None:
    key = {"Idempotency-Key": "k-2"}
    assert sent(fresh, "admin", "runs", {"period": "2026-99"}, **key).status_code == 409
    assert sent(fresh, "admin", "runs", {"period": "2026-03"}, **key).status_code == 202
    key = {"Idempotency-Key": "k-4"}
    for _ in "12":
        assert sent(fresh, "admin", "runs/nothing/approvals", {"seen": "x"}, **key).status_code == 404


@pytest.mark.parametrize("inside", ["1e999", "[" * 1400, "null", '"x"', "{}"])
def test_a_cursor_that_is_none_of_ours_is_refused(site: Site, inside: str) -> None:
    cursor = base64.urlsafe_b64encode(inside.encode()).decode()
    for address in ("imports", "people", "audit", "runs"):
        assert site.program("auditor", "get", f"{V1}/{address}?cursor={cursor}").status_code in (200, 409, 422)


def test_a_request_whose_answer_was_lost_is_not_done_again(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between the work and its answer: nobody can say whether it was done, so it is said."""
    from attain.web.api import keyed

    def crash(*_: object) -> None:
        raise RuntimeError("the power went out")

    key = {"Idempotency-Key": "k-3"}
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(keyed, "_note", crash)
        sent(fresh, "admin", "runs", {"period": "2026-03"}, **key)
    assert said(sent(fresh, "admin", "runs", {"period": "2026-03"}, **key)) == (409, "api.busy")


def test_a_run_is_started_approved_by_two_and_released(fresh: Site) -> None:
    """Four eyes hold whichever way one comes."""
    asked = sent(fresh, "admin", "runs", {"period": "2026-02"})
    fresh.work()
    run = got(fresh, "admin", f"jobs/{json.loads(asked.content)['id']}")["result"]["run"]
    answer = fresh.program("admin", "get", f"{V1}/runs/{run}")
    seen = {"If-Match": answer["ETag"]}
    assert said(sent(fresh, "admin", f"runs/{run}/approvals")) == (409, "api.if-match")
    assert said(sent(fresh, "admin", f"runs/{run}/approvals", **{"If-Match": '"other"'})) == (412, "api.changed")
    assert sent(fresh, "admin", f"runs/{run}/approvals", {"remark": "Looked"}, **seen).status_code == 201
    assert said(sent(fresh, "admin", f"runs/{run}/approvals", **seen)) == (409, "pay.approval")
    assert said(sent(fresh, "finance", f"runs/{run}/release")) == (409, "pay.not-approved")
    assert sent(fresh, "finance", f"runs/{run}/approvals", **seen).status_code == 201
    assert fresh.program("rep", "get", f"{V1}/statements/ron/2026-02").status_code == 404
    released = json.loads(sent(fresh, "finance", f"runs/{run}/release").content)
    assert (released["stage"], sorted(released["approvals"])) == (
        "released", [company.email("admin"), company.email("finance")],
    )  # fmt: skip
    assert fresh.program("rep", "get", f"{V1}/statements/ron/2026-02").status_code == 200


def test_the_log_says_by_which_token_something_was_written(fresh: Site) -> None:
    sent(fresh, "admin", "runs", {"period": "2026-03"})
    event = fresh.log()[-1]
    assert (event.action, event.object_id) == ("api.wrote", company.prefix_of("admin"))
    assert json.loads(event.after) == {
        "token": "program of admin", "method": "POST", "path": "/api/v1/runs", "status": 202,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "head"])
def test_another_method_is_told_which_there_are(site: Site, method: str) -> None:
    answer = site.program("admin", method, f"{V1}/runs")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST"


def test_an_unknown_address_is_told_in_the_same_form(site: Site) -> None:
    for who in ("admin", None):
        assert said(site.program(who, "get", f"{V1}/nothing")) == (404, "api.nothing")


def test_a_fault_of_ours_tells_nothing_but_that_it_was_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from attain.web.apps.org import api

    def fault(*_: object) -> None:
        raise ZeroDivisionError("a secret of Sven's")

    monkeypatch.setattr(api, "_seats", fault)
    client = site.as_(None)
    monkeypatch.setattr(client, "raise_request_exception", False)
    answer = client.get(f"{V1}/people", headers={"Authorization": f"Bearer {company.token_of('admin')}"})
    assert said(answer) == (500, "api.fault")
    assert b"Sven" not in answer.content


def test_the_description_says_the_right_of_every_operation(site: Site) -> None:
    from attain.web.apps.access.policy import Right

    answer = site.as_(None).get(f"{V1}/openapi.json")
    described = json.loads(answer.content)
    operations = [one for methods in described["paths"].values() for one in methods.values()]
    rights = {one["x-right"] for one in operations}
    assert described["openapi"].startswith("3.")
    assert rights - {"signed in"} <= set(Right.__members__)
    assert all("$ref" in json.dumps(one["responses"]["default"]) for one in operations)
    assert "Problem" in described["components"]["schemas"]


def test_the_page_of_what_programs_can_ask_names_every_operation(site: Site) -> None:
    """Our own page: a foreign one would load its scripts from elsewhere, which the policy of content forbids."""
    page = site.as_("rep").get("/me/programs/reference/").content.decode()
    described = json.loads(site.as_(None).get(f"{V1}/openapi.json").content)
    assert [route for route in described["paths"] if f"{route}<" not in page] == []
    assert "cdn" not in page
