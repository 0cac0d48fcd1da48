"""Plans as pages: from a draft to a version that pays, with two people and nothing overwritten unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attain.cli.main import main
from tests.web.plans_cast import LATER, NEXT, Cast, cast, plans_template

__all__ = ["cast", "plans_template"]  # fixtures

PAGE = "/plans/account-executive/2026-1/"


def begun(cast: Cast, text: str | None = None, by: str = "anja") -> int:
    """A draft of the published version, saved with another text."""
    browser = cast.browsers[by]
    answer = browser.post("/plans/drafts/begin/", {"plan": "account-executive", "version": "2026-1"})
    assert answer.status_code == 302
    pk = int(answer.url.strip("/").split("/")[-1])
    if text is not None:
        assert browser.post(f"/plans/drafts/{pk}/save/", {"text": text, "seen": 1}).status_code == 302
    return pk


def draft_of(pk: int) -> Any:
    from attain.web.apps.plans.drafting import draft_named

    return draft_named(pk)


def hash_of(cast: Cast, pk: int) -> str:
    from attain.web.apps.plans.judging import judge_draft

    return judge_draft(cast.workspace, draft_of(pk)).hash


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_draft_becomes_a_version_that_pays_through_two_people(cast: Cast) -> None:
    anja, finn = cast.browsers["anja"], cast.browsers["finn"]
    pk = begun(cast, LATER)
    page = said(anja.get(f"/plans/drafts/{pk}/"))
    assert "2026-2" in page and "Send for approval" in page
    assert anja.post(f"/plans/drafts/{pk}/submit/", {"text": LATER, "seen": 2}).status_code == 302
    assert draft_of(pk).state == "in review" and draft_of(pk).submitted_by == "anja@nord.example"
    assert "Approve this text" in said(finn.get(f"/plans/drafts/{pk}/"))
    answer = finn.post(f"/plans/drafts/{pk}/approve/", {"hash": hash_of(cast, pk), "remark": "as agreed"})
    assert answer.status_code == 302 and draft_of(pk).approved_by == "finn@nord.example"
    answer = anja.post(f"/plans/drafts/{pk}/publish/", {"reason": "signed"})
    assert answer.url == "/plans/account-executive/2026-2/"
    assert "2026-2" in said(anja.get(answer.url))
    assert draft_of(pk).state == "published"
    assert cast.events()[-5:] == [
        *("plans.draft-saved", "plans.draft-submitted", "plans.draft-approved"),
        *("plans.draft-published", "plans.published"),
    ]


def test_nobody_approves_what_they_edited_or_submitted(cast: Cast) -> None:
    anja, otto, finn = (cast.browsers[name] for name in ("anja", "otto", "finn"))
    pk = begun(cast, LATER)
    assert otto.post(f"/plans/drafts/{pk}/submit/", {"seen": 2}).status_code == 302
    for browser in (anja, otto):
        answer = browser.post(f"/plans/drafts/{pk}/approve/", {"hash": hash_of(cast, pk)})
        assert answer.status_code == 409 and "somebody else approves it" in said(answer)
        assert "Approve this text" not in said(browser.get(f"/plans/drafts/{pk}/"))
    assert finn.post(f"/plans/drafts/{pk}/approve/", {"hash": hash_of(cast, pk)}).status_code == 302


def test_an_edit_takes_the_approval_away(cast: Cast) -> None:
    anja, finn = cast.browsers["anja"], cast.browsers["finn"]
    pk = begun(cast, LATER)
    anja.post(f"/plans/drafts/{pk}/submit/", {"seen": 2})
    finn.post(f"/plans/drafts/{pk}/approve/", {"hash": hash_of(cast, pk)})
    assert draft_of(pk).state == "approved"
    anja.post(f"/plans/drafts/{pk}/save/", {"text": LATER + "# one remark more\n", "seen": draft_of(pk).version})
    assert (draft_of(pk).state, draft_of(pk).approved_by, draft_of(pk).approved_hash) == ("draft", "", "")
    assert anja.post(f"/plans/drafts/{pk}/publish/", {}).status_code == 409


def test_only_the_text_that_was_seen_is_approved(cast: Cast) -> None:
    anja, finn = cast.browsers["anja"], cast.browsers["finn"]
    pk = begun(cast, LATER)
    looked_at = hash_of(cast, pk)
    anja.post(f"/plans/drafts/{pk}/submit/", {"text": LATER.replace("9%", "10%").replace("28}", "30}"), "seen": 2})
    assert draft_of(pk).state == "in review"
    answer = finn.post(f"/plans/drafts/{pk}/approve/", {"hash": looked_at})
    assert answer.status_code == 409 and "not the text that you looked at" in said(answer)


def test_what_was_changed_behind_the_approval_is_not_published(cast: Cast) -> None:
    anja, finn = cast.browsers["anja"], cast.browsers["finn"]
    pk = begun(cast, LATER)
    anja.post(f"/plans/drafts/{pk}/submit/", {"seen": 2})
    finn.post(f"/plans/drafts/{pk}/approve/", {"hash": hash_of(cast, pk)})
    draft = draft_of(pk)
    draft.text = LATER.replace("9%", "12%")
    draft.save()
    answer = anja.post(f"/plans/drafts/{pk}/publish/", {})
    assert answer.status_code == 409 and "not what was approved" in said(answer)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        pytest.param(LATER.replace("by: booked.", "by: boked."), "boked", id="an unknown name"),
        pytest.param(NEXT, "both hold on 2026-01-01", id="days that another version has"),
        pytest.param("plan: [", "Line 1", id="no document at all"),
        pytest.param(LATER.replace("D2: 28}", "D2: 27}"), "is not as expected", id="a failing test"),
        pytest.param(LATER.replace("plan: account-executive", "plan: other"), "calls itself other", id="another plan"),
    ],
)
def test_what_is_at_fault_is_not_submitted_and_stays_a_draft(cast: Cast, text: str, because: str) -> None:
    pk = begun(cast, text)
    sent = {"text": text, "seen": draft_of(pk).version}
    answer = cast.browsers["anja"].post(f"/plans/drafts/{pk}/submit/", sent)
    assert answer.status_code == 409 and because in said(answer)
    assert "Not sent for approval" in said(answer)
    assert draft_of(pk).state == "draft" and draft_of(pk).text == text


def test_the_second_of_two_editors_is_told_and_sees_the_difference(cast: Cast) -> None:
    anja, otto = cast.browsers["anja"], cast.browsers["otto"]
    pk = begun(cast, LATER)
    otto.post(f"/plans/drafts/{pk}/save/", {"text": LATER.replace("9%", "11%"), "seen": 2})
    mine = LATER.replace("9%", "10%")
    answer = anja.post(f"/plans/drafts/{pk}/save/", {"text": mine, "seen": 2})
    page = said(answer)
    assert answer.status_code == 409 and "otto@nord.example has changed this draft" in page
    assert draft_of(pk).text == LATER.replace("9%", "11%")
    assert "<span>-</span>      - {rate: 11%}" in page and "<span>+</span>      - {rate: 10%}" in page
    assert 'name="seen" value="3"' in page and "{rate: 10%}" in page.split("<textarea")[1]
    assert anja.post(f"/plans/drafts/{pk}/save/", {"text": mine, "seen": 3}).status_code == 302
    assert draft_of(pk).text == mine


def test_a_check_while_typing_says_what_is_wrong_and_writes_nothing(cast: Cast) -> None:
    anja = cast.browsers["anja"]
    pk = begun(cast, LATER)
    before, events = (draft_of(pk).text, draft_of(pk).version), cast.events()
    page = said(anja.post(f"/plans/drafts/{pk}/check/", {"text": LATER.replace("rate: 9%", "rate: -9%")}))
    assert 'data-marks="23:warning"' in page and "1 warning" in page and "finding blocks" not in page
    page = said(anja.post(f"/plans/drafts/{pk}/check/", {"text": LATER.replace("by: booked.", "by: boked.")}))
    assert 'data-marks="20:error"' in page and "1 fault" in page and "1 finding blocks approval" in page
    assert "Provision" in said(anja.post(f"/plans/drafts/{pk}/check/", {"text": LATER, "language": "de"}))
    assert (draft_of(pk).text, draft_of(pk).version) == before and cast.events() == events


def test_tests_run_on_the_text_as_it_is_typed(cast: Cast) -> None:
    anja = cast.browsers["anja"]
    pk = begun(cast, LATER)
    assert "1 of 1 pass" in said(anja.post(f"/plans/drafts/{pk}/tests/", {"text": LATER}))
    page = said(anja.post(f"/plans/drafts/{pk}/tests/", {"text": LATER.replace("D2: 28}", "D2: 27}")}))
    assert "0 of 1 pass" in page and "expected 27" in page and "draft 28" in page


def test_the_curve_shows_the_draft_beside_the_published_version(cast: Cast) -> None:
    from attain.plans.loader import load_plan
    from attain.web.apps.plans.curves import curves_of

    curves, undrawn = curves_of(load_plan(LATER).plan, load_plan(NEXT).plan, "en")
    assert not undrawn and curves[0].quota == 100_000  # of the test: 1,000.00, in cents
    rows = {float(at): (before, now) for at, before, now in curves[0].rows}
    assert rows[0.8] == (4000, 4000) and rows[1.0] == (5000, 5000) and rows[1.4] == (8200, 8600)
    assert "Version 2026-1" in said(cast.browsers["anja"].get(f"/plans/drafts/{begun(cast, LATER)}/"))


def test_a_whole_table_jumps_and_a_component_without_a_curve_is_named() -> None:
    from attain.plans.loader import load_plan
    from attain.web.apps.plans.curves import curves_of

    paid = LATER.replace("each: bookings\n    pays: marginal", "per: payee year\n    of: booked\n    pays: whole")
    curves, _ = curves_of(load_plan(paid).plan, None, "en")
    assert [(float(at), int(by)) for at, by in curves[0].draft.jumps] == [(1.0, 4000)]
    fixed = LATER[: LATER.index("    each:")] + "    each: bookings\n    pays: percent\n    rate: 5%\n" + LATER[
        LATER.index("policies:") :
    ]  # fmt: skip
    assert curves_of(load_plan(fixed).plan, None, "en") == ([], ["Commission"])


def test_the_effect_on_real_data_is_that_of_the_command(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from attain.web.serving.worker import work

    anja = cast.browsers["anja"]
    pk = begun(cast, LATER)
    assert "Waiting for the worker" in said(anja.post(f"/plans/drafts/{pk}/effect/start/"))
    work(cast.workspace, until_empty=True)
    card = said(anja.get(f"/plans/drafts/{pk}/effect/", headers={"HX-Request": "true"}))
    assert "+€20.00" in card and "1 gain" in card and "1 unchanged" in card and "0 lose" in card
    page = said(anja.get(f"/plans/drafts/{pk}/effect/"))
    assert "Bob Bär" in page and "Eve Ems" in page and "€660.00" in page and "€680.00" in page
    assert f"/plans/drafts/{pk}/effect/" in said(anja.get("/jobs/1/"))
    file = tmp_path / "draft.yaml"
    file.write_text(LATER, encoding="utf-8")
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["diff", "account-executive@2026-1", str(file), "--json", "--workspace", str(cast.workspace.path)])
    told = json.loads(capsys.readouterr().out)["effect"]
    assert [(one["payee"], one["earned_before"], one["earned_change"]) for one in told] == [("bob", "660.00", "20.00")]
    cast.workspace.connect()
    anja.post(f"/plans/drafts/{pk}/save/", {"text": LATER.replace("9%", "10%"), "seen": 2})
    assert "Of an earlier text" in said(anja.get(f"/plans/drafts/{pk}/effect/", headers={"HX-Request": "true"}))


def test_the_page_of_a_version_shows_who_is_on_it_and_what_differs(cast: Cast) -> None:
    anja = cast.browsers["anja"]
    page = said(anja.get(PAGE))
    assert 'href="/people/bob/"' in page and "€660.00" in page and "Eve Ems" in page
    pk = begun(cast, LATER)
    compared = said(anja.get(f"/plans/drafts/{pk}/?compare=1"))
    assert "tier 2, rate" in compared and "8%" in compared and "9%" in compared and "moves money" in compared


def test_a_version_is_retired_with_a_reason(cast: Cast) -> None:
    anja = cast.browsers["anja"]
    refused = anja.post(f"{PAGE}retire/", {"reason": " "})
    assert refused.status_code == 409 and "A reason is needed" in said(refused)
    assert anja.post(f"{PAGE}retire/", {"reason": "never signed"}).status_code == 302
    assert "Retired" in said(anja.get(PAGE)) and cast.events()[-1] == "plans.retired"


def test_a_draft_is_sent_back_with_a_remark_or_discarded(cast: Cast) -> None:
    anja, finn = cast.browsers["anja"], cast.browsers["finn"]
    pk = begun(cast, LATER)
    anja.post(f"/plans/drafts/{pk}/submit/", {"seen": 2})
    assert finn.post(f"/plans/drafts/{pk}/send-back/", {"seen": 3, "remark": ""}).status_code == 409
    assert finn.post(f"/plans/drafts/{pk}/send-back/", {"seen": 3, "remark": "9% is too much"}).status_code == 302
    assert "9% is too much" in said(anja.get(f"/plans/drafts/{pk}/")) and draft_of(pk).state == "draft"
    assert anja.post(f"/plans/drafts/{pk}/discard/", {"seen": 4}).status_code == 302
    assert anja.post(f"/plans/drafts/{pk}/save/", {"text": LATER, "seen": 5}).status_code == 409


def test_a_new_plan_begins_with_a_few_lines(cast: Cast) -> None:
    anja = cast.browsers["anja"]
    answer = anja.post("/plans/drafts/begin/")
    assert "new-plan" in said(anja.get(answer.url)) and "new-plan" in said(anja.get("/plans/"))


ROUTES: list[Callable[[int], tuple[str, dict[str, str]]]] = [
    lambda pk: (f"/plans/drafts/{pk}/save/", {"text": "plan: x", "seen": "2"}),
    lambda pk: (f"/plans/drafts/{pk}/check/", {"text": "plan: x"}),
    lambda pk: (f"/plans/drafts/{pk}/submit/", {"seen": "2"}),
    lambda pk: (f"/plans/drafts/{pk}/publish/", {}),
    lambda pk: (f"/plans/drafts/{pk}/discard/", {"seen": "2"}),
    lambda pk: ("/plans/drafts/begin/", {}),
    lambda pk: (f"{PAGE}retire/", {"reason": "no"}),
]


def test_who_has_no_right_finds_nothing(cast: Cast) -> None:
    pk = begun(cast, LATER)
    for route in ROUTES:
        address, sent = route(pk)
        assert cast.browsers["finn"].post(address, sent).status_code == 404, address
        assert cast.browsers["bob"].post(address, sent).status_code == 404, address
    assert cast.browsers["bob"].get(f"/plans/drafts/{pk}/").status_code == 404
    assert cast.browsers["bob"].post(f"/plans/drafts/{pk}/approve/", {}).status_code == 404


def test_services_ask_for_the_right_again(cast: Cast) -> None:
    from attain.kernel.errors import Refused
    from attain.web.apps.plans import drafting

    pk = begun(cast, LATER)
    bob = cast.viewer("bob")
    for act in (
        lambda: drafting.begin_draft(cast.workspace, bob),
        lambda: drafting.save_draft(cast.workspace, pk, bob, text="", seen=2),
        lambda: drafting.submit_draft(cast.workspace, pk, bob, seen=2),
        lambda: drafting.approve_draft(cast.workspace, pk, bob, seen=""),
        lambda: drafting.publish_draft(cast.workspace, pk, bob),
    ):
        with pytest.raises(Refused):
            act()
