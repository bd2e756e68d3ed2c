"""Asking for somebody: four steps, nothing lost, nothing twice, no name and no story."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.access.models import Region
from core.access.scope import region_scope
from matching.models import Request
from matching.queries import gate
from tests.conftest import NOON
from tests.factories.matching import Pool
from tests.factories.pool import make_area
from tests.matching.pages.conftest import (
    MEASURE,
    PARTICIPANT,
    REACH,
    SAFETY,
    STEPS,
    english,
)

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

NEW, CHECK = "/aanvragen/nieuw/", "/aanvragen/nieuw/klopt/"


def step(client: Client, number: int, **changes: Any) -> Any:
    return client.post(f"{NEW}{number}/", {**STEPS[number], **changes})


def fill(client: Client, **first: Any) -> None:
    step(client, 1, **first)
    for number in (2, 3, 4):
        assert step(client, number).status_code == 302


def send(client: Client) -> Any:
    page = client.get(CHECK)
    return client.post(CHECK, {"form_key": str(page.context["draft"].form_key)})


def filed(region: Region) -> list[Request]:
    with region_scope(region.pk):
        rows = Request.objects.select_related("measure", "case", "area")
        return list(rows.order_by("filed_at", "number"))


def test_four_steps_and_a_look_file_one_request(bram: Client, region: Region) -> None:
    fill(bram)
    answer = send(bram)

    (request,) = filed(region)
    assert answer.headers["Location"] == f"/aanvragen/{request.pk}/status/"
    assert "We have your request." in bram.get(answer.headers["Location"]).content.decode()
    with region_scope(region.pk):
        request = Request.objects.select_related("measure", "case").get()
        assert (request.urgency, request.area_id, request.needs) == ("URGENT", "3335", ["PARENT"])
        assert request.case_manager_name == "Fatima Idrissi"
        assert request.case.reference == "AA-2213"
        assert request.earliest_contact_at == datetime(2026, 3, 11, 11, tzinfo=UTC)
        assert request.measure is not None
        assert request.measure.state == "ANNOUNCED"
        assert request.measure.protected_roles == ["PARTNER", "CHILDREN"]
        assert gate(request, at=NOON).n_done == 7  # five answers, what they spare, and the card


def test_an_empty_first_step_asks_about_the_measure_only_whether_there_is_one(
    bram: Client,
) -> None:
    answer = bram.post(f"{NEW}1/", {"x": ""})

    assert set(answer.context["form"].errors) == {"activity", "urgency", "kind"}


def test_every_page_counts_and_the_last_is_the_look(bram: Client) -> None:
    fill(bram)

    said = {
        n: f"Step {n} of 5" in bram.get(url).content.decode()
        for n, url in ((1, f"{NEW}1/"), (4, f"{NEW}4/"), (5, CHECK))
    }

    assert said == {1: True, 4: True, 5: True}
    assert f'href="{NEW}4/"' in bram.get(CHECK).content.decode()


def test_tiles_begin_with_a_capital(bram: Client) -> None:
    first, second = (bram.get(f"{NEW}{n}/").content.decode() for n in (1, 2))

    assert [word in first for word in ("<span>Urgent<", "<span>No measure<", "<span>Yes<")] == [
        True,
        True,
        True,
    ]
    assert "<span>Partner<" in second


def test_a_draft_comes_back_where_it_stopped(bram: Client) -> None:
    step(bram, 1)
    answer = step(bram, 2, age_band="")

    assert answer.status_code == 422
    assert "Choose one." in answer.content.decode()
    again = bram.get(NEW, follow=True)
    assert again.redirect_chain == [(f"{NEW}2/", 302)]
    page = again.content.decode()
    assert 'value="2026-03-11"' in page
    assert "Saved at 12:00" in page


def test_back_keeps_what_is_not_right_yet(bram: Client) -> None:
    for number in (1, 2):
        step(bram, number)
    answer = step(bram, 3, deputy_phone="12", go="back")

    assert answer.headers["Location"] == f"{NEW}2/"
    assert 'value="12"' in bram.get(f"{NEW}3/").content.decode()


def test_a_draft_is_sealed_and_gone_after_sending(bram: Client) -> None:
    fill(bram)
    kept = bram.session["request_draft"]
    assert "Idrissi" not in kept
    assert "AA-2213" not in str(dict(bram.session))

    send(bram)

    assert "request_draft" not in bram.session


def test_a_draft_can_be_thrown_away(bram: Client, region: Region) -> None:
    step(bram, 1)

    answer = bram.post(f"{NEW}weg/", follow=True)

    assert "Nothing was sent." in answer.content.decode()
    assert "request_draft" not in bram.session
    assert filed(region) == []


def test_a_box_of_somebody_else_is_no_draft(bram: Client, cas: Client) -> None:
    step(bram, 1)
    theirs = cas.session
    theirs["request_draft"] = bram.session["request_draft"]
    theirs.save()

    assert cas.get(NEW).headers["Location"] == f"{NEW}1/"


def test_nothing_is_sent_before_all_steps_are_right(bram: Client, region: Region) -> None:
    step(bram, 1)

    assert bram.post(CHECK, {"form_key": "x"}).headers["Location"] == f"{NEW}2/"
    assert bram.get(CHECK).headers["Location"] == f"{NEW}2/"
    assert filed(region) == []


def test_sending_twice_files_once(bram: Client, region: Region) -> None:
    fill(bram)
    key = str(bram.get(CHECK).context["draft"].form_key)

    first, second = (bram.post(CHECK, {"form_key": key}) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert len(filed(region)) == 1


def test_a_changed_answer_leads_back_to_the_look(bram: Client) -> None:
    fill(bram)
    assert 'name="check"' in bram.get(f"{NEW}2/?check=1").content.decode()

    answer = step(bram, 2, age_band="FORTIES", check="1")

    assert answer.headers["Location"] == CHECK
    assert "40-49" in bram.get(CHECK).content.decode()


def test_without_a_measure_nothing_is_asked_about_one(bram: Client, region: Region) -> None:
    fill(bram, kind="NONE", imposed_0="", imposed_1="", decision_seen="")
    assert "no measure" in bram.get(CHECK).content.decode()
    send(bram)

    assert [one.measure for one in filed(region)] == [None]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"imposed_0": "", "imposed_1": ""}, "Fill in when the measure began."),
        ({"imposed_1": ""}, "Fill in both the day and the time."),
        ({"imposed_0": "31-31-2026"}, "Write the day as 5-9-2026."),
        ({"imposed_0": "2026-03-10", "imposed_1": "13:00"}, "This moment is still to come."),
        ({"imposed_0": "2025-03-10"}, "This is months ago."),
        ({"decision_seen": "YES"}, "Fill in the end that the decision states."),
        (
            {"decision_seen": "YES", "end_stated_0": "2026-04-06", "end_stated_1": "23:00"},
            "This is 20 minutes more than 4 weeks. Look at the decision again.",
        ),
        (
            {"decision_seen": "YES", "end_stated_0": "2026-04-08", "end_stated_1": "22:40"},
            "This is 2 days more than 4 weeks.",
        ),
        (
            {"decision_seen": "YES", "end_stated_0": "2026-03-09", "end_stated_1": "22:40"},
            "The end lies before the beginning.",
        ),
        ({"urgency": ""}, "Choose one."),
    ],
)
def test_step_one_says_what_to_mend(bram: Client, changes: dict[str, str], sentence: str) -> None:
    answer = step(bram, 1, **changes)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "naast-errors" in page


def test_exactly_four_weeks_is_right(bram: Client, region: Region) -> None:
    fill(bram, decision_seen="YES", end_stated_0="6-4-2026", end_stated_1="22.40")
    assert "Monday 6 April 22:40, as decided" in bram.get(CHECK).content.decode()
    send(bram)

    (request,) = filed(region)
    assert request.measure is not None
    assert request.measure.end_stated_at == datetime(2026, 4, 6, 20, 40, tzinfo=UTC)
    assert request.measure.state == "ACTIVE"


def test_an_end_without_the_decision_is_not_taken_as_stated(bram: Client, region: Region) -> None:
    fill(bram, decision_seen="NO", end_stated_0="2026-03-12", end_stated_1="10:00")
    send(bram)

    (request,) = filed(region)
    assert request.measure is not None
    assert request.measure.end_stated_at is None


@pytest.mark.parametrize(("fold", "instant"), [("0", "00:30"), ("1", "01:30"), ("LATER", "01:30")])
def test_an_hour_that_came_twice_is_asked_about(
    pool: Pool,
    region: Region,
    clock: time_machine.Traveller,
    fold: str,
    instant: str,
) -> None:
    clock.move_to(datetime(2026, 10, 25, 9, tzinfo=UTC))
    night = {"imposed_0": "2026-10-25", "imposed_1": "02:30"}
    later = {**PARTICIPANT, "when": "NOW"}
    # Sessions rest: after such a jump of the clock one signs in anew.
    client = english(pool.bram)

    asked = client.post(f"{NEW}1/", {**MEASURE, **night})
    assert asked.status_code == 422
    assert "02:30 came twice" in asked.content.decode()
    assert client.post(f"{NEW}1/", {**MEASURE, **night, "fold": fold}).status_code == 302
    for number, data in ((2, later), (3, REACH), (4, {**SAFETY, "plan_on": ""})):
        assert client.post(f"{NEW}{number}/", data).status_code == 302
    send(client)

    (request,) = filed(region)
    assert request.measure is not None
    assert f"{request.measure.imposed_at.astimezone(UTC):%H:%M}" == instant


def test_an_hour_that_was_skipped_is_explained(pool: Pool, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime(2026, 3, 29, 9, tzinfo=UTC))
    # Sessions rest: after such a jump of the clock one signs in anew.
    client = english(pool.bram)
    night = {"imposed_0": "2026-03-29", "imposed_1": "02:30"}
    assert client.post(f"{NEW}1/", {**MEASURE, **night}).status_code == 302
    for number in (2, 3, 4):
        data = {**STEPS[number], "when": "NOW"}
        assert client.post(f"{NEW}{number}/", data).status_code == 302

    page = client.get(CHECK).content.decode()

    assert "02:30 did not exist that night" in page
    assert "Sunday 29 March 03:30" in page


def test_an_end_in_the_hour_that_comes_twice_is_explained(
    pool: Pool, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 10, 15, 9, tzinfo=UTC))
    # Sessions rest: after such a jump of the clock one signs in anew.
    client = english(pool.bram)
    night = {"imposed_0": "2026-10-15", "imposed_1": "02:30"}
    client.post(f"{NEW}1/", {**MEASURE, **night})
    for number in (2, 3, 4):
        client.post(f"{NEW}{number}/", {**STEPS[number], "when": "NOW"})

    assert "we count with the later one" in client.get(CHECK).content.decode()


@pytest.mark.parametrize("reference", ["123456782", "bram@voorbeeld.example", "12-03-1987"])
def test_a_reference_that_names_somebody_is_refused(bram: Client, reference: str) -> None:
    answer = step(bram, 4, reference=reference)

    assert answer.status_code == 422
    assert "Use a case number." in answer.content.decode()


@pytest.mark.parametrize(
    ("area", "sentence"),
    [
        ("3331 AB", "Not somebody&#x27;s address."),
        ("Nergenshuizen", "We do not know this place."),
        ("Wijk", "There are more areas with this name"),
        ("", "Fill this in."),
    ],
)
def test_an_area_is_four_figures_or_one_place(bram: Client, area: str, sentence: str) -> None:
    answer = step(bram, 3, area=area)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_place_may_be_given_by_name(bram: Client, region: Region) -> None:
    with region_scope(region.pk):
        make_area("3399", name="Oosterhaven")
    step(bram, 1)
    step(bram, 2)
    assert step(bram, 3, area="oosterhaven").status_code == 302
    step(bram, 4)

    assert "3399 Oosterhaven" in bram.get(CHECK).content.decode()


def test_a_contact_far_ahead_and_a_plan_to_come_are_slips(bram: Client) -> None:
    assert "two months ahead" in step(bram, 2, earliest_0="2026-09-09").content.decode()
    assert "This day is still to come." in step(bram, 4, plan_on="2026-03-11").content.decode()


def test_what_is_known_is_filled_in_beforehand(bram: Client) -> None:
    page = bram.get(f"{NEW}3/").content.decode()

    assert 'value="Bram de Wit"' in page


def test_a_coordinator_writes_a_call_down(cas: Client, region: Region) -> None:
    assert 'value="Cas Verhoef"' not in cas.get(f"{NEW}3/").content.decode()
    fill(cas)
    send(cas)

    assert len(filed(region)) == 1


def test_an_expert_does_not_ask(ada: Client) -> None:
    for address in (NEW, f"{NEW}1/", CHECK):
        assert ada.get(address).status_code == 403


def test_a_step_that_does_not_exist_is_not_there(bram: Client) -> None:
    assert bram.get(f"{NEW}5/").status_code == 404
