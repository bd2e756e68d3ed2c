"""What the pool does when core announces something."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.signals import user_logged_in as signed_in
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save

from core import audit
from core.access.models import Invitation, Region, Role, User
from core.access.scope import region_scope
from core.access.signals import invitation_accepted
from core.outbox import handler
from pool import actions, joining
from pool.models import Expert
from pool.queries.through import lent_here
from pool.signals import consent_withdrawn, expert_left


def tie_account(invitation: Invitation, user: User, **_signal: Any) -> None:
    """Somebody came in through the invitation of an expert: that is who this expert is."""
    if invitation.role == Role.EXPERT and invitation.subject is not None:
        # Written in the same action, a moment ago: the instant of coming in.
        now = invitation.used_at or invitation.invited_at
        actions.join(expert_id=invitation.subject, user=user, now=now, answers_first=True)


def give_first_words(instance: Region, *, created: bool, raw: bool, **_signal: Any) -> None:
    """A new region begins with the usual words for training, agreements and support."""
    if created and not raw:
        with region_scope(instance.pk):
            actions.give_first_words()


def forget_way(expert: Expert, **_signal: Any) -> None:
    """Who leaves stops whatever was asked for; nothing of it is kept."""
    actions.forget_application(expert.pk)


def end_lending_of(expert: Expert, now: datetime, **_signal: Any) -> None:
    """Whoever left the pool, or takes the consent back, is lent nowhere any more."""
    actions.end_all_lending(expert, by=None, now=now)


@handler(actions.ENDS)
def lending_ends(subject: UUID, now: datetime) -> None:
    """The last day of an agreement is over."""
    actions.end_on_its_day(grant_id=subject, now=now)


def connect() -> None:
    """Listen, and tell what is asked of us; called once, when the site starts."""
    audit.lent_with(lent_here)
    post_save.connect(give_first_words, sender=Region, dispatch_uid="pool.give_first_words")
    user_logged_in.connect(joining.note, dispatch_uid="pool.ask_consent")
    signed_in.connect(joining.lead, dispatch_uid="pool.lead_to_consent")
    invitation_accepted.connect(tie_account, dispatch_uid="pool.tie_account")
    expert_left.connect(forget_way, dispatch_uid="pool.forget_way")
    expert_left.connect(end_lending_of, dispatch_uid="pool.end_lending_of")
    consent_withdrawn.connect(end_lending_of, dispatch_uid="pool.lending_without_consent")
