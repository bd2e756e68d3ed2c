"""The way to a VOG: every state and move, who may make it, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core.access.models import Region, Role, User
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from core.outbox import run_due
from core.outbox.models import DueWork, Message
from core.purge import _clean
from core.states import IllegalMove
from pool import actions, queries
from pool.models import Expert, VogApplication, VogAttempt, VogEvidence
from pool.states import VOG_APPLICATION, VOLUNTARY, VogState
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import admit, give_papers, make_expert, make_region_profile

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOON.date()
# The shortest way on which each state is reached, after our part was sent.
WAYS: dict[str, tuple[str, ...]] = {
    "PREPARED": (),
    "SUBMITTED": ("SUBMITTED",),
    "INTENT_TO_REFUSE": ("SUBMITTED", "INTENT_TO_REFUSE"),
    "REFUSED": ("SUBMITTED", "REFUSED"),
    "OBJECTION": ("SUBMITTED", "REFUSED", "OBJECTION"),
    "APPEAL": ("SUBMITTED", "REFUSED", "OBJECTION", "APPEAL"),
    "NOT_RECEIVED": ("SUBMITTED", "NOT_RECEIVED"),
    "GRANTED_NOT_SEEN": ("SUBMITTED", "GRANTED_NOT_SEEN"),
    "WITHDRAWN": ("WITHDRAWN",),
}


@dataclass(frozen=True)
class Scene:
    """Cas coordinates Ruben; Hanneke is a colleague and Door runs the region."""

    cas: User
    hanneke: User
    door: User
    ruben: Expert

    @property
    def self(self) -> User:
        assert self.ruben.user is not None
        return self.ruben.user

    def prepare(self, on: date = TODAY, *, now: datetime = NOON) -> None:
        actions.prepare_vog(expert_id=self.ruben.pk, on=on, by=self.cas, now=now)

    def tell(self, to: str, on: date = TODAY, *, by: User | None = None, **more: object) -> None:
        who = by or (self.cas if to == "NOT_RECEIVED" else self.self)
        now = more.pop("now", NOON)
        actions.tell_vog(expert_id=self.ruben.pk, to=to, on=on, by=who, now=now, **more)  # type: ignore[arg-type]

    def reach(self, state: str) -> None:
        if state == "NEEDED":
            actions.need_vog(expert=self.ruben, now=NOON)
            return
        self.prepare()
        for one in WAYS[state]:
            self.tell(one)

    @property
    def progress(self) -> queries.Progress | None:
        return queries.progress_of(self.ruben)

    @property
    def state(self) -> str:
        return self.progress.state if self.progress else ""


@pytest.fixture
def scene(in_region: Region) -> Scene:  # noqa: ARG001
    make_region_profile()
    cas = make_user("Cas Verhoef", Role.COORDINATOR)
    return Scene(
        cas,
        make_user("Hanneke Vos", Role.COORDINATOR),
        make_user("Door Smit", Role.REGIONAL_ADMIN),
        make_expert(cas),
    )


# --- Moves ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [one for one in VogState.values if one != "VERIFIED"])
def test_every_state_can_be_reached(scene: Scene, state: str) -> None:
    scene.reach(state)

    assert scene.state == state


@pytest.mark.parametrize("old", [*WAYS, "NEEDED"])
@pytest.mark.parametrize("new", list(WAYS))
def test_a_move_is_possible_exactly_where_the_table_says(scene: Scene, old: str, new: str) -> None:
    scene.reach(old)
    possible = new in VOG_APPLICATION.moves[old]

    def move() -> None:
        if new == "PREPARED":
            scene.prepare()
        else:
            scene.tell(new)

    if possible:
        move()
    else:
        with pytest.raises(IllegalMove):
            move()
    assert scene.state == (new if possible else old)


@pytest.mark.parametrize("state", [*WAYS, "NEEDED"])
def test_a_vog_that_was_seen_erases_the_way_from_every_state(scene: Scene, state: str) -> None:
    scene.reach(state)

    give_papers(scene.ruben)

    assert VogEvidence.objects.filter(expert=scene.ruben, replaced_on=None).count() == 1
    assert VogApplication.objects.count() == 0


def test_who_comes_back_begins_anew_and_nothing_of_before_is_left(scene: Scene) -> None:
    scene.reach("APPEAL")
    scene.tell("NOT_RECEIVED")

    scene.prepare()

    assert scene.progress == queries.Progress(state="PREPARED", prepared_on=TODAY)


def test_a_plain_end_keeps_no_date_of_a_refusal(scene: Scene) -> None:
    scene.reach("OBJECTION")

    scene.tell("NOT_RECEIVED")

    assert scene.progress == queries.Progress(state="NOT_RECEIVED", set_on=TODAY)


def test_leaving_the_pool_erases_the_way_and_the_date(scene: Scene) -> None:
    scene.reach("REFUSED")
    actions.plan_attempt(expert_id=scene.ruben.pk, from_on=TODAY + 90 * DAY, by=scene.cas, now=NOON)
    admit(scene.ruben)
    actions.start_training(expert_id=scene.ruben.pk, by=scene.cas, now=NOON)

    actions.leave(expert_id=scene.ruben.pk, by=scene.cas, now=NOON)

    assert (VogApplication.objects.count(), VogAttempt.objects.count()) == (0, 0)


# --- Who --------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", sorted(VOLUNTARY))
@pytest.mark.parametrize("who", ["cas", "hanneke", "door"])
def test_what_is_voluntary_only_the_expert_tells(scene: Scene, to: str, who: str) -> None:
    scene.reach(WAYS[to][-2] if len(WAYS[to]) > 1 else "PREPARED")

    with pytest.raises(NotAllowed):
        scene.tell(to, by=getattr(scene, who))


@pytest.mark.parametrize(
    ("who", "sends"),
    [("cas", "yes"), ("door", "yes"), ("hanneke", "no"), ("self", "no")],
)
def test_our_part_is_sent_by_the_own_coordinator_or_the_deputy(
    scene: Scene, who: str, sends: str
) -> None:
    def send() -> None:
        actions.prepare_vog(expert_id=scene.ruben.pk, on=TODAY, by=getattr(scene, who), now=NOON)

    if sends == "yes":
        send()
        return
    with pytest.raises(NotAllowed):
        send()
    assert scene.progress is None


@pytest.mark.parametrize("to", ["SUBMITTED", "NOT_RECEIVED"])
def test_a_colleague_writes_nothing_down(scene: Scene, to: str) -> None:
    scene.reach("SUBMITTED" if to == "NOT_RECEIVED" else "PREPARED")

    with pytest.raises(NotAllowed):
        scene.tell(to, by=scene.hanneke)


def test_an_expert_does_not_end_the_term_or_send_our_part(scene: Scene) -> None:
    scene.reach("SUBMITTED")

    for to in ("NOT_RECEIVED", "PREPARED", "VERIFIED"):
        with pytest.raises(NotAllowed):
            scene.tell(to, by=scene.self)


def test_nothing_is_told_before_the_coordinator_began(scene: Scene) -> None:
    with pytest.raises(actions.NothingRuns):
        scene.tell("SUBMITTED")


# --- Days -------------------------------------------------------------------------------------


def test_days_come_in_order_and_not_before_they_were(scene: Scene) -> None:
    scene.prepare(TODAY - 5 * DAY)

    with pytest.raises(actions.DayNotYet):
        scene.tell("SUBMITTED", TODAY + DAY)
    with pytest.raises(actions.DayTooEarly):
        scene.tell("SUBMITTED", TODAY - 6 * DAY)
    scene.tell("SUBMITTED", TODAY - 5 * DAY)
    with pytest.raises(actions.DayTooEarly):
        scene.tell("INTENT_TO_REFUSE", TODAY - 6 * DAY)


def test_terms_follow_from_the_days(scene: Scene) -> None:
    scene.prepare(TODAY)
    prepared = scene.progress
    scene.tell("SUBMITTED")
    sent = scene.progress
    scene.tell("INTENT_TO_REFUSE")
    letter = scene.progress
    scene.tell("REFUSED")
    refused = scene.progress
    scene.tell("OBJECTION")
    actions.tell_decision(expert_id=scene.ruben.pk, on=TODAY, by=scene.self, now=NOON)
    answered = scene.progress

    assert prepared
    assert sent
    assert letter
    assert refused
    assert answered
    assert prepared.lapses_on == TODAY + 30 * DAY
    assert (sent.expected_on, sent.latest_on) == (TODAY + 28 * DAY, TODAY + 56 * DAY)
    assert letter.due_on == TODAY + 14 * DAY
    # Six weeks after Tuesday 10 March is Tuesday 21 April: no weekend, no holiday.
    assert refused.due_on == date(2026, 4, 21)
    assert (answered.state, answered.due_on) == ("OBJECTION", date(2026, 4, 21))


def test_what_the_letter_says_wins_over_what_we_compute(scene: Scene) -> None:
    scene.reach("SUBMITTED")

    scene.tell("INTENT_TO_REFUSE", due_on=TODAY + 20 * DAY)

    assert scene.progress
    assert scene.progress.due_on == TODAY + 20 * DAY


def test_an_answer_to_an_objection_is_the_experts_to_tell(scene: Scene) -> None:
    scene.reach("OBJECTION")

    with pytest.raises(NotAllowed):
        actions.tell_decision(expert_id=scene.ruben.pk, on=TODAY, by=scene.cas, now=NOON)


def test_a_new_attempt_is_a_day_and_nothing_else(scene: Scene) -> None:
    pk, later = scene.ruben.pk, TODAY + 200 * DAY

    actions.plan_attempt(expert_id=pk, from_on=later, by=scene.self, now=NOON)
    actions.plan_attempt(expert_id=pk, from_on=later + DAY, by=scene.cas, now=NOON)

    [attempt] = VogAttempt.objects.all()
    assert attempt.from_on == later + DAY
    kept = {field.name for field in VogAttempt._meta.get_fields()}
    assert kept == {"id", "region", "expert", "from_on", "written_at", "written_by"}
    with pytest.raises(actions.DayPassed):
        actions.plan_attempt(expert_id=pk, from_on=TODAY, by=scene.cas, now=NOON)
    with pytest.raises(NotAllowed):
        actions.plan_attempt(expert_id=pk, from_on=later, by=scene.hanneke, now=NOON)
    actions.plan_attempt(expert_id=pk, from_on=None, by=scene.cas, now=NOON)
    assert not VogAttempt.objects.exists()


# --- The calendar -----------------------------------------------------------------------------


def mails(template: str = "") -> set[str]:
    rows = Message.objects.filter(template__startswith="pool/")
    return set(rows.filter(template__contains=template).values_list("recipient__name", flat=True))


def test_a_month_after_our_part_both_are_asked_once(scene: Scene) -> None:
    scene.prepare()
    a_month_later = datetime(2026, 4, 9, 7, 0, tzinfo=UTC)  # Nine in Amsterdam, summer time.

    run_due(now=a_month_later - timedelta(minutes=1))
    before = mails()
    run_due(now=a_month_later)
    application = VogApplication.objects.get()
    actions.remind_prepared(application_id=application.pk, now=a_month_later + DAY)

    assert before == set()
    assert mails() == {"Cas Verhoef", "Ruben Kaars"}
    assert Message.objects.filter(template__startswith="pool/").count() == 2


def test_eight_weeks_without_news_is_not_received_and_no_reason(scene: Scene) -> None:
    scene.reach("SUBMITTED")
    told_by_then = VogApplication.objects.get()
    latest = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)

    actions.close_term(application_id=told_by_then.pk, now=latest - DAY)
    still = scene.state
    run_due(now=latest)

    assert (still, scene.state) == ("SUBMITTED", "NOT_RECEIVED")
    assert mails("look") >= {"Cas Verhoef"}


@pytest.mark.parametrize("state", sorted(VOLUNTARY))
def test_the_term_ends_nothing_of_which_more_was_told(scene: Scene, state: str) -> None:
    scene.reach(state)

    run_due(now=NOON + 60 * DAY)

    assert scene.state == state


def test_a_new_sending_begins_a_new_term(scene: Scene) -> None:
    scene.reach("SUBMITTED")
    scene.tell("NOT_RECEIVED")
    now = NOON + 20 * DAY
    scene.prepare(now.date(), now=now)
    scene.tell("SUBMITTED", now.date(), now=now)

    run_due(now=NOON + 60 * DAY)

    assert scene.state == "SUBMITTED"


def test_the_day_of_a_new_attempt_asks_both(scene: Scene) -> None:
    day = TODAY + 10 * DAY
    actions.plan_attempt(expert_id=scene.ruben.pk, from_on=day, by=scene.self, now=NOON)

    run_due(now=NOON + 10 * DAY)

    assert mails() == {"Cas Verhoef", "Ruben Kaars"}


# --- What is kept -----------------------------------------------------------------------------


def kept_until() -> datetime:
    return VogApplication.objects.get().keep_until


def test_a_refusal_is_kept_half_a_year_after_it_was_first_told_and_no_longer(scene: Scene) -> None:
    scene.reach("SUBMITTED")
    later = NOON + 30 * DAY
    scene.tell("REFUSED", later.date(), now=later)
    first = kept_until()
    much_later = NOON + 100 * DAY
    scene.tell("OBJECTION", much_later.date(), now=much_later)

    assert first == kept_until() == later + 183 * DAY
    assert _clean(VogApplication, first - timedelta(seconds=1)) == 0
    assert _clean(VogApplication, first + timedelta(seconds=1)) == 1


def test_the_database_keeps_nothing_longer_than_six_months(scene: Scene) -> None:
    scene.reach("SUBMITTED")
    application = VogApplication.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        VogApplication.objects.filter(pk=application.pk).update(keep_until=NOON + 184 * DAY)


def stored(expert: Expert) -> tuple[bytes, dict[str, object]]:
    """The row as it stands in the database: the box, and what is readable beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pool_vogapplication WHERE expert_id = %s", [expert.pk])
        row = dict(zip([one[0] for one in cursor.description], cursor.fetchone(), strict=True))
    return bytes(row.pop("box")), row


@pytest.mark.parametrize("state", [*WAYS, "NEEDED"])
def test_the_database_does_not_tell_one_state_from_another(scene: Scene, state: str) -> None:
    actions.need_vog(expert=scene.ruben, now=NOON)
    plain, beside = stored(scene.ruben)
    VogApplication.objects.all().delete()

    scene.reach(state)
    box, others = stored(scene.ruben)

    assert len(box) == len(plain)
    assert state.encode() not in box
    same = {"region_id", "expert_id", "data_key_id", "changed_at", "keep_until"}
    assert {key: others[key] for key in same} == {key: beside[key] for key in same}
    assert others.keys() == same | {"id"}


def test_the_log_does_not_tell_one_step_from_another(scene: Scene) -> None:
    scene.reach("APPEAL")
    scene.tell("NOT_RECEIVED")

    rows = AuditEntry.objects.filter(subject=scene.ruben.pk, event="paper.step")

    assert rows.count() == 6
    assert {(row.facts == {}, row.target) for row in rows} == {(True, "")}
    told = [row.event for row in AuditEntry.objects.filter(subject=scene.ruben.pk)]
    assert not any(word in event for event in told for word in ("refus", "appeal", "object"))


def test_messages_say_that_there_is_something_and_never_what(scene: Scene) -> None:
    scene.reach("REFUSED")
    run_due(now=NOON + 31 * DAY)

    texts = [str(one.content).lower() for one in Message.objects.all()]
    assert texts
    for word in ("vog", "refus", "weiger", "justis", "ruben", "certifica", "bezwaar"):
        assert not any(word in text for text in texts), word
    assert not DueWork.objects.filter(kind__contains="refus").exists()
