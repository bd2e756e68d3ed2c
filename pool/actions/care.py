"""A talk offered after something heavy: yes and no weigh the same, silence makes somebody call."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from core import audit, outbox
from core.access.models import User
from core.access.permissions import require_role
from core.clock import local
from core.errors import NotAllowed
from core.outbox import Channel
from pool import signals
from pool.actions.rests import begin_rest
from pool.actions.support import write_contact
from pool.models import Debrief, Expert, Rest
from pool.permissions import STAFF, is_self
from pool.queries import contact
from pool.states import DEBRIEF, DebriefState, ExpertState
from pool.vocabulary import DebriefOccasion

SILENCE = "pool.debrief_silence"
# Within a day an answer is awaited, and within a day of a yes somebody calls (domain.md 5.4).
WITHIN = timedelta(hours=24)
WAITING = (DebriefState.OFFERED, DebriefState.SILENT, DebriefState.WANTED)


@transaction.atomic
def offer_debrief(
    *, expert: Expert, occasion: DebriefOccasion, source: UUID, now: datetime
) -> Debrief | None:
    """Offer a talk to `expert`; None where one is waiting already, or the occasion had its own.

    The message says that there is something, never what.
    """
    # Two occasions at once ask one after the other, and the second finds the first.
    found = Expert.objects.select_for_update(of=("self",)).filter(pk=expert.pk).first()
    # Somebody who was lent to us belongs to another region, and its coordinator cares.
    if found is None or found.state == ExpertState.LEFT or found.user_id is None:
        return None
    expert, asked = found, Debrief.objects.filter(expert=found)
    if asked.filter(state__in=WAITING).exists():
        return None
    if asked.filter(occasion=occasion, source=source).exists():
        return None
    debrief = Debrief.objects.create(
        expert=expert, occasion=occasion, source=source, offered_at=now, due_at=now + WITHIN
    )
    # What it was about stays out of the log: it would tell how somebody's evening went.
    audit.record("debrief.offered", by=None, at=now, subject=expert.pk, target=debrief)
    reach = contact(expert)
    outbox.post(
        "pool/care",
        channel=Channel.EMAIL,
        address=reach.email,
        to=reach.user,
        once_per=f"debrief:{debrief.pk}",
        now=now,
        language=reach.language,
        context={"url": settings.BASE_URL + reverse("pool:my-debrief", args=[debrief.pk])},
        useful_until=debrief.due_at,
        about=debrief.pk,
    )
    outbox.schedule(
        SILENCE, subject=debrief.pk, at=debrief.due_at, once_per=f"debrief:{debrief.pk}"
    )
    return debrief


@transaction.atomic
def answer_debrief(*, debrief_id: UUID, wants_call: bool, by: User, now: datetime) -> Debrief:
    """Yes, call me; or no, thanks. The same answer twice changes nothing, another one may follow.

    Raises:
        Debrief.DoesNotExist. NotAllowed: it is somebody else's. IllegalMove: they talked already.
    """
    debrief = _held(debrief_id)
    if not is_self(by, debrief.expert):
        raise NotAllowed("")
    answer = DebriefState.WANTED if wants_call else DebriefState.DECLINED
    if debrief.state == answer:
        return debrief
    DEBRIEF.require(debrief.state, answer)
    _settle(debrief, now=now)
    debrief.state, debrief.answered_at = answer, now
    if wants_call:
        debrief.due_at = now + WITHIN
    debrief.save(update_fields=["state", "answered_at", "due_at"])
    # Which of the two, is counted nowhere.
    audit.record("debrief.answered", by=by, at=now, subject=debrief.expert_id, target=debrief)
    if wants_call:
        signals.debrief_wanted.send(
            sender=None, debrief=debrief, expert=debrief.expert, key=task_key(debrief), now=now
        )
    return debrief


@transaction.atomic
def say_too_heavy(*, debrief_id: UUID, by: User, now: datetime) -> Debrief:
    """It was too heavy: rest begins at once, and the coordinator calls. Twice changes nothing.

    Only a coordinator hears it: no requester, no message, no figure.

    Raises:
        Debrief.DoesNotExist. NotAllowed: it is somebody else's. IllegalMove: they talked already.
    """
    debrief = _held(debrief_id)
    if not is_self(by, debrief.expert):
        raise NotAllowed("")
    if Rest.objects.filter(expert=debrief.expert, source=debrief.pk).exists():
        return debrief
    if debrief.state != DebriefState.WANTED:
        DEBRIEF.require(debrief.state, DebriefState.WANTED)
    begin_rest(expert=debrief.expert, source=debrief.pk, now=now)
    # Whoever was asked to call hears it anew, with what it is about.
    _settle(debrief, now=now)
    debrief.state, debrief.answered_at, debrief.due_at = DebriefState.WANTED, now, now + WITHIN
    debrief.save(update_fields=["state", "answered_at", "due_at"])
    audit.record("debrief.answered", by=by, at=now, subject=debrief.expert_id, target=debrief)
    signals.debrief_wanted.send(
        sender=None,
        debrief=debrief,
        expert=debrief.expert,
        key=task_key(debrief),
        now=now,
        too_heavy=True,
    )
    return debrief


@transaction.atomic
def take_silence_for_yes(*, debrief_id: UUID, now: datetime) -> bool:
    """Nobody answered in a day: somebody calls. False where there is nothing to do any more."""
    debrief = Debrief.objects.select_for_update(of=("self",)).filter(pk=debrief_id).first()
    if debrief is None or debrief.state != DebriefState.OFFERED or now < debrief.due_at:
        return False
    debrief.expert = Expert.objects.get(pk=debrief.expert_id)
    if debrief.expert.state == ExpertState.LEFT:
        return False
    debrief.state, debrief.due_at = DebriefState.SILENT, now + WITHIN
    debrief.save(update_fields=["state", "due_at"])
    audit.record("debrief.unanswered", by=None, at=now, subject=debrief.expert_id, target=debrief)
    signals.debrief_wanted.send(
        sender=None, debrief=debrief, expert=debrief.expert, key=task_key(debrief), now=now
    )
    return True


@transaction.atomic
def close_debrief(*, debrief_id: UUID, reached: bool, by: User, now: datetime) -> Debrief:
    """A coordinator talked with the expert, or could not reach them. Twice is harmless.

    Only that they talked is kept, as support of that day.

    Raises:
        Debrief.DoesNotExist, NotAllowed, IllegalMove.
    """
    require_role(by, *STAFF)
    debrief = _held(debrief_id)
    end = DebriefState.HELD if reached else DebriefState.MISSED
    if debrief.state == end:
        return debrief
    DEBRIEF.require(debrief.state, end)
    _settle(debrief, now=now)
    debrief.state, debrief.closed_at, debrief.closed_by = end, now, by
    debrief.save(update_fields=["state", "closed_at", "closed_by"])
    audit.record("debrief.closed", by=by, at=now, subject=debrief.expert_id, target=debrief)
    if reached:
        day = local(now).date()
        write_contact(debrief.expert, "DEBRIEF", day, attended=True, by=by, now=now)
    return debrief


def task_key(debrief: Debrief) -> str:
    """The one occasion on which a coordinator is asked to call: each yes is its own."""
    stamp = f"{debrief.answered_at:%Y%m%dT%H%M%S%f}" if debrief.answered_at else "silence"
    return f"debrief:{debrief.pk}:{stamp}"


def _settle(debrief: Debrief, *, now: datetime) -> None:
    """Whoever was asked to call need not any more; what waits to be said is not said."""
    outbox.withdraw(about=debrief.pk, now=now)
    outbox.cancel(SILENCE, subject=debrief.pk, now=now)
    signals.debrief_settled.send(sender=None, key=task_key(debrief), now=now)


def _held(debrief_id: UUID) -> Debrief:
    """The row, held together with its expert, in the order in which everybody takes them."""
    found = Debrief.objects.get(pk=debrief_id)
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=found.expert_id)
    debrief = Debrief.objects.select_for_update(of=("self",)).get(pk=debrief_id)
    debrief.expert = expert
    return debrief
