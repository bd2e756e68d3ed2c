"""The pages of the pool, as the people who open them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock
from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from pool import actions, queries
from pool.models import (
    Absence,
    Agreement,
    Expert,
    LifeExperience,
    OnCallShift,
    Training,
    VogEvidence,
    WeekAvailability,
)
from pool.states import ExpertState
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import (
    EVENINGS,
    admit,
    give_papers,
    make_active_expert,
    make_area,
    make_expert,
    make_region_profile,
    require_vog,
)

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def ruben(region: Region, cas: User) -> Expert:
    with region_scope(region.pk):
        require_vog()
        return make_active_expert(cas, week=EVENINGS)


def filled(coordinator: User, **changes: object) -> dict[str, object]:
    """The register form as somebody would send it."""
    plain: dict[str, object] = {
        "first_name": "Malika",
        "last_name": "Oost",
        "phone": "06 8765 4321",
        "email": "malika@voorbeeld.example",
        "coordinator": str(coordinator.pk),
        "home_area": "3311",
        "travel_radius_km": "15",
        "max_running": "2",
        "max_per_week": "4",
        "activities": ["BUDDY_1ON1", "CHAT"],
        "language_0": "nl",
        "level_0": "NATIVE",
        "language_1": "ar",
        "level_1": "B2",
        "wants_sms": "on",
    }
    return plain | changes


def events(region: Region, event: str) -> int:
    with region_scope(region.pk):
        return AuditEntry.objects.filter(event=event).count()


# --- The list ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("ruben")
def test_list_says_on_top_how_the_pool_stands(region: Region, cas: User) -> None:
    page = client_as(cas).get(reverse("pool:expert-list"))

    assert page.status_code == 200
    assert "Ruben Kaars" in page.content.decode()
    assert page.context["board"].count(queries.Standing.READY) == 1
    assert events(region, "pool.listed") == 1


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("q=ruben", True),
        ("q=KAARS", True),
        ("q=malika", False),
        ("activity=BUDDY_1ON1", True),
        ("activity=CHAT", False),
        ("language=nl", True),
        ("language=pl", False),
        ("language=nonsense", True),
    ],
)
def test_list_shows_only_who_was_asked_for(
    cas: User, ruben: Expert, query: str, *, is_there: bool
) -> None:
    page = client_as(cas).post(reverse("pool:expert-list"), dict([query.split("=")]))

    assert (
        str(ruben.pk)
        in page.content.decode().partition('id="mensen"')[2].partition('id="h-endings"')[0]
    ) is is_there


@pytest.mark.parametrize("n_experts", [1, 30])
def test_list_asks_as_many_queries_for_thirty_as_for_one(
    region: Region, cas: User, n_experts: int, django_assert_max_num_queries: object
) -> None:
    with region_scope(region.pk):
        for n in range(n_experts):
            make_active_expert(cas, first_name=f"Ruben{n}")
    client = client_as(cas)

    with django_assert_max_num_queries(37):  # type: ignore[operator]
        client.get(reverse("pool:expert-list"))


# --- Who may come in --------------------------------------------------------------------------


STAFF_PAGES = ("pool:expert-list", "pool:expert-register", "pool:on-call")


@pytest.mark.parametrize("name", STAFF_PAGES)
@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR])
def test_pages_of_the_pool_are_for_coordinators(region: Region, name: str, role: Role) -> None:
    with region_scope(region.pk):
        user = make_user("Ans Bos", role)

    assert client_as(user).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ["expert-detail", "expert-edit", "expert-week"])
def test_an_expert_of_another_region_looks_like_none(
    cas: User, other_region: Region, name: str
) -> None:
    with region_scope(other_region.pk):
        stranger = make_expert()

    assert client_as(cas).get(reverse(f"pool:{name}", args=[stranger.pk])).status_code == 404


def test_own_pages_of_somebody_without_a_row_are_not_there(region: Region) -> None:
    with region_scope(region.pk):
        user = make_user("Ans Bos", Role.EXPERT)

    assert client_as(user).get(reverse("pool:my-profile")).status_code == 404


# --- Registering ------------------------------------------------------------------------------


def test_registering_writes_somebody_in_and_sends_an_invitation(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_area("3311")
    client = client_as(cas)

    answer = client.post(reverse("pool:expert-register"), filled(cas))

    assert answer.status_code == 302
    with region_scope(region.pk):
        expert = Expert.objects.get()
        profile = actions.profile_of(expert)
        assert (expert.first_name, expert.state) == ("Malika", ExpertState.APPLICANT)
        assert profile.languages == (("ar", "B2"), ("nl", "NATIVE"))
        assert profile.activities == frozenset({"BUDDY_1ON1", "CHAT"})
    assert events(region, "invitation.made") == 1


def test_who_was_written_in_is_on_screen_at_once_with_what_comes_next(
    region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        make_area()

    answer = client_as(cas).post(reverse("pool:expert-register"), filled(cas))

    with region_scope(region.pk):
        # The first talk is the next step; a colleague's newcomer is on their own page.
        assert answer["Location"] == reverse("pool:intake", args=[Expert.objects.get().pk])


@pytest.mark.parametrize(
    ("changes", "faulty"),
    [
        ({"first_name": ""}, "first_name"),
        ({"phone": "12"}, "phone"),
        ({"home_area": "9999"}, "home_area"),
        ({"home_area": "33"}, "home_area"),
        ({"excluded_areas": "3311 0000"}, "excluded_areas"),
        ({f"{one}_{n}": "" for one in ("language", "level") for n in (0, 1)}, "language_0"),
        ({"level_1": ""}, "level_1"),
        ({"language_1": ""}, "language_1"),
        ({"language_1": "nl"}, "language_1"),
        ({"travel_radius_km": "0"}, "travel_radius_km"),
    ],
)
def test_a_fault_is_shown_at_its_field_and_nothing_is_lost(
    region: Region, cas: User, changes: dict[str, object], faulty: str
) -> None:
    with region_scope(region.pk):
        make_area("3311")

    answer = client_as(cas).post(reverse("pool:expert-register"), filled(cas, **changes))

    assert answer.status_code == 422
    assert faulty in answer.context["form"].errors or (
        faulty == "language_1" and "language_0" in answer.context["form"].errors
    )
    assert 'value="malika@voorbeeld.example"' in answer.content.decode()
    with region_scope(region.pk):
        assert not Expert.objects.exists()


def test_every_empty_field_says_what_to_fill_in(region: Region, cas: User, ruben: Expert) -> None:
    client = client_as(cas)
    with region_scope(region.pk):
        admin = client_as(make_user("Door Smit", Role.REGIONAL_ADMIN))
    detail = [ruben.pk]
    pages = [
        client.post(reverse("pool:expert-register"), {"x": ""}),
        client.post(reverse("pool:paper-add", args=[*detail, "screening"]), {"x": ""}),
        client.post(reverse("pool:paper-add", args=[*detail, "agreement"]), {"x": ""}),
        client.post(reverse("pool:paper-add", args=[*detail, "training"]), {"x": ""}),
        client.post(reverse("pool:expert-suspend", args=detail), {"x": ""}),
        client.post(reverse("pool:absence-add", args=detail), {"x": ""}),
        client.post(reverse("pool:on-call"), {"x": ""}),
        admin.post(reverse("pool:requirement-edit", args=["CHAT", "POLICE"]), {"x": ""}),
    ]

    said = [page.content.decode() for page in pages]
    assert [page.status_code for page in pages] == [422] * len(pages)
    assert not [page for page in said if "Dit veld is verplicht" in page]
    # Without JavaScript the answer opens at the form that was sent, not at the top.
    assert f'action="{reverse("pool:expert-suspend", args=detail)}#stoppen"' in said[4]
    assert f'action="{reverse("pool:absence-add", args=detail)}#weg"' in said[5]
    assert "Schrijf de vier cijfers van de postcode" in said[0]
    assert "Schrijf de datum die op de VOG staat" in said[1]


def test_one_language_is_open_and_room_for_more_is_folded(
    region: Region, cas: User, ruben: Expert
) -> None:
    client = client_as(cas)

    def languages(page: Any) -> tuple[list[str], int]:
        (one,) = [part for part in page.context["form"].sections() if part.pairs]
        return [first.value() for first, _level in one.first_pairs], len(one.more_pairs)

    new = client.get(reverse("pool:expert-register"))
    with region_scope(region.pk):
        make_area()
    half = client.post(
        reverse("pool:expert-register"), filled(cas, language_2="", level_2="B2", level_1="")
    )
    edit = client.get(reverse("pool:expert-edit", args=[ruben.pk]))

    assert languages(new) == (["nl"], 3)
    assert languages(edit) == (["nl"], 3)
    # What needs a look stays in sight.
    assert languages(half) == (["nl", "ar", ""], 1)
    assert new.content.decode().count("Voeg een taal toe") == 1


def test_a_fault_unfolds_the_part_that_holds_it(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_area()

    answer = client_as(cas).post(reverse("pool:expert-register"), filled(cas, excluded_areas="33"))

    unfolded = [str(one.title) for one in answer.context["form"].sections() if one.is_faulty]
    assert unfolded == ["Gebieden en organisaties om over te slaan"]
    page = answer.content.decode()
    assert "open>" in page.split("Gebieden en organisaties om over te slaan")[0][-60:]


def test_a_refusal_stands_above_the_form(region: Region, cas: User, ruben: Expert) -> None:
    with region_scope(region.pk):
        address = ruben.user.email if ruben.user else ""

    answer = client_as(cas).post(reverse("pool:expert-register"), filled(cas, email=address))

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    with region_scope(region.pk):
        assert Expert.objects.count() == 1


# --- One person -------------------------------------------------------------------------------


def test_contact_is_masked_until_somebody_asks(region: Region, cas: User, ruben: Expert) -> None:
    client = client_as(cas)
    url = reverse("pool:expert-detail", args=[ruben.pk])

    masked = client.get(url).content.decode()
    shown = client.post(reverse("pool:expert-contact", args=[ruben.pk])).content.decode()

    assert "06 1234 5678" not in masked
    assert "ruben@voorbeeld.example" not in masked
    assert "06 1234 5678" in shown
    assert events(region, "contact.read") == 1
    assert events(region, "profile.read") == 2


def signed_in_with_a_password(user: User) -> Client:
    """Somebody who can be asked again who they are."""
    user.set_password("a word of one's own")
    user.save()
    return client_as(user)


@pytest.mark.parametrize("name", ["pool:expert-contact", "pool:expert-edit"])
def test_contact_asks_again_who_you_are_when_the_sign_in_is_old(
    region: Region, cas: User, ruben: Expert, name: str
) -> None:
    with time_machine.travel(NOON, tick=False):
        client = signed_in_with_a_password(cas)
    url = reverse(name, args=[ruben.pk])
    ask = client.post if name == "pool:expert-contact" else client.get

    with time_machine.travel(NOON + timedelta(minutes=9), tick=False):
        fresh = ask(url)
    with time_machine.travel(NOON + timedelta(minutes=12), tick=False):
        old = ask(url)

    assert fresh.status_code == 200
    assert "06 1234 5678" in fresh.content.decode()
    assert old.status_code == 302
    assert "reauthenticate" in old.headers["Location"]
    assert events(region, "contact.read") == 1


def test_what_was_typed_in_a_profile_for_long_is_not_lost(cas: User, ruben: Expert) -> None:
    with time_machine.travel(NOON, tick=False):
        client = signed_in_with_a_password(cas)
    with time_machine.travel(NOON + timedelta(minutes=12), tick=False):
        faulty = client.post(reverse("pool:expert-edit", args=[ruben.pk]), {"first_name": "Rob"})

    assert faulty.status_code == 422
    text = faulty.content.decode()
    assert "Rob" in text
    # Nothing of what we keep comes along.
    assert "ruben@voorbeeld.example" not in text


def test_only_the_own_coordinator_and_the_deputy_see_dates(
    region: Region, cas: User, ruben: Expert
) -> None:
    with region_scope(region.pk):
        colleague = make_user("Dina Prins", Role.COORDINATOR)
        deputy = make_user("Door Smit", Role.REGIONAL_ADMIN)
    url = reverse("pool:expert-detail", args=[ruben.pk])

    seen = {
        user.name: "papieren" in client_as(user).get(url).content.decode()
        for user in (cas, colleague, deputy)
    }

    assert seen == {"Cas Verhoef": True, "Dina Prins": False, "Door Smit": True}
    assert (
        client_as(colleague)
        .get(reverse("pool:paper-add", args=[ruben.pk, "screening"]))
        .status_code
        == 403
    )


def test_a_colleague_never_reads_which_paper_is_missing(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        require_vog()
        expert = make_expert(cas)
        colleague = make_user("Dina Prins", Role.COORDINATOR)
    url = reverse("pool:expert-detail", args=[expert.pk])

    assert "VOG" in client_as(cas).get(url).content.decode()
    assert "VOG" not in client_as(colleague).get(url).content.decode()
    assert "VOG" not in client_as(colleague).get(reverse("pool:expert-list")).content.decode()


@pytest.fixture
def of_a_paper(region: Region, ruben: Expert) -> tuple[str, ...]:
    """What stands on the papers of Ruben, beside dates and codes."""
    with region_scope(region.pk):
        VogEvidence.objects.filter(expert=ruben).update(
            function_label="Maatje", organisation_label="Huis Oever"
        )
        Training.objects.filter(expert=ruben).update(provider="Huis Kade")
    return "Maatje", "Huis Oever", "Huis Kade", "niveau 2"


def test_what_stands_on_a_paper_is_for_who_may_see_its_dates(
    region: Region, cas: User, ruben: Expert, of_a_paper: tuple[str, ...]
) -> None:
    with region_scope(region.pk):
        colleague = make_user("Dina Prins", Role.COORDINATOR)
    url = reverse("pool:expert-detail", args=[ruben.pk])

    own = client_as(cas).get(url).content.decode()
    others = client_as(colleague).get(url).content.decode()

    assert [one for one in of_a_paper if one in own] == list(of_a_paper)
    assert [one for one in of_a_paper if one in others] == []


def test_an_expert_reads_what_stands_on_the_own_papers(
    ruben_signed_in: Client, of_a_paper: tuple[str, ...]
) -> None:
    page = ruben_signed_in.get(reverse("pool:my-profile")).content.decode()

    assert [one for one in of_a_paper if one in page] == list(of_a_paper)


def test_papers_are_written_down(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_region_profile()
        expert = make_expert(cas)
    client = client_as(cas)
    forms: dict[str, dict[str, object]] = {
        "screening": {
            "issue_date": "2026-02-01",
            "seen_on": "2026-02-10",
            "profile_kind": "ASPECT",
            "profile_codes": "84 85",
        },
        "training": {"kind": "HEE", "level": "2", "started_on": "2025-09-01"},
        "agreement": {"kind": "CODE_OF_CONDUCT", "signed_on": "2026-02-10"},
    }

    answers = [
        client.post(reverse("pool:paper-add", args=[expert.pk, kind]), data).status_code
        for kind, data in forms.items()
    ]

    assert answers == [302, 302, 302]
    with region_scope(region.pk):
        vog = VogEvidence.objects.get()
        assert vog.profile_codes == ["84", "85"]
        assert str(vog.policy_valid_until) == "2029-02-01"
        assert (Training.objects.count(), Agreement.objects.count()) == (1, 1)


@pytest.mark.parametrize("kind", ["screening", "training", "agreement"])
def test_paper_forms_say_what_is_missing(region: Region, cas: User, kind: str) -> None:
    with region_scope(region.pk):
        expert = make_expert(cas)
    url = reverse("pool:paper-add", args=[expert.pk, kind])
    client = client_as(cas)

    assert client.get(url).status_code == 200
    assert client.post(url, {"profile_codes": "abc"}).status_code == 422


def test_a_vog_of_tomorrow_is_refused_in_words(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_region_profile()
        expert = make_expert(cas)

    answer = client_as(cas).post(
        reverse("pool:paper-add", args=[expert.pk, "screening"]),
        {
            "issue_date": "2026-02-01",
            "seen_on": "2999-02-10",
            "profile_kind": "ASPECT",
            "profile_codes": "85",
        },
    )

    assert answer.status_code == 422
    with region_scope(region.pk):
        assert not VogEvidence.objects.exists()


def test_an_unknown_paper_is_not_there(cas: User, ruben: Expert) -> None:
    url = reverse("pool:paper-add", args=[ruben.pk, "passport"])

    assert client_as(cas).get(url).status_code == 404


@pytest.mark.parametrize(
    ("move", "after"),
    [
        ("pause", (ExpertState.PAUSED, True)),
        ("resume", (ExpertState.ACTIVE, False)),
        ("train", (ExpertState.IN_TRAINING, False)),
    ],
)
def test_a_step_is_one_tap(
    region: Region, cas: User, ruben: Expert, move: str, after: tuple[ExpertState, bool]
) -> None:
    answer = client_as(cas).post(reverse("pool:expert-move", args=[ruben.pk]), {"move": move})

    assert answer.status_code == 302
    with region_scope(region.pk):
        expert = Expert.objects.get()
        assert (expert.state, expert.is_paused) == after


def test_an_unknown_step_is_not_there(cas: User, ruben: Expert) -> None:
    answer = client_as(cas).post(reverse("pool:expert-move", args=[ruben.pk]), {"move": "fly"})

    assert answer.status_code == 404


def test_before_somebody_takes_part_the_page_says_what_is_missing(
    region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        make_region_profile()
        require_vog()
        malika = admit(make_expert(cas, first_name="Malika"))
    client, url = client_as(cas), reverse("pool:expert-detail", args=[malika.pk])

    before = client.get(url).content.decode()
    client.post(reverse("pool:expert-move", args=[malika.pk]), {"move": "activate"})
    after = client.get(url).content.decode()
    with region_scope(region.pk):
        give_papers(malika)
        actions.set_week(expert_id=malika.pk, rows=EVENINGS, by=cas, now=clock.now())

    assert "Nog niet in orde: geen VOG gezien" in before
    assert "geen uren ingevuld." in before
    assert before.index("Nog niet in orde") < before.index("Doet vanaf nu mee")
    assert "kan dan nog niets doen" in before
    assert "Doet mee, maar er kan nog niets gevraagd worden" in after
    assert "nog niets gevraagd" not in client.get(url).content.decode()


def test_with_everything_in_order_the_page_says_for_which_work(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        require_vog()
        malika = admit(make_expert(cas, first_name="Malika"))
        give_papers(malika)
        actions.set_week(expert_id=malika.pk, rows=EVENINGS, by=cas, now=clock.now())
        colleague = make_user("Petra Zandvliet", Role.COORDINATOR)
        bare = admit(make_expert(cas, first_name="Sem", email="sem@voorbeeld.example"))

    ready = client_as(cas).get(reverse("pool:expert-detail", args=[malika.pk])).content.decode()
    seen = client_as(colleague).get(reverse("pool:expert-detail", args=[bare.pk])).content.decode()

    assert "Wie meedoet, kan gevraagd worden voor: buddy." in ready
    assert "Nog niet in orde:" not in ready
    # A colleague reads that papers are missing, not which.
    assert "Nog niet in orde: papieren zijn niet compleet, geen uren ingevuld." in seen


def test_undecided_work_is_said_to_count_as_law(region: Region, cas: User, ruben: Expert) -> None:
    with region_scope(region.pk):
        chat = make_active_expert(
            cas, first_name="Sem", email="sem@voorbeeld.example", activities=frozenset({"CHAT"})
        )
    client = client_as(cas)

    some = client.get(reverse("pool:expert-detail", args=[ruben.pk])).content.decode()
    none = client.get(reverse("pool:expert-detail", args=[chat.pk])).content.decode()

    assert "Nog niet besloten, dus daar telt het strengste: Veilig Thuis" in some
    assert "heeft nog niet besloten wat dit werk vraagt. Tot dan telt het strengste." in none


def test_stopping_asks_for_a_code_and_shows_who_did_it(
    region: Region, cas: User, ruben: Expert
) -> None:
    client, url = client_as(cas), reverse("pool:expert-suspend", args=[ruben.pk])

    without = client.post(url)
    with_code = client.post(url, {"reason": "WELLBEING"})
    asked = client.post(reverse("pool:expert-move", args=[ruben.pk]), {"move": "ask"})
    page = client.get(reverse("pool:expert-detail", args=[ruben.pk])).content.decode()

    assert without.context["suspend_form"].errors
    assert (with_code.status_code, asked.status_code) == (302, 302)
    assert page.count("Cas Verhoef") >= 3
    with region_scope(region.pk):
        assert Expert.objects.get().state == ExpertState.SUSPENDED


def test_a_second_person_decides_on_the_page(region: Region, cas: User, ruben: Expert) -> None:
    with region_scope(region.pk):
        dina = make_user("Dina Prins", Role.COORDINATOR)
        actions.suspend(expert_id=ruben.pk, reason="OTHER", by=cas, now=clock.now())
        actions.ask_to_lift(expert_id=ruben.pk, by=cas, now=clock.now())
    url = reverse("pool:expert-readmit", args=[ruben.pk])

    own = client_as(cas).post(url, {"decision": "approve"})
    other = client_as(dina).post(url, {"decision": "approve"})
    again = client_as(dina).post(url, {"decision": "approve"})

    assert [one.status_code for one in (own, other, again)] == [403, 302, 404]
    with region_scope(region.pk):
        assert Expert.objects.get().state == ExpertState.ACTIVE


def test_leaving_asks_first(cas: User, ruben: Expert) -> None:
    client, address = client_as(cas), reverse("pool:expert-leave", args=[ruben.pk])

    assert address in client.get(reverse("pool:expert-detail", args=[ruben.pk])).content.decode()
    asked = client.get(address).content.decode()
    assert asked.index('value="announce"') < asked.index('id="nu"') < asked.index('value="now"')


@pytest.mark.parametrize(("path", "location"), [("/", "/"), ("//evil.example", "/ik/")])
def test_a_pause_leads_back_inside_the_house_only(
    ruben_signed_in: Client, path: str, location: str
) -> None:
    answer = ruben_signed_in.post(reverse("pool:my-pause"), {"move": "pause", "next": path})

    assert answer.headers["Location"].startswith(location)


def test_each_has_the_own_tabs(cas: User, ruben: Expert, ruben_signed_in: Client) -> None:
    staff = client_as(cas).get(reverse("pool:expert-detail", args=[ruben.pk]))
    own = ruben_signed_in.get(reverse("pool:my-week"))

    assert reverse("pool:expert-list") in [one.url for one in staff.context["nav"]]
    urls = [one.url for one in own.context["nav"]]
    assert [url for url in urls if url.startswith("/ik/")] == [
        reverse("pool:my-week"),
        reverse("pool:my-profile"),
    ]
    assert reverse("pool:expert-list") not in urls


def test_a_profile_is_changed_and_opening_it_is_logged(
    region: Region, cas: User, ruben: Expert
) -> None:
    client, url = client_as(cas), reverse("pool:expert-edit", args=[ruben.pk])

    opened = client.get(url)
    answer = client.post(url, filled(cas, first_name="Ruben", travel_radius_km="33"))

    assert opened.status_code == 200
    assert answer.status_code == 302
    with region_scope(region.pk):
        assert Expert.objects.get().travel_radius_km == 33
    assert events(region, "contact.read") == 1


# --- The own pages ----------------------------------------------------------------------------


@pytest.fixture
def ruben_signed_in(region: Region, ruben: Expert) -> Client:
    with region_scope(region.pk):
        user = Expert.objects.get(pk=ruben.pk).user
    assert user is not None
    return client_as(user)


def test_the_week_is_three_taps_a_day(region: Region, ruben_signed_in: Client) -> None:
    url = reverse("pool:my-week")
    data = {"d0_parts": ["DAYTIME", "EVENING"], "d4_from_0": "22:00", "d4_until_0": "02:30"}

    answer = ruben_signed_in.post(url, data)
    page = ruben_signed_in.get(url).content.decode()

    assert answer.status_code == 302
    with region_scope(region.pk):
        assert list(
            WeekAvailability.objects.order_by("weekday").values_list("weekday", "starts", "ends")
        ) == [(0, 480, 1380), (4, 1320, 1590)]
    assert 'value="22:00"' in page
    assert 'value="02:30"' in page
    # What stands is read without unfolding, so that the page stays short.
    assert "Precieze tijden: 22:00 tot 02:30" in page
    assert '<details class="naast-details" open' not in page


def test_half_a_time_is_asked_for(ruben_signed_in: Client) -> None:
    answer = ruben_signed_in.post(reverse("pool:my-week"), {"d2_from_0": "09:00"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["d2_until_0"]
    assert [day.is_faulty for day in answer.context["form"].days()].index(True) == 2


def test_days_away_are_whole_days_and_can_be_taken_back(
    region: Region, ruben: Expert, ruben_signed_in: Client
) -> None:
    url = reverse("pool:absence-add", args=[ruben.pk])

    added = ruben_signed_in.post(url, {"first_day": "2099-10-24", "last_day": "2099-10-25"})
    with region_scope(region.pk):
        absence = Absence.objects.get()
        length = absence.ends_at - absence.starts_at
    shown = ruben_signed_in.get(reverse("pool:my-week")).content.decode()
    wrong = ruben_signed_in.post(url, {"first_day": "2099-10-24", "last_day": "2099-10-20"})
    removed = ruben_signed_in.post(reverse("pool:absence-remove", args=[ruben.pk, absence.pk]))
    again = ruben_signed_in.post(reverse("pool:absence-remove", args=[ruben.pk, absence.pk]))

    # The clock goes back on 25 October 2099: two days of 49 hours.
    assert length.total_seconds() == 49 * 3600
    assert "za 24 okt tot en met zo 25 okt" in shown
    assert [one.status_code for one in (added, wrong, removed, again)] == [302, 422, 302, 404]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "za 24 okt<"),
        ({"first_time": "12:00", "last_time": "18:30"}, "za 24 okt 12:00 tot za 24 okt 18:30<"),
    ],
    ids=["one whole day", "some hours"],
)
def test_days_away_are_told_as_they_were_filled_in(
    ruben: Expert, ruben_signed_in: Client, given: dict[str, str], told: str
) -> None:
    day = {"first_day": "2099-10-24", "last_day": "2099-10-24"}

    ruben_signed_in.post(reverse("pool:absence-add", args=[ruben.pk]), day | given)

    assert told in ruben_signed_in.get(reverse("pool:my-week")).content.decode()


def test_somebody_elses_days_away_are_not_there(
    region: Region, cas: User, ruben_signed_in: Client
) -> None:
    with region_scope(region.pk):
        other = make_expert(cas, first_name="Malika")

    answer = ruben_signed_in.post(
        reverse("pool:absence-add", args=[other.pk]),
        {"first_day": "2099-10-24", "last_day": "2099-10-25"},
    )

    assert answer.status_code == 404


def test_pause_is_one_tap_and_so_is_coming_back(region: Region, ruben_signed_in: Client) -> None:
    url = reverse("pool:my-pause")

    paused = ruben_signed_in.post(url, {"move": "pause", "next": "https://elsewhere.example/"})
    with region_scope(region.pk):
        was_paused = Expert.objects.get().is_paused
    resumed = ruben_signed_in.post(url, {"move": "resume", "next": reverse("pool:my-profile")})

    assert was_paused
    assert paused.headers["Location"] == reverse("pool:my-week")
    assert resumed.headers["Location"] == reverse("pool:my-profile")
    with region_scope(region.pk):
        assert not Expert.objects.get().is_paused


def test_own_profile_says_who_looked_and_no_telling_word(
    cas: User, ruben: Expert, ruben_signed_in: Client
) -> None:
    client_as(cas).get(reverse("pool:expert-detail", args=[ruben.pk]))

    page = ruben_signed_in.get(reverse("pool:my-profile")).content.decode()

    assert "Cas Verhoef" in page
    assert not [one for one in ("VOG", "geweld", "pleger", "dader") if one in page]


def test_a_long_address_breaks_behind_its_sign(ruben_signed_in: Client) -> None:
    page = ruben_signed_in.get(reverse("pool:my-profile")).content.decode()

    assert "ruben@<wbr>voorbeeld.example" in page


def test_own_profile_changes_what_is_ones_own(region: Region, ruben_signed_in: Client) -> None:
    url = reverse("pool:my-profile-edit")
    with region_scope(region.pk):
        before, told = Expert.objects.get(), LifeExperience.objects.count()
        data = filled(before.coordinator, first_name="Somebody", travel_radius_km="44")

    opened = ruben_signed_in.get(url)
    answer = ruben_signed_in.post(url, data)

    assert (opened.status_code, answer.status_code) == (200, 302)
    with region_scope(region.pk):
        after = Expert.objects.get()
        assert (after.travel_radius_km, after.first_name) == (44, "Ruben")
        assert actions.profile_of(after).activities == frozenset({"BUDDY_1ON1"})
        assert LifeExperience.objects.count() == told


# --- Duty -------------------------------------------------------------------------------------


def test_duty_is_planned_and_taken_off(region: Region, cas: User) -> None:
    client, url = client_as(cas), reverse("pool:on-call")
    data = {
        "user": str(cas.pk),
        "first_day": "2099-10-24",
        "first_time": "17:00",
        "last_day": "2099-10-25",
        "last_time": "09:00",
        "place_in_chain": "2",
    }

    empty = client.get(url)
    planned = client.post(url, data)
    wrong = client.post(url, data | {"last_day": "2099-10-23"})
    with region_scope(region.pk):
        shift = OnCallShift.objects.get()
    page = client.get(url)
    removed = client.post(reverse("pool:on-call-remove", args=[shift.pk]))
    again = client.post(reverse("pool:on-call-remove", args=[shift.pk]))

    assert empty.context["rota_empty"]
    assert [one.status_code for one in (planned, wrong, page, removed, again)] == [
        302,
        422,
        200,
        302,
        404,
    ]
    assert shift.place_in_chain == 2


def test_pages_of_an_expert_who_was_just_written_in(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_area("3311")
        expert = actions.register_expert(
            profile=actions.Profile(
                first_name="Sem",
                last_name="Adel",
                phone="06 1111 2222",
                email="sem@voorbeeld.example",
                coordinator=cas,
                home_area="3311",
            ),
            by=cas,
            now=NOON,
        )
    client = client_as(cas)

    names = ("expert-detail", "expert-edit", "expert-week")

    assert [
        client.get(reverse(f"pool:{name}", args=[expert.pk])).status_code for name in names
    ] == [200, 200, 200]
    assert client.get(reverse("pool:expert-list")).status_code == 200
