"""What the calendar does for a VOG: notices in time, and its end. Texts say that, never what."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import audit
from core.clock import local
from core.outbox import schedule
from pool.actions.vog import miss_vog, need_vog
from pool.actions.vog_mail import day_begins, tell_coordinator
from pool.models import Expert, VogEvidence
from pool.rules import vog as rules
from pool.signals import vog_ends_soon, vog_stopped
from pool.states import ExpertState


def watch_vog(vog: VogEvidence, *, now: datetime) -> None:
    """Schedule what the calendar does with a VOG that was seen; the past is left out."""
    for n_days, day in rules.notices(vog.policy_valid_until).items():
        at = day_begins(day)
        if at > now:
            schedule(
                "pool.paper_notice", subject=vog.pk, at=at, once_per=f"paper:{vog.pk}:{n_days}"
            )
    end = day_begins(vog.policy_valid_until, 0)
    if end > now:
        schedule("pool.paper_end", subject=vog.pk, at=end, once_per=f"paper:{vog.pk}:end")


@transaction.atomic
def give_notice(*, vog_id: UUID, now: datetime) -> None:
    """Tell the expert and the own coordinator that a VOG ends; from thirty days on, list work.

    Safe to run twice, late, and after others of its kind: the last notice that came is given,
    and given once.
    """
    vog = _current(vog_id)
    if vog is None:
        return
    n_days = rules.notice_due(vog.policy_valid_until, today=local(now).date())
    if n_days is None:
        return
    need_vog(expert=vog.expert, now=now)
    once_per = f"paper-notice:{vog.pk}:{n_days}"
    tell_coordinator(vog.expert, once_per=once_per, now=now, about=vog, also_expert=True)
    if n_days <= rules.LISTED_DAYS:
        vog_ends_soon.send(sender=None, expert=vog.expert, vog=vog, n_days=n_days, now=now)


@transaction.atomic
def end_vog(*, vog_id: UUID, now: datetime) -> None:
    """A VOG carries no new work from today on; whoever planned with it hears that."""
    vog = _current(vog_id)
    if vog is None or local(now).date() < vog.policy_valid_until:
        return
    audit.record("paper.ended", by=None, at=now, subject=vog.expert_id, target=vog)
    vog_stopped.send(sender=None, expert=vog.expert, vog=vog, now=now)


@transaction.atomic
def close_recheck(*, vog_id: UUID, now: datetime) -> None:
    """Ten weeks after a new VOG was asked for, none was seen: not received, and no reason."""
    vog = _current(vog_id)
    if vog is None or vog.recheck_at is None:
        return
    if local(now).date() > rules.recheck_due(local(vog.recheck_at).date()):
        miss_vog(expert=vog.expert, now=now)
        tell_coordinator(vog.expert, once_per=f"paper-recheck:{vog.pk}", now=now)


def watch_recheck(vog: VogEvidence, *, now: datetime) -> None:
    """Look again on the day after the last on which a new VOG may be shown."""
    due = rules.recheck_due(local(now).date()) + timedelta(days=1)
    schedule(
        "pool.paper_asked_again",
        subject=vog.pk,
        at=day_begins(due),
        once_per=f"paper-again:{vog.pk}",
    )


def _current(vog_id: UUID) -> VogEvidence | None:
    """The VOG, if it is still relied on; its expert is held, as for every act about a paper."""
    current = VogEvidence.objects.filter(pk=vog_id, replaced_on=None)
    whose = current.values("expert_id")
    people = Expert.objects.select_for_update().filter(pk__in=whose)
    if not list(people.exclude(state=ExpertState.LEFT).values_list("pk", flat=True)):
        return None
    return current.select_related("expert__data_key", "expert__coordinator", "expert__user").first()
