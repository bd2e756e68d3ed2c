"""The pages of the way to a VOG: who comes in, what they show, and what stays unsaid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.access.models import OrganisationKind, Region, Role, User
from core.access.scope import region_scope
from core.approvals.models import Approval
from core.audit.models import AuditEntry
from core.ui.pdf import as_pdf
from pool import actions, queries
from pool.models import Expert, VogApplication, VogAttempt, VogBridge, VogEvidence
from pool.vocabulary import Activity, RequirementLevel
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import (
    make_active_expert,
    make_expert,
    make_region_profile,
    require_vog,
)

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
DAY = timedelta(days=1)


@pytest.fixture
def people(region: Region) -> dict[str, User]:
    with region_scope(region.pk):
        return {
            "own": make_user("Cas Verhoef", Role.COORDINATOR),
            "colleague": make_user("Hanneke Vos", Role.COORDINATOR),
            "deputy": make_user("Door Smit", Role.REGIONAL_ADMIN),
            "professional": make_user("Bram de Wit", Role.PROFESSIONAL),
            "other": make_user("Ada Jansen", Role.EXPERT),
        }


@pytest.fixture
def ruben(region: Region, people: dict[str, User]) -> Expert:
    with region_scope(region.pk):
        require_vog()
        require_vog(Activity.POLICY, level=RequirementLevel.NONE)
        expert = make_active_expert(people["own"])
        assert expert.user is not None
        people["self"] = expert.user
        return expert


@pytest.fixture
def today() -> date:
    return clock.local(clock.now()).date()


def at(name: str, expert: Expert) -> str:
    return reverse(f"pool:{name}", args=[expert.pk])


def end_soon(region: Region, expert: Expert, *, in_days: int = 20) -> None:
    """The VOG ends so many days from now."""
    with region_scope(region.pk):
        until = clock.local(clock.now()).date() + in_days * DAY
        VogEvidence.objects.filter(expert=expert).update(
            issue_date=until - 1000 * DAY, policy_valid_until=until
        )


# --- Who --------------------------------------------------------------------------------------

STAFF_PAGES = ("vog", "vog-bridge", "vog-letter")


@pytest.mark.parametrize("page", STAFF_PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("own", 200),
        ("deputy", 200),
        ("colleague", 403),
        ("professional", 403),
        ("other", 403),
        ("self", 403),
    ],
)
def test_only_the_own_coordinator_and_the_deputy_come_in(
    ruben: Expert, people: dict[str, User], page: str, who: str, status: int
) -> None:
    assert client_as(people[who]).get(at(page, ruben)).status_code == status


@pytest.mark.parametrize("who", ["colleague", "professional", "other", "self"])
@pytest.mark.parametrize("page", ["vog-step", "vog-again"])
def test_nobody_else_writes(
    region: Region, ruben: Expert, people: dict[str, User], page: str, who: str
) -> None:
    answer = client_as(people[who]).post(at(page, ruben), {"step": "prepare", "on": "2026-03-01"})

    assert answer.status_code == 403
    with region_scope(region.pk):
        assert not VogApplication.objects.exists()
        assert not Approval.objects.exists()


def test_somebody_of_another_region_looks_like_nobody(other_region: Region, ruben: Expert) -> None:
    with region_scope(other_region.pk):
        stranger = client_as(make_user("Piet Ver", Role.REGIONAL_ADMIN))

    assert {stranger.get(at(one, ruben)).status_code for one in STAFF_PAGES} == {404}


def test_looking_is_written_in_the_log_and_the_expert_reads_it(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    client_as(people["own"]).get(at("vog", ruben))

    with region_scope(region.pk):
        entry = AuditEntry.objects.filter(event="papers.read", actor=people["own"].pk).last()
    assert entry is not None
    assert (entry.subject, entry.fields_class) == (ruben.pk, 4)


def test_the_list_holds_the_own_people_only(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    end_soon(region, ruben)

    own = client_as(people["own"]).get(reverse("pool:vog-list"))
    other = client_as(people["colleague"]).get(reverse("pool:vog-list"))

    assert [line.n_days for line in own.context["lines"]] == [20]
    assert ruben.full_name in own.content.decode()
    assert other.context["lines"] == []
    assert ruben.full_name not in other.content.decode()


@pytest.mark.parametrize(
    ("sent_days_ago", "words"),
    [(1, "nog"), (40, "dat was")],
    ids=["to come", "past"],
)
def test_the_list_says_what_the_first_day_is(
    region: Region, ruben: Expert, people: dict[str, User], sent_days_ago: int, words: str
) -> None:
    end_soon(region, ruben, in_days=60)
    sent = clock.now() - sent_days_ago * DAY
    with region_scope(region.pk):
        actions.prepare_vog(expert_id=ruben.pk, on=sent.date(), by=people["own"], now=sent)

    page = client_as(people["own"]).get(reverse("pool:vog-list"))

    (line,) = page.context["lines"]
    assert line.what == "STEP"
    assert (line.n_days < 0) is (words == "dat was")
    assert f"volgende stap in de aanvraag, {words}" in page.content.decode()


def test_who_needs_one_and_has_nothing_yet_stands_below_the_rest(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    with region_scope(region.pk):
        make_region_profile()
        # The first does buddy work and showed nothing; the second does what asks none.
        bes = make_expert(people["own"], first_name="Bes", email="b@voorbeeld.example")
        advises = frozenset({Activity.POLICY.value})
        make_expert(
            people["own"], first_name="Cem", email="c@voorbeeld.example", activities=advises
        )
        free_everywhere(Activity.POLICY)
    client = client_as(people["own"])

    page = client.get(reverse("pool:vog-list"))

    assert [line.expert.pk for line in page.context["to_begin"]] == [bes.pk]
    assert page.context["lines"] == []
    assert "Bes" in page.content.decode()
    assert "Cem" not in page.content.decode()
    with region_scope(region.pk):
        actions.prepare_vog(expert_id=bes.pk, on=NOON.date(), by=people["own"], now=NOON)
    begun = client.get(reverse("pool:vog-list"))
    assert [line.expert.pk for line in begun.context["lines"]] == [bes.pk]
    assert begun.context["to_begin"] == []
    assert ruben.full_name not in begun.content.decode()


def free_everywhere(activity: Activity) -> None:
    """No kind of host asks a VOG for this work."""
    for kind in OrganisationKind:
        require_vog(activity, kind, RequirementLevel.NONE)


@pytest.mark.parametrize("n_experts", [1, 6])
def test_the_list_asks_as_many_queries_for_six_as_for_one(
    region: Region,
    people: dict[str, User],
    n_experts: int,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    with region_scope(region.pk):
        require_vog()
        for n in range(n_experts):
            one = make_active_expert(people["own"], first_name=f"Ruben{n}")
            actions.need_vog(expert=one, now=NOON)
        experts = list(Expert.objects.select_related("data_key"))

        with django_assert_max_num_queries(11):  # type: ignore[attr-defined]
            assert len(queries.vog_lines(experts, now=NOON)) == n_experts


# --- The steps --------------------------------------------------------------------------------


def test_our_part_is_written_down_on_the_page(
    region: Region, ruben: Expert, people: dict[str, User], today: date
) -> None:
    client = client_as(people["own"])

    answer = client.post(
        at("vog-step", ruben), {"step": "prepare", "on": str(today), "free_scheme": "on"}
    )

    assert answer.status_code == 302
    with region_scope(region.pk):
        assert queries.progress_of(ruben) == queries.Progress(
            state="PREPARED",
            prepared_on=today,
            free_scheme=True,
        )
    page = client.get(at("vog", ruben)).content.decode()
    assert "Ons deel is verstuurd" in page
    assert "regeling Gratis VOG" in page


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"on": ""}, "Schrijf de dag op waarop het was."),
        ({"on": "2099-01-01"}, "Deze dag komt nog."),
        ({"on": "31-31-2026"}, "Schrijf een dag die bestaat"),
    ],
)
def test_a_fault_says_what_to_do_and_keeps_what_was_typed(
    region: Region, ruben: Expert, people: dict[str, User], sent: dict[str, str], says: str
) -> None:
    page = client_as(people["own"]).post(
        at("vog-step", ruben), {"step": "prepare", "free_scheme": "on"} | sent
    )

    assert page.status_code == 422
    assert says in page.content.decode()
    [faulty] = [one for one in page.context["steps"] if one["open"]]
    assert faulty["form"]["on"].value() == sent["on"]
    assert faulty["form"]["free_scheme"].value()
    with region_scope(region.pk):
        assert not VogApplication.objects.exists()


def test_an_unknown_step_is_not_there(ruben: Expert, people: dict[str, User]) -> None:
    client = client_as(people["own"])

    assert client.post(at("vog-step", ruben), {"step": "refused"}).status_code == 404


# --- The expert -------------------------------------------------------------------------------


def test_an_expert_tells_and_nothing_on_the_page_is_a_telling_word(
    region: Region, ruben: Expert, people: dict[str, User], today: date
) -> None:
    with region_scope(region.pk):
        actions.prepare_vog(
            expert_id=ruben.pk,
            on=clock.local(clock.now()).date(),
            by=people["own"],
            now=clock.now(),
        )
    client = client_as(people["self"])
    there = reverse("pool:my-vog")

    sent = client.post(there, {"what": "tell", "to": "SUBMITTED", "on": str(today)})
    told = client.post(there, {"what": "tell", "to": "INTENT_TO_REFUSE", "on": str(today)})

    assert (sent.status_code, told.status_code) == (302, 302)
    page = client.get(there).content.decode()
    assert "je kreeg een brief met vragen" in page.lower()
    for word in ("VOG", "Justis", "geweigerd", "strafbaar", "geweld"):
        assert word not in page
    assert "Je hoeft nooit te vertellen" in page


def test_an_expert_who_tells_nothing_is_asked_what_happened(
    ruben: Expert, region: Region, people: dict[str, User]
) -> None:
    with region_scope(region.pk):
        actions.need_vog(expert=ruben, now=clock.now())

    page = client_as(people["self"]).post(reverse("pool:my-vog"), {"what": "tell", "on": ""})

    assert page.status_code == 422
    assert "Kies wat er gebeurd is." in page.content.decode()


def test_both_can_write_the_day_of_a_new_attempt(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    later = str(clock.local(clock.now()).date() + 100 * DAY)

    mine = client_as(people["self"]).post(
        reverse("pool:my-vog"), {"what": "attempt", "from_on": later}
    )
    theirs = client_as(people["own"]).post(
        at("vog-step", ruben), {"step": "attempt", "from_on": later}
    )

    assert (mine.status_code, theirs.status_code) == (302, 302)
    with region_scope(region.pk):
        assert str(VogAttempt.objects.get().from_on) == later


def test_who_has_none_sees_what_is_possible_all_the_same(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    with region_scope(region.pk):
        VogEvidence.objects.all().delete()

    for who, page in (("own", at("vog", ruben)), ("self", reverse("pool:my-vog"))):
        shown = client_as(people[who]).get(page)
        assert shown.context["page"].standing == "NEEDED"
        assert "beleidsadvies" in shown.content.decode()


# --- Two persons ------------------------------------------------------------------------------


def test_a_bridge_is_asked_on_one_page_and_agreed_on_by_a_colleague(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    end_soon(region, ruben)
    first, second = client_as(people["own"]), client_as(people["colleague"])
    page = first.get(at("vog-bridge", ruben))
    works = [value for value, _label in page.context["form"].fields["requirements"].choices]

    asked = first.post(
        at("vog-bridge", ruben),
        {
            "requirements": works,
            "ends_on": str(page.context["page"].longest_bridge),
            "reason": "ASKED_IN_TIME",
        },
    )
    look = second.get(at("vog", ruben))
    agreed = second.post(at("vog-decide", ruben), {"decision": "approve"})
    after = second.get(at("vog", ruben))

    assert (asked.status_code, look.status_code, agreed.status_code) == (302, 200, 302)
    assert "Gevraagd: lopend werk gaat door zonder VOG" in look.content.decode()
    # What was asked, and nothing else of these papers.
    assert "De VOG die gezien is" not in look.content.decode()
    assert after.status_code == 403
    with region_scope(region.pk):
        assert VogBridge.objects.get().granted_by == people["colleague"]


def test_a_bridge_that_is_too_long_is_refused_and_nothing_typed_is_lost(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    end_soon(region, ruben)
    client = client_as(people["own"])
    page = client.get(at("vog-bridge", ruben))
    works = [value for value, _label in page.context["form"].fields["requirements"].choices]
    too_late = str(page.context["page"].longest_bridge + DAY)

    answer = client.post(
        at("vog-bridge", ruben),
        {"requirements": works, "ends_on": too_late, "reason": "NO_OTHER"},
    )

    assert answer.status_code == 422
    assert "Hoogstens acht weken." in answer.content.decode()
    assert answer.context["form"]["ends_on"].value() == too_late


def test_a_colleague_hears_on_the_profile_that_there_is_something_to_decide(
    ruben: Expert, people: dict[str, User]
) -> None:
    other = client_as(people["colleague"])
    before = other.get(at("expert-detail", ruben)).content.decode()
    client_as(people["own"]).post(at("vog-again", ruben))

    after = other.get(at("expert-detail", ruben)).content.decode()
    page = other.get(at("vog", ruben)).content.decode()

    assert "Een collega vraagt je om te beslissen" not in before
    assert "Een collega vraagt je om te beslissen" in after
    assert "Gevraagd: een nieuwe VOG" in page


# --- The letter -------------------------------------------------------------------------------


def test_the_letter_says_work_and_safeguards_and_nothing_of_a_past(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    with region_scope(region.pk):
        actions.prepare_vog(
            expert_id=ruben.pk,
            on=clock.local(clock.now()).date(),
            by=people["own"],
            now=clock.now(),
        )
        assert ruben.user is not None
        day = clock.local(clock.now()).date()
        for to in ("SUBMITTED", "INTENT_TO_REFUSE"):
            actions.tell_vog(expert_id=ruben.pk, to=to, on=day, by=ruben.user, now=clock.now())

    page = client_as(people["own"]).get(at("vog-letter", ruben))

    letter = page.content.decode().partition("<article")[2].partition("</article>")[0].lower()
    assert ruben.full_name.lower() in letter
    assert "buddy" in letter
    assert "geheimhouding" in letter
    for word in ("geweld", "pleger", "dader", "strafbaar", "voornemen", "geweigerd", "verleden"):
        assert word not in letter


def test_the_letter_promises_only_what_is_so(
    region: Region, ruben: Expert, people: dict[str, User]
) -> None:
    with region_scope(region.pk):
        from pool.models import Agreement, Training  # noqa: PLC0415

        Agreement.objects.all().delete()
        Training.objects.all().delete()

    letter = client_as(people["own"]).get(at("vog-letter", ruben)).content.decode()

    assert "geheimhoudingsverklaring getekend" not in letter
    assert "training afgerond" not in letter


def test_the_pdf_comes_where_it_can_be_made_and_else_the_page_says_so(
    ruben: Expert, people: dict[str, User]
) -> None:
    client = client_as(people["own"])

    answer = client.get(at("vog-letter", ruben) + "?pdf=1")

    if as_pdf("500.html", {}) is None:
        assert answer.status_code == 302
        page = client.get(at("vog-letter", ruben)).content.decode()
        assert "Hier kan geen pdf worden gemaakt" in page
    else:
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.content.startswith(b"%PDF")


def test_a_client_without_a_session_is_sent_to_the_entrance(ruben: Expert) -> None:
    assert Client().get(at("vog", ruben)).status_code == 302
