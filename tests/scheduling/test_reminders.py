"""A reminder is asked again when it leaves: is it still true, still wanted, and how."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.access.models import Membership, Region, User
from core.access.scope import region_scope
from core.outbox import run_due
from core.outbox.models import DueWork, Message
from core.outbox.states import MessageState, WorkState
from matching import signals
from matching.models import Assignment
from matching.states import AssignmentState
from pool import actions as pool_actions
from pool.models import Expert
from scheduling import actions
from scheduling.models import Reminder, Session, SessionRole
from scheduling.states import ReminderState, RoleKind, SessionKind
from tests.factories.scheduling import DAY, HOUR, PLANNING, SUNDAY, Scene, make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
DAY_BEFORE, SHORT_BEFORE = SUNDAY - DAY, SUNDAY - 2 * HOUR


@pytest.fixture
def scene(in_region: object) -> Scene:  # noqa: ARG001  (first the region)
    return make_scene()


def due(session: Session, user: User | None, minutes: int, channel: str) -> Reminder:
    return Reminder.objects.get(
        session=session, user=user, minutes_before=minutes, channel=channel, version=session.version
    )


def remind(reminder: Reminder, *, now: datetime) -> tuple[str, list[str]]:
    """State afterwards, and the channels on which this reminder was posted."""
    actions.remind(reminder_id=reminder.pk, now=now)
    reminder.refresh_from_db()
    posted = Message.objects.filter(template="scheduling/reminder", recipient=reminder.user)
    return reminder.state, sorted(posted.values_list("channel", flat=True))


def test_a_plan_makes_a_row_per_person_channel_and_moment(in_region: object) -> None:  # noqa: ARG001
    scene = make_scene(phone="06 1111 2222")

    session = scene.plan()

    rows = Reminder.objects.filter(session=session).order_by("due_at", "channel", "user")
    assert {(row.user_id, row.channel, row.minutes_before, row.due_at) for row in rows} == {
        (scene.ruben_user.pk, "SMS", 1440, DAY_BEFORE),
        (scene.ruben_user.pk, "SMS", 120, SHORT_BEFORE),
        (scene.bram.pk, "EMAIL", 1440, DAY_BEFORE),
        (scene.bram.pk, "EMAIL", 120, SHORT_BEFORE),
        (scene.bram.pk, "SMS", 1440, DAY_BEFORE),
        (scene.bram.pk, "SMS", 120, SHORT_BEFORE),
    }
    work = DueWork.objects.filter(kind="scheduling.reminder")
    assert {(one.subject, one.not_before) for one in work} == {(row.pk, row.due_at) for row in rows}


def test_the_agreement_of_the_request_says_when(scene: Scene) -> None:
    policy = scene.request.policy
    policy.reminders = [60]
    policy.save(update_fields=["reminders"])

    session = scene.plan()

    assert set(Reminder.objects.filter(session=session).values_list("due_at", flat=True)) == {
        SUNDAY - HOUR
    }


def test_a_plan_on_short_notice_is_confirmed_by_text_instead_of_reminded(scene: Scene) -> None:
    start = PLANNING + 100 * timedelta(minutes=1)

    session = scene.plan(start=start, now=PLANNING)

    assert not Reminder.objects.filter(session=session).exists()
    assert set(
        Message.objects.filter(about=session.pk, recipient=scene.ruben_user).values_list(
            "template", "channel"
        )
    ) == {("scheduling/invite", "EMAIL"), ("scheduling/invite", "SMS")}


def test_a_reminder_says_when_and_nothing_else(scene: Scene) -> None:
    session = scene.plan()

    remind(due(session, scene.ruben_user, 1440, "SMS"), now=DAY_BEFORE)
    remind(due(session, scene.bram, 1440, "EMAIL"), now=DAY_BEFORE)

    text = Message.objects.get(template="scheduling/reminder", channel="SMS")
    mail = Message.objects.get(template="scheduling/reminder", channel="EMAIL")
    assert text.content["text"] == (
        "Herinnering van Naast: je hebt een afspraak op zo 6 sep 14:00. Log in voor de plaats."
    )
    assert "U heeft een afspraak op zondag 6 september 14:00, tot 15:00." in mail.content["text"]
    assert mail.content["subject"] == "Nieuw bericht in Naast"
    assert (text.about, text.about_version) == (session.pk, 1)
    assert text.useful_until == session.starts_at


def test_reminding_twice_posts_once(scene: Scene) -> None:
    session = scene.plan()
    reminder = due(session, scene.ruben_user, 1440, "SMS")

    outcomes = [remind(reminder, now=DAY_BEFORE) for _again in range(2)]

    assert outcomes == [(ReminderState.POSTED, ["SMS"])] * 2


def test_a_reminder_of_an_old_version_is_skipped(scene: Scene) -> None:
    session = scene.plan()
    reminder = due(session, scene.ruben_user, 1440, "SMS")
    # As if the change did not find this row.
    Session.objects.filter(pk=session.pk).update(version=2)

    assert remind(reminder, now=DAY_BEFORE) == (ReminderState.SKIPPED, [])


def test_an_unsure_session_is_not_reminded_of(scene: Scene) -> None:
    session = scene.plan()
    reminder = due(session, scene.ruben_user, 120, "SMS")
    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G1",), why="END", now=PLANNING
    )

    assert remind(reminder, now=SHORT_BEFORE) == (ReminderState.SKIPPED, [])


def test_a_session_that_has_begun_is_not_reminded_of(scene: Scene) -> None:
    session = scene.plan()

    assert remind(due(session, scene.ruben_user, 120, "SMS"), now=SUNDAY) == (
        ReminderState.SKIPPED,
        [],
    )


def test_whoever_paused_left_or_takes_no_part_any_more_is_not_reminded(scene: Scene) -> None:
    session = scene.plan()
    mine, brams = (
        due(session, scene.ruben_user, 1440, "SMS"),
        due(session, scene.bram, 1440, "EMAIL"),
    )
    pool_actions.pause(expert_id=scene.ruben.pk, by=scene.ruben_user, now=PLANNING)
    Membership.objects.filter(user=scene.bram).update(ended_at=PLANNING + 200 * DAY)

    assert remind(mine, now=DAY_BEFORE) == (ReminderState.SKIPPED, [])
    assert remind(brams, now=DAY_BEFORE) == (ReminderState.SKIPPED, [])


def test_whoever_is_taken_out_of_the_session_is_not_reminded(scene: Scene) -> None:
    session = scene.plan()
    SessionRole.objects.filter(session=session, kind=RoleKind.PROFESSIONAL).delete()

    assert remind(due(session, scene.bram, 1440, "EMAIL"), now=DAY_BEFORE)[0] == (
        ReminderState.SKIPPED
    )


def test_an_ended_assignment_is_not_reminded_of(scene: Scene) -> None:
    session = scene.plan()
    Assignment.objects.update(state=AssignmentState.ENDED, ended_at=PLANNING)

    assert remind(due(session, scene.ruben_user, 1440, "SMS"), now=DAY_BEFORE)[0] == (
        ReminderState.SKIPPED
    )


def test_who_switched_texts_off_since_hears_by_mail_and_once(scene: Scene) -> None:
    session = scene.plan()
    Expert.objects.filter(pk=scene.ruben.pk).update(wants_sms=False)

    assert remind(due(session, scene.ruben_user, 1440, "SMS"), now=DAY_BEFORE) == (
        ReminderState.POSTED,
        ["EMAIL"],
    )


def test_a_late_reminder_waits_for_the_end_of_quiet_hours(scene: Scene) -> None:
    monday = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)  # ten o'clock
    session = scene.plan(start=monday)
    reminder = due(session, scene.ruben_user, 120, "SMS")
    night, morning = (
        datetime(2026, 9, 6, 22, 0, tzinfo=UTC),
        datetime(2026, 9, 7, 5, 0, tzinfo=UTC),
    )

    assert remind(reminder, now=night) == (ReminderState.WAITING, [])

    later = DueWork.objects.get(subject=reminder.pk, once_per__endswith=":2")
    assert later.not_before == morning
    assert remind(reminder, now=morning) == (ReminderState.POSTED, ["SMS"])


def test_a_session_in_quiet_hours_is_reminded_of_even_then(scene: Scene) -> None:
    small_hours = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
    session = scene.plan(start=small_hours, kind=SessionKind.PHONE)
    reminder = due(session, scene.ruben_user, 120, "SMS")
    assert reminder.due_at == datetime(2026, 9, 6, 19, 45, tzinfo=UTC)

    assert remind(reminder, now=small_hours - HOUR)[0] == ReminderState.POSTED


def test_a_change_takes_back_what_is_queued_and_skips_what_waits(scene: Scene) -> None:
    session = scene.plan()
    remind(due(session, scene.ruben_user, 1440, "SMS"), now=DAY_BEFORE)

    actions.move_session(
        session_id=session.pk,
        start=SUNDAY + DAY,
        end=SUNDAY + DAY + HOUR,
        place_id=None,
        by=scene.hanneke,
        now=DAY_BEFORE + timedelta(seconds=1),
    )

    told = Message.objects.get(template="scheduling/reminder")
    assert told.state == MessageState.WITHDRAWN
    assert set(
        Reminder.objects.filter(session=session, version=1).values_list("state", flat=True)
    ) == {ReminderState.POSTED, ReminderState.SKIPPED}
    skipped = Reminder.objects.filter(state=ReminderState.SKIPPED).values_list("pk", flat=True)
    assert skipped
    work = DueWork.objects.filter(subject__in=list(skipped))
    assert set(work.values_list("state", flat=True)) == {WorkState.CANCELLED}


def test_a_text_about_a_change_at_night_waits_for_the_morning_where_that_is_early_enough(
    scene: Scene,
) -> None:
    session = scene.plan(start=SUNDAY + DAY)
    night = datetime(2026, 9, 5, 22, 0, tzinfo=UTC)

    actions.cancel_session(session_id=session.pk, by=scene.hanneke, now=night)

    text = Message.objects.get(template="scheduling/cancelled", channel="SMS")
    work = DueWork.objects.get(kind="core.message", subject=text.pk)
    assert work.not_before == datetime(2026, 9, 6, 5, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_the_clock_finds_the_row_and_what_it_posts_leaves() -> None:
    with region_scope(Region.objects.create(code="VT97", name="Getij").pk):
        session = make_scene().plan()
        Message.objects.update(state=MessageState.SENT, ended_at=PLANNING)

        for later in range(3):
            # What a handler posts is due a moment after the look that began it.
            run_due(now=DAY_BEFORE + later * timedelta(seconds=10))

        told = Message.objects.filter(template="scheduling/reminder", about=session.pk)
        assert list(told.values_list("state", flat=True)) == [MessageState.SENT] * 2
        assert Reminder.objects.filter(state=ReminderState.POSTED).count() == 2


# --- Which channel first ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "first", "channels"),
    [
        ("expert", None, {"SMS"}),
        ("expert", True, {"SMS"}),
        ("expert", False, {"EMAIL"}),
        ("professional", None, {"EMAIL", "SMS"}),
        ("professional", True, {"SMS"}),
        ("professional", False, {"EMAIL"}),
    ],
)
def test_reminders_take_the_channel_that_somebody_chose(
    who: str,
    first: bool | None,  # noqa: FBT001
    channels: set[str],
) -> None:
    scene = make_scene(phone="06 1111 2222")
    user = scene.ruben_user if who == "expert" else scene.bram
    User.objects.filter(pk=user.pk).update(texts_first=first)

    session = scene.plan()

    found = Reminder.objects.filter(session=session, user=user)
    assert set(found.values_list("channel", flat=True)) == channels
