"""People with sessions, in several regions, through the actions that pages use.

A session tells two people twice: an invitation when it is planned, and a reminder a day
before it begins. The clock stands where all of these are due and the later reminders are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from core.access.models import Region, User
from core.access.scope import region_scope
from core.outbox.models import DueWork, Message
from core.outbox.states import Channel, MessageState, WorkState
from matching.states import SeatRole
from scheduling.actions import plan_session
from scheduling.models import Reminder
from scheduling.states import ReminderState, SessionKind
from tests.factories.pool import make_active_expert
from tests.factories.scheduling import PLANNING, make_assignment, make_scene

# Sunday noon in Amsterdam; every session begins later than two hours and sooner than a day on.
NOON = datetime(2026, 9, 6, 10, 0, tzinfo=UTC)
FIRST, EVERY, PER_EXPERT = NOON + timedelta(hours=3), timedelta(minutes=30), 40
PER_SESSION = 4
TEMPLATES = ("scheduling/invite", "scheduling/reminder")


@dataclass
class Crowd:
    """A region, whoever plans there, and the assignments that sessions are planned for."""

    region: Region
    planner: User
    requester: User
    assignments: list[UUID]
    n_planned: int = 0

    @property
    def is_full(self) -> bool:
        return self.n_planned == len(self.assignments) * PER_EXPERT

    def plan_one(self) -> None:
        """Plan the next session: an hour on the phone with whoever asked."""
        number = self.n_planned
        start = FIRST + number % PER_EXPERT * EVERY
        with region_scope(self.region.pk):
            plan_session(
                assignment_id=self.assignments[number // PER_EXPERT],
                kind=SessionKind.PHONE,
                start=start,
                end=start + EVERY,
                with_professional=True,
                by=self.planner,
                now=PLANNING,
            )
        self.n_planned += 1


def gather(code: str, *, n_sessions: int) -> Crowd:
    """A region with experts enough for so many sessions."""
    region = Region.objects.create(code=code, name="Getij")
    with region_scope(region.pk):
        # By mail alone: that is where the proof counts.
        scene = make_scene(wants_sms=False)
        assignments = [scene.assignment.pk]
        while len(assignments) * PER_EXPERT < n_sessions:
            expert = make_active_expert(scene.hanneke, wants_sms=False)
            assignments.append(make_assignment(scene.request, expert, SeatRole.SECOND).pk)
    return Crowd(region, scene.hanneke, scene.bram, assignments)


def plan_next(crowds: Sequence[Crowd]) -> bool:
    """Plan a session in the crowd that has fewest. False when all are full."""
    room = [crowd for crowd in crowds if not crowd.is_full]
    if room:
        min(room, key=lambda crowd: crowd.n_planned).plan_one()
    return bool(room)


@dataclass(frozen=True)
class Found:
    """How the rows of some crowds ended.

    Attributes:
        references: of every mail that was sent, or had to be.
        n_about: messages about a session.
        n_expected: how many of those there have to be.
        unsent: messages about a session that are not SENT, by state.
        undone: due work that should be done and is not, by state.
        unposted: reminders that should have been posted and were not.
        sends: what the mail server took for whom about which hour, and how often.
    """

    references: frozenset[str]
    n_about: int
    n_expected: int
    unsent: dict[str, int]
    undone: dict[str, int]
    unposted: int
    sends: Counter[tuple[str, datetime, bool]]


def look(crowds: Sequence[Crowd], accepted: Counter[str], *, now: datetime) -> Found:
    """Read what became of everything that was due at `now`."""
    references: set[str] = set()
    n_about = 0
    unsent: Counter[str] = Counter()
    undone: Counter[str] = Counter()
    unposted = 0
    sends: Counter[tuple[str, datetime, bool]] = Counter()
    for crowd in crowds:
        with region_scope(crowd.region.pk):
            sent = Message.objects.filter(channel=Channel.EMAIL, state=MessageState.SENT)
            references |= {str(pk) for pk in sent.values_list("pk", flat=True)}
            for message in Message.objects.filter(template__in=TEMPLATES):
                n_about += 1
                references.add(str(message.pk))
                to_expert = message.recipient_id != crowd.requester.pk
                if accepted[str(message.pk)]:
                    about = (message.template, message.useful_until or NOON, to_expert)
                    sends[about] += accepted[str(message.pk)]
                if message.state != MessageState.SENT:
                    unsent[message.state] += 1
            ended = [WorkState.DONE, WorkState.CANCELLED]
            undone.update(_due(now).exclude(state__in=ended).values_list("state", flat=True))
            late = Reminder.objects.filter(due_at__lte=now).exclude(state=ReminderState.POSTED)
            unposted += late.count()
    return Found(
        frozenset(references),
        n_about,
        sum(crowd.n_planned for crowd in crowds) * PER_SESSION,
        dict(unsent),
        dict(undone),
        unposted,
        sends,
    )


def ended_at(crowds: Sequence[Crowd]) -> dict[int, datetime]:
    """When each row of due work ended."""
    found: dict[int, datetime] = {}
    for crowd in crowds:
        with region_scope(crowd.region.pk):
            rows = DueWork.objects.values_list("pk", "ended_at")
            found |= {pk: at for pk, at in rows if at is not None}
    return found


def n_waiting(crowds: Sequence[Crowd], *, now: datetime) -> int:
    """Rows that are due, or were and try again later, and are not done."""
    total = 0
    for crowd in crowds:
        with region_scope(crowd.region.pk):
            total += _due(now).filter(state=WorkState.WAITING).count()
    return total


def _due(now: datetime) -> QuerySet[DueWork]:
    return DueWork.objects.filter(Q(not_before__lte=now) | Q(attempts__gt=0))
