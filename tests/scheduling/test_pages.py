"""Pages: who sees what, what a stranger learns (nothing), and planning without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from core.access.login import LIMITED
from core.access.models import Region, Role
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from matching.hooks import sessions_of
from pool.actions import Overlap
from scheduling import actions
from scheduling.models import Session
from scheduling.states import SessionState
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert
from tests.factories.scheduling import (
    DAY,
    PLANNING,
    SUNDAY,
    Scene,
    make_assignment,
    make_place,
    make_request,
    make_scene,
    open_gate,
    role_of,
)

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(PLANNING, tick=False) as moved:
        yield moved


@pytest.fixture
def scene(region: Region) -> Scene:
    with region_scope(region.pk):
        return make_scene()


@pytest.fixture
def session(scene: Scene, region: Region) -> Session:
    with region_scope(region.pk):
        return scene.plan(place_id=make_place().pk)


def page_of(session: Session) -> str:
    return f"/afspraken/{session.pk}/"


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return answer.content.decode()


# --- The agenda -------------------------------------------------------------------------------


def test_a_coordinator_sees_the_week_of_the_pool(scene: Scene, session: Session) -> None:
    page = text(client_as(scene.hanneke), "/agenda/")

    assert "Wie is er vrij" in page
    assert "Ruben K." in page
    assert f"<b>14:00</b> {scene.request.number}" in page
    assert page_of(session) in page
    assert "is-today" in page


def test_another_week_is_a_link_away(scene: Scene, session: Session) -> None:
    client = client_as(scene.hanneke)

    assert page_of(session) not in text(client, "/agenda/?vanaf=2026-09-12")
    assert page_of(session) in text(client, "/agenda/?vanaf=2026-08-31")
    for nonsense in ("nonsense", "9999-12-31", "0001-01-01"):
        assert page_of(session) in text(client, f"/agenda/?vanaf={nonsense}")


def test_an_expert_sees_own_hours_and_one_word(scene: Scene, session: Session) -> None:
    page = text(client_as(scene.ruben_user), "/agenda/")

    assert "Afspraak" in page
    assert "14:00" in page
    assert page_of(session) in page
    for word in (scene.request.number, "Bram", "Landrijk", "eerste afspraak"):
        assert word not in page


def test_a_limited_session_sees_hours_and_no_way_on(scene: Scene, session: Session) -> None:
    client = client_as(scene.ruben_user)
    kept = client.session
    kept[LIMITED] = True
    kept.save()

    page = text(client, "/agenda/")

    assert "14:00" in page
    assert page_of(session) not in page
    assert "koppeling" not in page
    assert client.get(page_of(session)).status_code == 302


def test_a_professional_sees_sessions_of_the_own_organisation(
    scene: Scene, session: Session, region: Region
) -> None:
    with region_scope(region.pk):
        stranger = make_user("Sanne Bakker", Role.PROFESSIONAL)

    assert scene.request.number in text(client_as(scene.bram), "/agenda/")
    assert page_of(session) not in text(client_as(stranger), "/agenda/")


def test_the_week_costs_the_same_for_any_number_of_people(
    scene: Scene,
    region: Region,
    session: Session,  # noqa: ARG001  (there is something to read)
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_as(scene.hanneke)
    client.get("/agenda/")
    with region_scope(region.pk):
        for name in ("Malika", "Frans"):
            expert = make_active_expert(scene.hanneke, first_name=name)
            request = make_request(scene.bram)
            make_assignment(request, expert)

    with django_assert_max_num_queries(45):
        client.get("/agenda/")


# --- One session ------------------------------------------------------------------------------


def test_the_place_shows_after_a_tap_and_that_is_logged(
    scene: Scene, session: Session, region: Region
) -> None:
    client = client_as(scene.ruben_user)

    assert "Landrijk" not in text(client, page_of(session))
    assert "Kantoor Landrijk" in text(client, page_of(session) + "?plek")

    with region_scope(region.pk):
        reads = AuditEntry.objects.filter(event="session.place.read")
        assert list(reads.values_list("actor", "subject")) == [
            (scene.ruben_user.pk, scene.request.case_id)
        ]


def test_the_page_of_an_expert_tells_a_stranger_nothing(scene: Scene, session: Session) -> None:
    page = text(client_as(scene.ruben_user), page_of(session))

    assert "<title>Afspraak · Naast</title>" in " ".join(page.split())
    for word in (scene.request.number, "Bram", "Verzet", "eerste afspraak"):
        assert word not in page
    assert "de casemanager" in page
    assert "tel:0880005678" in page  # Saturday: the number outside office hours


def test_a_session_that_is_not_yours_does_not_exist(
    scene: Scene, session: Session, region: Region, other_region: Region
) -> None:
    with region_scope(region.pk):
        malika = make_active_expert(scene.hanneke, first_name="Malika").user
        sanne = make_user("Sanne Bakker", Role.PROFESSIONAL)
        role = role_of(session)
    with region_scope(other_region.pk):
        cas = make_user("Cas Verhoef", Role.COORDINATOR)
    assert malika is not None

    for person in (malika, sanne, cas):
        client = client_as(person)
        assert client.get(page_of(session)).status_code == 404
        assert client.post(f"/afspraken/deel/{role.pk}/in/").status_code == 404
        for act in ("gehouden", "gemist"):
            assert client.post(f"{page_of(session)}{act}/").status_code == 404
    for person in (sanne, cas):
        client = client_as(person)
        for act in ("verzetten", "afzeggen", "bevestigen"):
            assert client.post(f"{page_of(session)}{act}/").status_code == 404
        assert client.get(f"/aanvragen/{scene.request.pk}/plannen/").status_code == 404
    assert client_as(scene.hanneke).get(f"/afspraken/{uuid4()}/").status_code == 404


def test_an_expert_may_not_plan_move_or_cancel(scene: Scene, session: Session) -> None:
    client = client_as(scene.ruben_user)

    answers = {
        client.post(f"{page_of(session)}{act}/").status_code
        for act in ("verzetten", "afzeggen", "bevestigen")
    }

    assert answers == {403}
    assert client.get(f"/aanvragen/{scene.request.pk}/plannen/").status_code == 403


def test_checking_in_and_out_on_a_phone(
    scene: Scene, session: Session, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        role = role_of(session)
    clock.move_to(SUNDAY)
    client = client_as(scene.ruben_user)

    assert f"/afspraken/deel/{role.pk}/in/" in text(client, page_of(session))
    client.post(f"/afspraken/deel/{role.pk}/in/")
    client.post(f"/afspraken/deel/{role.pk}/in/")
    assert f"/afspraken/deel/{role.pk}/uit/" in text(client, page_of(session))
    clock.shift(timedelta(minutes=50))  # an expert is signed out after an hour of rest
    client.post(f"/afspraken/deel/{role.pk}/uit/")

    assert "uitgecheckt" in text(client, page_of(session))
    with region_scope(region.pk):
        session.refresh_from_db()
    assert session.state == SessionState.HELD


def test_checking_in_too_early_is_refused_in_words(
    scene: Scene, session: Session, region: Region
) -> None:
    with region_scope(region.pk):
        role = role_of(session)

    answer = client_as(scene.ruben_user).post(f"/afspraken/deel/{role.pk}/in/")

    assert answer.status_code == 409
    assert "Inchecken kan vanaf een uur voor het begin." in answer.content.decode()


def test_cancelling_asks_once(scene: Scene, session: Session, region: Region) -> None:
    client = client_as(scene.bram)

    assert "gaat dan niet door" in text(client, f"{page_of(session)}afzeggen/")
    client.post(f"{page_of(session)}afzeggen/")

    assert "Afgezegd" in text(client, page_of(session))
    with region_scope(region.pk):
        session.refresh_from_db()
    assert session.state == SessionState.CANCELLED


def test_an_unsure_session_asks_for_a_yes(scene: Scene, session: Session, region: Region) -> None:
    with region_scope(region.pk):
        actions.unsettle([session], why="GATE_VOIDED", now=PLANNING)
    client = client_as(scene.hanneke)

    assert "Eerst bevestigen" in text(client, page_of(session))
    client.post(f"{page_of(session)}bevestigen/")

    assert "Eerst bevestigen" not in text(client, page_of(session))
    assert "naast-chip--hold" not in text(client, "/agenda/")


# --- Planning ---------------------------------------------------------------------------------


def plan_address(scene: Scene) -> str:
    return f"/aanvragen/{scene.request.pk}/plannen/"


def answers(scene: Scene, **changes: str) -> dict[str, str]:
    plain = {
        "kind": "FIRST_MEETING",
        "moment": SUNDAY.isoformat(),
        "length": "60",
        "place": "",
        "people": str(scene.assignment.pk),
        "with_professional": "on",
    }
    return plain | changes


def test_five_moments_are_suggested_with_weekday_date_and_time(scene: Scene) -> None:
    page = text(client_as(scene.hanneke), plan_address(scene))

    assert page.count('name="moment"') == 6
    assert "Zaterdag 5 september 12:00" in page  # not before the participant can be met
    assert "Zondag 6 september 08:00" in page


def test_planning_a_suggested_moment(scene: Scene, region: Region) -> None:
    answer = client_as(scene.bram).post(plan_address(scene), answers(scene))

    with region_scope(region.pk):
        session = Session.objects.get()
    assert answer.headers["Location"] == page_of(session)
    assert (session.starts_at, session.planned_by) == (SUNDAY, scene.bram)


def test_planning_a_moment_of_one_s_own(scene: Scene, region: Region) -> None:
    own = {"moment": "other", "other_0": "2026-09-07", "other_1": "19:30"}

    client_as(scene.hanneke).post(plan_address(scene), answers(scene, **own))

    with region_scope(region.pk):
        assert Session.objects.get().starts_at.isoformat() == "2026-09-07T17:30:00+00:00"


def test_an_hour_that_does_not_exist_is_refused(scene: Scene, region: Region) -> None:
    own = {"moment": "other", "other_0": "2027-03-28", "other_1": "02:30"}

    answer = client_as(scene.hanneke).post(plan_address(scene), answers(scene, **own))

    assert answer.status_code == 422
    assert "Deze tijd bestaat niet" in answer.content.decode()
    with region_scope(region.pk):
        assert not Session.objects.exists()


@pytest.mark.parametrize(("fold", "expected"), [("0", "00:30"), ("1", "01:30")])
def test_an_hour_that_comes_twice_is_asked_about(
    scene: Scene, region: Region, fold: str, expected: str
) -> None:
    client = client_as(scene.hanneke)
    own = {
        "kind": "FIRST_MEETING",
        "moment": "other",
        "other_0": "2026-10-25",
        "other_1": "02:30",
    }

    asked = client.post(plan_address(scene), answers(scene, **own))
    assert (asked.status_code, 'name="fold"' in asked.content.decode()) == (422, True)
    client.post(plan_address(scene), answers(scene, **own, fold=fold))

    with region_scope(region.pk):
        assert f"{Session.objects.get().starts_at:%H:%M}" == expected


def test_an_open_safety_check_names_what_is_open_and_leaves_the_phone(
    scene: Scene, region: Region
) -> None:
    with region_scope(region.pk):
        open_gate(scene.request)
    client = client_as(scene.hanneke)

    page = text(client, plan_address(scene))

    assert "de veiligheidscheck is niet compleet" in page
    assert 'value="FIRST_MEETING"' not in page
    assert 'value="PHONE"' in page
    assert client.post(plan_address(scene), answers(scene)).status_code == 422


def test_hours_that_are_given_away_are_refused_on_the_form(scene: Scene, session: Session) -> None:
    assert session.starts_at == SUNDAY

    answer = client_as(scene.hanneke).post(plan_address(scene), answers(scene))

    assert answer.status_code == 422
    assert str(Overlap.message) in answer.content.decode()


def test_moving_on_the_page(scene: Scene, session: Session, region: Region) -> None:
    client = client_as(scene.bram)
    address = f"{page_of(session)}verzetten/"
    assert "zondag 6 september 14:00" in text(client, address)

    monday = (SUNDAY + DAY).isoformat()
    answer = client.post(address, {"moment": monday, "length": "90", "place": ""})

    assert answer.status_code == 302
    with region_scope(region.pk):
        session.refresh_from_db()
    assert (session.starts_at, session.ends_at) == (
        SUNDAY + DAY,
        SUNDAY + DAY + timedelta(minutes=90),
    )


def test_pages_of_requests_show_their_sessions(
    scene: Scene, session: Session, region: Region
) -> None:
    with region_scope(region.pk):
        (mark,) = sessions_of([scene.request.pk])[scene.request.pk]

    assert (mark.starts_at, mark.state, mark.url) == (SUNDAY, "planned", page_of(session))
