"""What matching does when the pool announces something; within the transaction of the act."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.dispatch import receiver

from core.access.models import Membership, Role, User
from core.access.scope import region_scope
from core.access.signals import membership_stopped
from core.outbox import message_failed
from core.outbox.models import Message
from matching.actions import ask_to_call, hurry, withdraw_offers_of
from matching.actions.passing import pass_on
from matching.actions.tasks import (
    open_task,
    settle_application,
    settle_handing,
    settle_task,
)
from matching.models.requests import TaskKind
from matching.queries.held import held_of
from matching.queries.lent import asked_elsewhere, running_here, works_elsewhere
from pool import signals
from pool.models import Correction, Debrief, Expert, LendingGrant

TODAY, A_WEEK = timedelta(hours=4), timedelta(days=7)


@receiver(signals.expert_paused, dispatch_uid="matching.expert_paused")
@receiver(signals.expert_learns, dispatch_uid="matching.expert_learns")
@receiver(signals.expert_suspended, dispatch_uid="matching.expert_suspended")
@receiver(signals.expert_leaving, dispatch_uid="matching.expert_leaving")
@receiver(signals.expert_left, dispatch_uid="matching.expert_left")
@receiver(signals.consent_withdrawn, dispatch_uid="matching.consent_withdrawn")
def take_offers_back(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """Open offers go to the next in line, here and where somebody is lent; nobody is told why."""
    withdraw_offers_of(expert_id=expert.pk, now=now)
    for region_id in asked_elsewhere(expert):
        with region_scope(region_id):
            withdraw_offers_of(expert_id=expert.pk, now=now)


@receiver(signals.lending_ended, dispatch_uid="matching.lending_ended")
def take_lent_offers_back(*, grant: LendingGrant, now: datetime, **_more: Any) -> None:
    """Nobody is asked any more through an agreement that is over; work that runs is for people."""
    with region_scope(grant.borrower_region_id):
        withdraw_offers_of(expert_id=grant.expert_id, now=now)


@receiver(message_failed, dispatch_uid="matching.message_failed")
def call_instead(*, message: Message, now: datetime, **_more: Any) -> None:
    """What could not be sent is said by voice."""
    ask_to_call(message=message, now=now)
    hurry(chain_id=message.about, now=now)


@receiver(membership_stopped, dispatch_uid="matching.membership_stopped")
def pass_on_what_is_open(
    *, membership: Membership, by: User | None, now: datetime, **_more: Any
) -> None:
    """A professional left, or was not confirmed: colleagues go on."""
    if membership.role == Role.PROFESSIONAL:
        pass_on(membership=membership, by=by, now=now)


@receiver(signals.vog_stopped, dispatch_uid="matching.vog_stopped")
def take_unfit_offers_back(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """Who could not say yes any more is not kept waiting; nobody is told why."""
    withdraw_offers_of(expert_id=expert.pk, now=now, unfit_only=True)


@receiver(signals.consent_withdrawn, dispatch_uid="matching.hand_over_hidden")
def ask_to_hand_over(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """Somebody took consent back: a coordinator looks today at what runs, in each region."""
    open_task(
        TaskKind.CONSENT,
        expert=expert,
        due_at=now + TODAY,
        once_per=f"consent:{expert.pk}:{now:%Y%m%dT%H%M}",
        now=now,
    )
    for region_id in works_elsewhere(expert):
        with region_scope(region_id):
            # There is no page of the person: the one of the request says what runs.
            for work in running_here(expert):
                open_task(
                    TaskKind.CONSENT,
                    request=work.seat.request,
                    expert=expert,
                    due_at=now + TODAY,
                    once_per=f"consent:{work.pk}:{now:%Y%m%dT%H%M}",
                    now=now,
                )


@receiver(signals.expert_learns, dispatch_uid="matching.pass_learns")
@receiver(signals.expert_suspended, dispatch_uid="matching.pass_suspended")
@receiver(signals.expert_leaving, dispatch_uid="matching.pass_leaving")
@receiver(signals.expert_left, dispatch_uid="matching.pass_left")
def ask_to_pass(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """What runs with somebody who stops passes to others today, also where that one is lent."""
    for region_id in [expert.region_id, *works_elsewhere(expert)]:
        with region_scope(region_id):
            if held_of(expert.pk):
                open_task(
                    TaskKind.PASS_WORK,
                    expert=Expert.reachable.get(pk=expert.pk),
                    due_at=now + TODAY,
                    once_per=f"pass-work:{expert.pk}:{now:%Y%m%dT%H%M%S}",
                    now=now,
                )


@receiver(signals.expert_returns, dispatch_uid="matching.expert_returns")
def need_not_pass(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """Somebody stays after all, or came back: nobody has to hand over what still runs."""
    for region_id in [expert.region_id, *works_elsewhere(expert)]:
        with region_scope(region_id):
            settle_handing(expert.pk, now=now)


@receiver(signals.expert_applied, dispatch_uid="matching.expert_applied")
def ask_to_talk(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """Somebody wants to join: a coordinator calls within the week that was promised."""
    open_task(
        TaskKind.APPLICATION,
        expert=expert,
        due_at=now + A_WEEK,
        once_per=f"application:{expert.pk}:applied",
        now=now,
    )


@receiver(signals.intake_again, dispatch_uid="matching.intake_again")
def ask_to_talk_again(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """The day has come on which somebody was to be called about joining."""
    open_task(
        TaskKind.APPLICATION,
        expert=expert,
        due_at=now + TODAY,
        once_per=f"application:{expert.pk}:{now:%Y%m%d}",
        now=now,
    )


@receiver(signals.application_taken, dispatch_uid="matching.application_taken")
@receiver(signals.expert_left, dispatch_uid="matching.application_over")
def need_not_talk(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """They talked, or it is over."""
    settle_application(expert.pk, now=now)


@receiver(signals.correction_asked, dispatch_uid="matching.correction_asked")
def ask_to_correct(*, correction: Correction, now: datetime, **_more: Any) -> None:
    """An expert wants something put right: the law gives a month, we take a week."""
    open_task(
        TaskKind.CORRECTION,
        expert=correction.expert,
        due_at=now + A_WEEK,
        once_per=f"correction:{correction.pk}",
        now=now,
    )


@receiver(signals.correction_done, dispatch_uid="matching.correction_done")
def correction_done(*, correction: Correction, now: datetime, **_more: Any) -> None:
    """It was dealt with on its own page."""
    settle_task(once_per=f"correction:{correction.pk}", now=now)


@receiver(signals.debrief_wanted, dispatch_uid="matching.debrief_wanted")
def call_afterwards(
    *,
    debrief: Debrief,
    expert: Expert,
    key: str,
    now: datetime,
    too_heavy: bool = False,
    **_more: Any,
) -> None:
    """Somebody wants to be called, or said nothing: a coordinator calls before `due_at`."""
    kind = TaskKind.TOO_HEAVY if too_heavy else TaskKind.DEBRIEF
    open_task(kind, expert=expert, due_at=debrief.due_at, once_per=key, now=now)


@receiver(signals.debrief_settled, dispatch_uid="matching.debrief_settled")
def need_not_call(*, key: str, now: datetime, **_more: Any) -> None:
    """They talked, or it is not needed any more."""
    settle_task(once_per=key, now=now)
